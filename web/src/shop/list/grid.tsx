import { SimpleGrid } from "@mantine/core";
import { useEffect, useRef } from "react";
import { PendingButton } from "../../components/form.tsx";
import { ProductCard } from "../product-card.tsx";
import { useShopTexts } from "../texts.ts";
import type { ProductCard as Card } from "../types.ts";
import type { Products } from "./use-products.ts";

/** How far below the window's end the next page is asked for. */
const ahead = "600px";

/** The cards; the next page comes when one nears the end, or by the button. */
export function Grid({ list, products }: { list: Products; products: Card[] }) {
  const s = useShopTexts();
  const end = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const latest = useRef(list);
  latest.current = list;
  // The first card of the page that the button asked for.
  const focusOn = useRef<number>(undefined);
  useEffect(() => {
    if (focusOn.current === undefined || products.length <= focusOn.current) return;
    grid.current?.children[focusOn.current]?.querySelector("a")?.focus();
    focusOn.current = undefined;
  }, [products.length]);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      const { hasMore, problem, more } = latest.current;
      if (entry!.isIntersecting && hasMore && problem === undefined) void more();
    }, { rootMargin: ahead });
    observer.observe(end.current!);
    return () => observer.disconnect();
    // A page may be so short that its end is still in sight: looked at anew after each.
  }, [products.length]);
  return (
    <>
      <SimpleGrid
        ref={grid}
        component="ul"
        cols={{ base: 2, sm: 3 }}
        spacing={{ base: "sm", sm: "lg" }}
        verticalSpacing="lg"
        className="plain-list"
        aria-busy={list.pending}
        mb="lg"
      >
        {products.map((product) => (
          <li key={product.id}>
            <ProductCard product={product} />
          </li>
        ))}
      </SimpleGrid>
      <div ref={end} />
      {list.hasMore && (
        <PendingButton
          variant="default"
          pending={list.pending}
          onClick={() => {
            focusOn.current = products.length;
            void list.more();
          }}
        >
          {s.more}
        </PendingButton>
      )}
    </>
  );
}
