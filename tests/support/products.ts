/** Things to sell: products with a variant, a price and a stock, made over SQL. */
import type postgres from "postgres";

type Sql = postgres.Sql | postgres.TransactionSql;

/** A variant on sale. */
export interface Sold {
  productId: string;
  categoryId: string;
  variantId: string;
}

/** Makes a product with one variant, in a category of its own unless one is given. */
export async function onSale(
  sql: Sql,
  {
    stock = 100,
    price = 1000,
    list = "eur",
    weight = 0,
    lowStock = 5,
    sku = crypto.randomUUID(),
    options = { size: "M" },
    category,
    active = true,
    name,
  }: {
    stock?: number;
    /** Null: it has no price in that list. */
    price?: number | null;
    list?: string;
    weight?: number;
    lowStock?: number;
    sku?: string;
    options?: Record<string, string>;
    category?: string;
    active?: boolean;
    name?: string;
  } = {},
): Promise<Sold> {
  const unique = crypto.randomUUID();
  const categoryId = category ?? await inCategory(sql);
  const [product] = await sql<{ id: string }[]>`
    insert into public.products (slug, category_id, name_en, name_fr, active)
    values (${`product-${unique}`}, ${categoryId}, ${name ?? "Shirt"}, ${
    name ?? "Chemise"
  }, ${active})
    returning id`;
  const [variant] = await sql<{ id: string }[]>`
    insert into public.product_variants (product_id, sku, weight_grams, low_stock, options)
    values (${product!.id}, ${sku}, ${weight}, ${lowStock}, ${sql.json(options)})
    returning id`;
  if (price !== null) {
    await sql`
      insert into public.variant_prices (variant_id, price_list_id, unit_amount)
      values (${variant!.id}, ${list}, ${price})`;
  }
  if (stock > 0) {
    await sql`select private.stock_change(${variant!.id}, 'adjusted', ${stock}, 0)`;
  }
  return { productId: product!.id, categoryId, variantId: variant!.id };
}

/** A category, maybe below another. */
export async function inCategory(sql: Sql, parent: string | null = null): Promise<string> {
  const [category] = await sql<{ id: string }[]>`
    insert into public.categories (slug, name_en, name_fr, parent_id)
    values (${`category-${crypto.randomUUID()}`}, 'Clothes', 'Vêtements', ${parent}) returning id`;
  return category!.id;
}

/** A discount, 10 % unless told otherwise. */
export async function discount(
  sql: Sql,
  columns: Record<string, unknown>,
): Promise<{ id: string; code: string }> {
  const code = `C${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
  const [row] = await sql<{ id: string }[]>`
    insert into public.discounts ${
    sql({ code, kind: "percent", basis_points: 1000, ...columns })
  } returning id`;
  return { id: row!.id, code };
}

/** A price list in a currency. */
export async function priceList(sql: Sql, currency: string): Promise<string> {
  const id = `list_${crypto.randomUUID().replaceAll("-", "_").slice(0, 20)}`;
  await sql`insert into public.price_lists (id, currency) values (${id}, ${currency})`;
  return id;
}
