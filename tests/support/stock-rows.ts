/** Variants with a stock, orders that hold of it, and what the ledger says: rows of a test's own. */
import type { Sql } from "./database.ts";

/** A variant of a product of its own, with so many on hand. */
export async function variantWithStock(
  sql: Sql,
  onHand: number,
  options: { sku?: string; lowStock?: number } = {},
): Promise<string> {
  const unique = crypto.randomUUID();
  const [row] = await sql<{ id: string }[]>`
    with category as (
      insert into public.categories (slug, name_en, name_fr)
      values (${unique}, 'Chairs', 'Chaises') returning id
    ), product as (
      insert into public.products (slug, category_id, name_en, name_fr)
      select ${unique}, id, 'Chair', 'Chaise' from category returning id
    )
    insert into public.product_variants (product_id, sku, low_stock)
    select id, ${options.sku ?? unique}, ${options.lowStock ?? 5} from product returning id`;
  const id = row!.id;
  if (onHand > 0) await sql`select private.stock_change(${id}, 'adjusted', ${onHand}, 0)`;
  return id;
}

/** An order of a variant as it is once paid: its units have left what is on hand. */
export async function paidOrder(sql: Sql, variantId: string, quantity: number): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into public.orders (
      customer_email, price_list_id, currency, subtotal_amount, total_amount, expires_at
    )
    values ('buyer@example.com', 'eur', 'EUR', ${quantity}, ${quantity}, now()) returning id`;
  const id = row!.id;
  await sql`
    insert into public.order_items (
      order_id, variant_id, position, sku, name_en, name_fr, unit_amount, quantity,
      subtotal_amount, total_amount
    )
    values (${id}, ${variantId}, 1, 'SKU', 'Chair', 'Chaise', 1, ${quantity}, ${quantity}, ${quantity})`;
  await sql`select private.stock_change(${variantId}, 'sold', ${-quantity}, 0, ${id})`;
  await sql`update public.orders set status = 'paid', paid_at = now() where id = ${id}`;
  return id;
}

/** The counters of a variant, and the sums of its ledger, which must be the same. */
export async function stockOf(sql: Sql, variantId: string) {
  const [row] = await sql<{ held: Counters; summed: Counters }[]>`
    select jsonb_build_object(
        'on_hand', held.on_hand, 'reserved', held.reserved, 'shortage', held.shortage
      ) as held,
      (select jsonb_build_object(
        'on_hand', coalesce(sum(on_hand_delta), 0), 'reserved', coalesce(sum(reserved_delta), 0),
        'shortage', coalesce(sum(shortage_delta), 0)
      ) from private.stock_movements as moved where moved.variant_id = held.variant_id) as summed
    from private.stock as held where held.variant_id = ${variantId}`;
  return row!;
}

interface Counters {
  on_hand: number;
  reserved: number;
  shortage: number;
}
