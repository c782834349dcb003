import { Image } from "@mantine/core";
import { useApp } from "../../app-context.ts";
import type { CartLine } from "../types.ts";

/** A line's picture; the cart names it by its path in the bucket. Not read out: the name stands beside it. */
export function LinePicture({ item }: { item: CartLine["item"] }) {
  const { supabase } = useApp();
  const path = item?.image ?? null;
  return (
    <div className="line-picture">
      {path !== null && (
        <Image
          src={supabase.storage.from("product-images").getPublicUrl(path).data.publicUrl}
          alt=""
          className="square"
        />
      )}
    </div>
  );
}
