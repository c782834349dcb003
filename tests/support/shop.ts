/** Rows of a shop, for tests on a database: products with stock, orders placed, paid, shipped. */
import type postgres from "postgres";
import { onSale } from "./products.ts";

type Sql = postgres.Sql | postgres.TransactionSql;

export interface TestVariant {
  id: string;
  productId: string;
  unitAmount: number;
  currency: string;
}

/** A text that no other test has, as slugs and SKUs take it. */
const unique = () => crypto.randomUUID().slice(0, 18);

/** A product in a category of its own, with one variant, a price and units in stock. */
export async function insertVariant(
  sql: Sql,
  { unitAmount = 1000, stock = 10, currency = "EUR" } = {},
): Promise<TestVariant> {
  const list = currency.toLowerCase();
  await sql`
    insert into public.price_lists (id, currency) values (${list}, ${currency}) on conflict do nothing`;
  const { variantId: id, productId } = await onSale(sql, {
    stock,
    price: unitAmount,
    list,
    options: { colour: "red" },
  });
  return { id, productId, unitAmount, currency };
}

export interface TestOrder {
  id: string;
  number: string;
  email: string | null;
  /** In the order in which they were given. */
  itemIds: string[];
  total: number;
  currency: string;
}

export interface OrderOptions {
  userId?: string | null;
  email?: string | null;
  locale?: "en" | "fr";
  discount?: number;
  shipping?: number;
  tax?: number;
  lines: { variant: TestVariant; quantity?: number }[];
}

/** A pending order with its stock held, as private.order_place writes it. */
export async function insertOrder(sql: Sql, options: OrderOptions): Promise<TestOrder> {
  const { userId = null, locale = "en", discount = 0, shipping = 0, tax = 0, lines } = options;
  const email = options.email === undefined ? `${unique()}@example.com` : options.email;
  const currency = lines[0]!.variant.currency;
  const amounts = lines.map(({ variant, quantity = 1 }) => variant.unitAmount * quantity);
  const subtotal = amounts.reduce((sum, one) => sum + one, 0);
  const total = subtotal - discount + shipping + tax;
  const address = { name: "Ada Lovelace", line1: "1 Test Street", city: "Lyon", country: "FR" };
  const [order] = await sql<{ id: string; number: string }[]>`
    insert into public.orders (
      user_id, customer_email, locale, price_list_id, currency, subtotal_amount, discount_amount,
      shipping_amount, tax_amount, total_amount, shipping_address, shipping_rate, expires_at
    ) values (
      ${userId}, ${email}, ${locale}, ${currency.toLowerCase()}, ${currency}, ${subtotal}, ${discount},
      ${shipping}, ${tax}, ${total}, ${sql.json(address)},
      ${sql.json({ name_en: "Parcel", name_fr: "Colis", min_days: 2, max_days: 4 })},
      private.now() + interval '40 minutes'
    ) returning id, number`;
  const itemIds: string[] = [];
  let left = discount;
  for (const [index, { variant, quantity = 1 }] of lines.entries()) {
    const part = index === lines.length - 1
      ? left
      : Math.floor(discount * amounts[index]! / subtotal);
    left -= part;
    const [item] = await sql<{ id: string }[]>`
      insert into public.order_items (
        order_id, user_id, variant_id, product_id, position, sku, name_en, name_fr, options,
        unit_amount, quantity, subtotal_amount, discount_amount, total_amount
      ) values (
        ${
      order!.id
    }, ${userId}, ${variant.id}, ${variant.productId}, ${index}, ${`sku-${index}`}, 'Chair',
        'Chaise', '{"colour": "red"}', ${variant.unitAmount}, ${quantity}, ${amounts[
      index
    ]!}, ${part},
        ${amounts[index]! - part}
      ) returning id`;
    itemIds.push(item!.id);
    await sql`select private.stock_change(${variant.id}, 'reserved', 0, ${quantity}, ${order!.id})`;
  }
  return { id: order!.id, number: order!.number, email, itemIds, total, currency };
}

/** The same, paid: its stock is sold and the charge in the ledger. */
export async function insertPaidOrder(
  sql: Sql,
  options: OrderOptions & { paymentIntent?: string; charge?: string },
): Promise<TestOrder & { paymentIntent: string; charge: string }> {
  const order = await insertOrder(sql, options);
  const paymentIntent = options.paymentIntent ?? `pi_${unique()}`;
  const charge = options.charge ?? `ch_${unique()}`;
  for (const { variant, quantity = 1 } of options.lines) {
    await sql`
      select private.stock_change(${variant.id}, 'sold', ${-quantity}, ${-quantity}, ${order.id})`;
  }
  await sql`
    update public.orders
    set status = 'paid', paid_at = private.now(), stripe_payment_intent_id = ${paymentIntent}
    where id = ${order.id}`;
  await sql`select private.order_money(${order.id}, 'charge', ${order.total}, ${charge})`;
  return { ...order, paymentIntent, charge };
}

/** Every difference between ledgers and counters, of the orders and variants given, or of all. */
export async function imbalances(sql: Sql, ids?: string[]): Promise<unknown[]> {
  return [
    ...await sql`
      select * from private.shop_imbalances() as found
      where ${ids ?? null}::uuid[] is null or found.id = any (${ids ?? null}::uuid[])`,
  ];
}
