/** What the lines of a cart are at this moment: one RPC for all of them. */
import { z } from "zod";
import { type Db, rows } from "../../database.ts";
import type { StoredLine } from "./store.ts";

/** What there is to say of a variant that is on sale by a price list. */
export const LineFacts = z.object({
  variant_id: z.guid(),
  product_id: z.guid(),
  slug: z.string(),
  sku: z.string(),
  name_en: z.string(),
  name_fr: z.string(),
  options: z.record(z.string(), z.unknown()),
  weight_grams: z.int(),
  /** The picture's file in the bucket product-images. */
  image: z.string().nullable(),
  unit_amount: z.int(),
  compare_at_amount: z.int().nullable(),
  availability: z.enum(["in_stock", "few_left", "out_of_stock"]),
  few_left: z.int().nullable(),
  /** How many of the wanted quantity can be had. */
  can_have: z.int(),
});

const Facts = z.object({
  price_list: z.string(),
  currency: z.string(),
  lines: z.array(LineFacts),
});

/** The facts of several variants, by variant; who is missing is not on sale. */
export interface CartFacts {
  priceListId: string;
  currency: string;
  lines: Map<string, z.infer<typeof LineFacts>>;
}

/**
 * Reads them as the caller.
 *
 * @param priceListId default: the shop's default list
 * @throws {Problem} `price_list_not_found`
 */
export async function readFacts(
  db: Db,
  wanted: Pick<StoredLine, "variantId" | "quantity">[],
  priceListId?: string,
): Promise<CartFacts> {
  const facts = Facts.parse(
    await rows(db.rpc("cart_facts", {
      variant_ids: wanted.map(({ variantId }) => variantId),
      quantities: wanted.map(({ quantity }) => quantity),
      ...(priceListId !== undefined && { price_list: priceListId }),
    })),
  );
  return {
    priceListId: facts.price_list,
    currency: facts.currency,
    lines: new Map(facts.lines.map((line) => [line.variant_id, line])),
  };
}
