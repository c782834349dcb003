/** Orders of one piece in any state, written past the API: for tests of what hangs on them. */
import type { Sql } from "./database.ts";
import type { Sold } from "./products.ts";

/** Inserts an order of one piece; answers its and its line's id. */
export async function insertOrder(
  sql: Sql,
  { userId, product, status = "paid", email = "buyer@example.com" }: {
    userId: string | null;
    product: Sold;
    status?: string;
    email?: string;
  },
): Promise<{ orderId: string; itemId: string }> {
  const [made] = await sql<{ order_id: string; id: string }[]>`
    with placed as (
      insert into public.orders (
        user_id, customer_email, status, price_list_id, currency, subtotal_amount, total_amount,
        paid_at, expires_at
      )
      values (
        ${userId}, ${email}, ${status}, 'eur', 'EUR', 1000, 1000,
        ${status === "pending" ? null : new Date()}, now() + interval '40 minutes'
      )
      returning id
    )
    insert into public.order_items (
      order_id, user_id, variant_id, product_id, position, sku, name_en, name_fr, unit_amount, quantity,
      subtotal_amount, total_amount
    )
    select id, ${userId}, ${product.variantId}, ${product.productId}, 1, 'sku', 'Chair', 'Chaise', 1000, 1,
      1000, 1000
    from placed returning order_id, id`;
  return { orderId: made!.order_id, itemId: made!.id };
}
