/** Products for tests: written as staff's clients write them, in the order in which they refer to each other. */
import type { Sql } from "../support/database.ts";
import type postgres from "postgres";

/** What a test says of a product; the rest does not matter to it. */
export interface Wanted {
  slug?: string;
  category?: string;
  en?: string;
  fr?: string;
  description?: string;
  attributes?: Record<string, unknown>;
  active?: boolean;
  rating?: { count: number; sum: number };
  /** Unit amounts in the list `eur`, one variant each. */
  prices?: number[];
  /** On hand, of each variant. */
  stock?: number;
}

/** A product that was put there. */
export interface Shelved {
  id: string;
  slug: string;
  variants: string[];
}

type Connection = Sql | postgres.TransactionSql;

/** Makes a category, below another if its id is given. */
export async function category(
  sql: Connection,
  slug: string,
  parent: string | null = null,
  active = true,
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into public.categories (slug, name_en, name_fr, parent_id, active)
    values (${slug}, ${`The ${slug}`}, ${`Les ${slug}`}, ${parent}, ${active}) returning id`;
  return row!.id;
}

/** Makes a product with its variants, prices and stock. */
export async function shelve(
  sql: Connection,
  categoryId: string,
  wanted: Wanted = {},
): Promise<Shelved> {
  const {
    slug = `product-${crypto.randomUUID()}`,
    en = "Thing",
    fr = "Chose",
    description = "",
    attributes = {},
    active = true,
    rating = { count: 0, sum: 0 },
    prices = [1000],
    stock = 0,
  } = wanted;
  const [product] = await sql<{ id: string }[]>`
    insert into public.products
      (slug, category_id, name_en, name_fr, description_en, attributes, active, rating_count, rating_sum)
    values (${slug}, ${categoryId}, ${en}, ${fr}, ${description}, ${sql.json(attributes as never)},
      ${active}, ${rating.count}, ${rating.sum})
    returning id`;
  const variants: string[] = [];
  for (const amount of prices) {
    const [variant] = await sql<{ id: string }[]>`
      insert into public.product_variants (product_id, sku, position)
      values (${product!.id}, ${crypto.randomUUID()}, ${variants.length}) returning id`;
    await sql`
      insert into public.variant_prices (variant_id, price_list_id, unit_amount)
      values (${variant!.id}, 'eur', ${amount})`;
    if (stock > 0) {
      await sql`select private.stock_change(${variant!.id}, 'adjusted', ${stock}, 0)`;
    }
    variants.push(variant!.id);
  }
  return { id: product!.id, slug, variants };
}

/** What `products_search` answers. */
export interface Listed {
  products: {
    id: string;
    slug: string;
    name: string;
    category: { slug: string } | null;
    min_amount: number;
    in_stock: boolean;
    created_at: string;
    rating: { count: number; sum: number };
  }[];
  next: { key: string; id: string } | null;
  // deno-lint-ignore no-explicit-any -- a test looks into whatever came
  facets: any;
  facets_capped: boolean | null;
}

/** Calls `products_search` as a visitor. */
export async function search(sql: Sql, asked: Record<string, unknown> = {}): Promise<Listed> {
  const entries = Object.entries(asked);
  return await sql.begin(async (tx) => {
    await tx`set local role anon`;
    const call = entries.map(([name], index) => `${name} => $${index + 1}`).join(", ");
    const values = entries.map(([name, value]) =>
      name === "attributes" ? tx.json(value as never) : value
    );
    const [row] = await tx.unsafe(
      `select public.products_search(${call}) as list`,
      values as never,
    );
    return row!["list"] as Listed;
  });
}

/** The slugs on a page. */
export const slugs = (list: Listed) => list.products.map(({ slug }) => slug);

/** Every page of a list, by its cursors; `between` runs after each. */
export async function walk(
  sql: Sql,
  asked: Record<string, unknown>,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<Listed["products"]> {
  const all: Listed["products"] = [];
  for (let after: Listed["next"] = null;;) {
    const list = await search(sql, {
      ...asked,
      ...(after && { after_key: after.key, after_id: after.id }),
    });
    all.push(...list.products);
    if (list.next === null) return all;
    after = list.next;
    await between();
  }
}
