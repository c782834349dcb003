import { Button, Group, Image, Paper, SimpleGrid, Text, TextInput, Title } from "@mantine/core";
import { type SubmitEvent, useEffect, useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { productPage, shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { TextLink } from "../components/text-link.tsx";
import { Loading, Page } from "../components/page.tsx";
import { formatMoney } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useShopTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";
import { listProducts, type ProductCard } from "./api.ts";

/** The products on sale, searched by what is in the address. */
export function ShopList() {
  const { supabase } = useApp();
  const { language } = useLanguage();
  const s = useShopTexts();
  const [parameters] = useSearchParams();
  const search = parameters.get("search") ?? "";
  const [products, setProducts] = useState<ProductCard[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const more = useAction(async (_key, after: string | null) => {
    const page = await listProducts(supabase, language, {
      search,
      ...(after !== null && { cursor: after }),
    });
    setProducts((shown = []) => after === null ? page.products : [...shown, ...page.products]);
    setCursor(page.next_cursor);
  });
  useEffect(() => void more.start(null), [search, language]);
  return (
    <Page title={s.title}>
      <Search key={search} search={search} />
      <ProblemAlert problem={more.problem} />
      {products === undefined && more.problem === undefined && <Loading />}
      {products?.length === 0 && <p role="status">{s.nothingFound}</p>}
      <SimpleGrid component="ul" cols={{ base: 1, xs: 2, md: 4 }} className="plain-list" mb="lg">
        {products?.map((product) => (
          <Paper component="li" key={product.id} withBorder p="md">
            <Card product={product} />
          </Paper>
        ))}
      </SimpleGrid>
      {cursor !== null && (
        <ActionButton action={{ ...more, start: () => more.start(cursor) }}>
          {s.more}
        </ActionButton>
      )}
    </Page>
  );
}

function Search({ search }: { search: string }) {
  const s = useShopTexts();
  const [, navigate] = useLocation();
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = String(new FormData(event.currentTarget).get("search") ?? "").trim();
    navigate(words === "" ? shopPage : `${shopPage}?${new URLSearchParams({ search: words })}`);
  };
  return (
    <form role="search" onSubmit={onSubmit}>
      <Group align="flex-end" gap="sm" mb="lg" wrap="nowrap" maw="30rem">
        <TextInput
          flex={1}
          label={s.search}
          name="search"
          type="search"
          maxLength={200}
          defaultValue={search}
        />
        <Button type="submit">{s.find}</Button>
      </Group>
    </form>
  );
}

function Card({ product }: { product: ProductCard }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const { name, image, min_amount, max_amount, currency, in_stock } = product;
  const price = formatMoney(min_amount, currency, language);
  return (
    <>
      {image !== null && <Image src={image.url} alt="" loading="lazy" className="square" />}
      <Title order={2} size="h4" mt="sm">
        <TextLink href={productPage(product.slug)}>{name}</TextLink>
      </Title>
      <Text fw={600}>{min_amount === max_amount ? price : s.from(price)}</Text>
      {!in_stock && <Text size="sm" c="dimmed">{s.availability.out_of_stock}</Text>}
    </>
  );
}
