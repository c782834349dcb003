/** A shop to buy in: products with a price and a stock, made over SQL. */
import { asServer } from "./callers.ts";
import type { Sql } from "./database.ts";

/** A variant on sale. */
export interface Sold {
  productId: string;
  categoryId: string;
  variantId: string;
}

/** Makes a product with one variant, in a category of its own unless one is given. */
export async function onSale(
  sql: Sql,
  { stock = 100, price = 1000, list = "eur", weight = 0, category, active = true, name }: {
    stock?: number;
    /** Null: it has no price in that list. */
    price?: number | null;
    list?: string;
    weight?: number;
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
    insert into public.product_variants (product_id, sku, weight_grams, options)
    values (${product!.id}, ${unique}, ${weight}, ${sql.json({ size: "M" })})
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

/** What a variant has: `sold` by its ledger, whose sums must equal the counters. */
export async function stockOf(
  sql: Sql,
  variantId: string,
): Promise<{ on_hand: number; reserved: number; sold: number }> {
  const [row] = await sql<
    { on_hand: number; reserved: number; sold: number; agrees: boolean }[]
  >`
    select stock.on_hand, stock.reserved,
      coalesce(sum(-moved.on_hand_delta) filter (where moved.kind = 'sold'), 0)::int as sold,
      stock.on_hand = coalesce(sum(moved.on_hand_delta), 0) and stock.reserved = coalesce(sum(moved.reserved_delta), 0) as agrees
    from private.stock left join private.stock_movements as moved using (variant_id)
    where stock.variant_id = ${variantId} group by stock.variant_id`;
  if (row === undefined || !row.agrees) throw new Error(`the ledger of ${variantId} differs`);
  const { on_hand, reserved, sold } = row;
  return { on_hand, reserved, sold };
}

/** What is asked of public.order_place. */
export interface Asked {
  buyer?: string;
  userId?: string | null;
  email?: string;
  list?: string | null;
  items: { variant_id: string; quantity: number }[];
  address?: unknown;
  rate?: string | null;
  code?: string | null;
  successUrl?: string;
  addressHash?: string;
}

/** What it answers. */
export interface Placed {
  fresh: boolean;
  matches: boolean;
  order: {
    id: string;
    status: string;
    total_amount: number;
    expires_at: number;
    items: {
      quantity: number;
      unit_amount: number;
      discount_amount: number;
      total_amount: number;
    }[];
  };
}

/** Places an order as checkout-create does. */
export async function place(sql: Sql, asked: Asked): Promise<Placed> {
  const unique = crypto.randomUUID();
  const [row] = await asServer(sql, (call) =>
    call<{ placed: Placed }[]>`
    select public.order_place(
      buyer => ${asked.buyer ?? `guest:${unique}`}, user_id => ${asked.userId ?? null},
      email => ${asked.email ?? `${unique}@example.com`}, locale => 'en', price_list => ${
      asked.list ?? null
    }, items => ${sql.json(asked.items)}, shipping_address => ${
      asked.address === undefined ? null : sql.json(asked.address as never)
    }, shipping_rate_id => ${asked.rate ?? null}, discount_code => ${asked.code ?? null},
      success_url => ${asked.successUrl ?? "https://shop.example/thanks"},
      cancel_url => 'https://shop.example/cart', address_hash => ${asked.addressHash ?? null}
    ) as placed`);
  return row!.placed;
}

/** A session as Stripe has it, as checkoutSessionRecord() tells it. */
export function paidSession(
  order: { id: string; total_amount: number },
  more: Record<string, unknown> = {},
) {
  const unique = order.id.replaceAll("-", "");
  return {
    id: `cs_test_${unique}`,
    order_id: order.id,
    status: "complete",
    payment_status: "paid",
    currency: "EUR",
    amount_total: order.total_amount,
    amount_tax: 0,
    automatic_tax: false,
    payment_intent_id: `pi_${unique}`,
    payment_intent_status: "succeeded",
    charge_id: `ch_${unique}`,
    amount_received: order.total_amount,
    ...more,
  };
}

/** Applies a session as a sync does. */
export async function apply(sql: Sql, record: unknown): Promise<void> {
  await asServer(
    sql,
    (call) => call`select private.stripe_apply_checkout_session(${sql.json(record as never)})`,
  );
}
