/** What the lines of a cart are at this moment: one RPC for all of them, and one for what is in stock. */
import * as z from "zod";
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
  /** How many, only when few are left. */
  few_left: z.int().nullable(),
});

const Facts = z.object({
  price_list: z.string(),
  currency: z.string(),
  lines: z.array(LineFacts),
});

const Stock = z.record(z.guid(), z.int());

/** What is asked about: a variant, and how many of it are wanted. */
export type Wanted = Pick<StoredLine, "variantId" | "quantity">;

/** How it is asked. */
export interface FactsAsked {
  /** The database as the caller: reads what the catalogue gives. */
  db: Db;
  /** The database with the secret key: reads the stock, which no buyer may count. */
  admin: Db;
  /** Default: the shop's default list. */
  priceListId?: string | undefined;
}

/** The facts of several variants. */
export interface CartFacts {
  priceListId: string;
  currency: string;
  /** By variant; who is missing is not on sale. */
  lines: Map<string, z.infer<typeof LineFacts>>;
  /** How many of the wanted quantity can be had, by variant. Not to be told, unless few are left. */
  canHave: Map<string, number>;
}

/**
 * Reads them, side by side.
 *
 * @throws {Problem} `price_list_not_found`
 */
export async function readFacts(
  { db, admin, priceListId }: FactsAsked,
  wanted: Wanted[],
): Promise<CartFacts> {
  const variant_ids = wanted.map(({ variantId }) => variantId);
  const quantities = wanted.map(({ quantity }) => quantity);
  const [found, stock] = await Promise.all([
    rows(db.rpc("cart_facts", {
      variant_ids,
      ...(priceListId !== undefined && { price_list: priceListId }),
    })),
    wanted.length === 0 ? {} : rows(admin.rpc("cart_stock", { variant_ids, quantities })),
  ]);
  const facts = Facts.parse(found);
  return {
    priceListId: facts.price_list,
    currency: facts.currency,
    lines: new Map(facts.lines.map((line) => [line.variant_id, line])),
    canHave: new Map(Object.entries(Stock.parse(stock))),
  };
}
