/** Variants with a stock, orders that hold of it, and what the ledger says: rows of a test's own. */
import type { Sql } from "./database.ts";
import { onSale } from "./products.ts";

/** A variant of a product of its own, with so many on hand. */
export async function variantWithStock(
  sql: Sql,
  onHand: number,
  options: { sku?: string; lowStock?: number } = {},
): Promise<string> {
  return (await onSale(sql, { stock: onHand, price: null, ...options })).variantId;
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
