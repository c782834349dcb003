/** Rows of the shop, written past the API: for tests of what hangs on them. */
import type { Sql } from "./database.ts";

/** A product on sale with one variant at 10.00 EUR. */
export interface ProductRow {
  productId: string;
  variantId: string;
}

/** Inserts a product, and `onHand` of its variant into stock. */
export async function insertProduct(
  sql: Sql,
  { onHand = 0, lowStock = 5 }: { onHand?: number; lowStock?: number } = {},
): Promise<ProductRow> {
  const unique = crypto.randomUUID();
  const [made] = await sql<{ product_id: string; variant_id: string }[]>`
    with category as (
      insert into public.categories (slug, name_en, name_fr)
      values (${`c-${unique}`}, 'Chairs', 'Chaises') returning id
    ), product as (
      insert into public.products (slug, category_id, name_en, name_fr)
      select ${`p-${unique}`}, id, 'Chair', 'Chaise' from category returning id
    )
    insert into public.product_variants (product_id, sku, low_stock)
    select id, ${unique}, ${lowStock} from product returning product_id, id as variant_id`;
  const { product_id: productId, variant_id: variantId } = made!;
  await sql`
    insert into public.variant_prices (variant_id, price_list_id, unit_amount)
    values (${variantId}, 'eur', 1000)`;
  if (onHand > 0) {
    await sql`select private.stock_change(${variantId}, 'counted', ${onHand}, 0)`;
  }
  return { productId, variantId };
}

/** Inserts an order of one piece; answers its and its line's id. */
export async function insertOrder(
  sql: Sql,
  { userId, product, status = "paid", email = "buyer@example.com" }: {
    userId: string | null;
    product: ProductRow;
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
