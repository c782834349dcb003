/** What must be true after a rush, whatever happened in it: of the stock, the orders, the money, the mails. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { listMails } from "../../../local/mail/mailbox.ts";
import { call, type StackAddress, stripeSdk } from "../../support/stack.ts";
import type { Buyer } from "./buyers.ts";

/** What a rush came to. */
export interface Report {
  buyers: number;
  placed: number;
  refused: number;
  paid: number;
  refunded: number;
  ended: number;
  sold: number;
  /** Orders that were paid with the code of which there were too few. */
  redeemed: number;
  killed: number;
  events: number;
  withheld: number;
  deliveries: number;
  seconds: number;
}

interface Order {
  id: string;
  status: string;
  customer_email: string;
  stripe_session_id: string | null;
  total_amount: string;
  paid_amount: string;
  refunded_amount: string;
  discount_code: string | null;
}

const byValue = (values: Iterable<string>) => [...values].toSorted();

/** Stock of the variants, orders of the buyers, and Stripe's books, compared. */
export async function compareBooks(
  sql: Sql,
  on: StackAddress,
  { variants, start, buyers, code }: {
    variants: string[];
    start: number;
    buyers: Buyer[];
    code: string;
  },
): Promise<
  Pick<Report, "placed" | "refused" | "paid" | "refunded" | "ended" | "sold" | "redeemed">
> {
  const emails = buyers.map(({ email }) => email);
  const orders = await sql<Order[]>`
    select id, status, customer_email, stripe_session_id, total_amount, paid_amount, refunded_amount,
      discount_code
    from public.orders where customer_email = any (${emails})`;
  const bought = orders.filter(({ status }) => status === "paid");
  const refunded = orders.filter(({ status }) => status === "refunded");
  const ended = orders.filter(({ status }) => status === "expired" || status === "cancelled");
  deepStrictEqual(
    orders.filter((order) => ![bought, refunded, ended].some((some) => some.includes(order))),
    [],
    "orders that are in none of the states in which a rush may leave them",
  );

  // Sold and on hand are what there was; nothing is held; the ledgers add up.
  const stock = await sql<{ id: string; on_hand: number; reserved: number; sold: number }[]>`
    select stock.variant_id as id, stock.on_hand, stock.reserved, coalesce((
      select sum(item.quantity) from public.order_items as item
      join public.orders as placed on placed.id = item.order_id
      where item.variant_id = stock.variant_id and placed.status = 'paid'
    ), 0)::int as sold
    from private.stock where variant_id = any (${variants})`;
  for (const { id, on_hand, reserved, sold } of stock) {
    strictEqual(sold + on_hand, start, `${id}: ${sold} sold and ${on_hand} on hand of ${start}`);
    strictEqual(reserved, 0, `${id} is still held`);
  }
  deepStrictEqual([...await sql`select * from private.shop_imbalances()`], []);

  // Each paid session is one order's, and the other way round; the money is what Stripe has.
  const sessions = (await stripeSdk(on).checkout.sessions.list({ limit: 100 })
    .autoPagingToArray({ limit: 10_000 }))
    .filter(({ metadata }) => orders.some(({ id }) => id === metadata?.["order_id"]));
  const paidSessions = sessions.filter(({ payment_status }) => payment_status === "paid");
  deepStrictEqual(
    byValue(paidSessions.map(({ id, amount_total }) => `${id} ${amount_total}`)),
    byValue(
      [...bought, ...refunded].map((order) => `${order.stripe_session_id} ${order.paid_amount}`),
    ),
  );
  for (const { total_amount, paid_amount, refunded_amount } of bought) {
    deepStrictEqual([paid_amount, refunded_amount], [total_amount, "0"]);
  }
  for (const { paid_amount, refunded_amount } of refunded) {
    strictEqual(refunded_amount, paid_amount);
  }
  for (const { paid_amount } of ended) strictEqual(paid_amount, "0");
  const charges = (await stripeSdk(on).charges.list({ limit: 100 })
    .autoPagingToArray({ limit: 10_000 })).filter(({ paid }) => paid);
  const ofOrders = new Set(paidSessions.map(({ payment_intent }) => payment_intent));
  const charged = charges.filter(({ payment_intent }) => ofOrders.has(payment_intent));
  strictEqual(charged.length, paidSessions.length, "a session that was charged twice");
  strictEqual(
    charged.reduce((sum, { amount_refunded }) => sum + amount_refunded, 0),
    refunded.reduce((sum, { refunded_amount }) => sum + Number(refunded_amount), 0),
  );

  // The code was redeemed as often as it is paid with, and no more often than it may be.
  const [discount] = await sql<{ redeemed: number; counted: number; most: number }[]>`
    select held.redeemed, held.max_redemptions as most, (
      select count(*)::int from private.discount_redemptions as one
      where one.discount_id = held.id and one.released_at is null
    ) as counted
    from public.discounts as held where held.code = ${code}`;
  const redeemed = bought.filter((order) => order.discount_code === code).length;
  deepStrictEqual([discount!.redeemed, discount!.counted], [redeemed, redeemed]);
  ok(redeemed <= discount!.most, `${redeemed} redemptions of ${discount!.most}`);

  // What was bought has left its cart; what was not is still there.
  for (const { cart, items, order } of buyers) {
    if (cart === undefined) continue;
    const { body } = await call("GET", "cart", { on, headers: { "x-cart-id": cart } });
    const paid = bought.some(({ id }) => id === order?.id);
    strictEqual(body.cart.lines.length, paid ? 0 : items.length, `the cart of ${order?.id}`);
  }

  // Whoever was told that he has an order has it, and one only; one mail for each cause: paid, or a debit
  // that bounced.
  deepStrictEqual(
    byValue(buyers.flatMap(({ order }) => order === undefined ? [] : [order.id])).filter((id) =>
      !orders.some((order) => order.id === id)
    ),
    [],
  );
  const mails = (await listMails(on.mailUrl, on.mailKey)).flatMap(({ to, subject }) =>
    to.filter((address) => emails.includes(address)).map((address) =>
      `${address} ${/is (confirmed|cancelled)$/.exec(subject)?.[1] ?? subject}`
    )
  );
  const cancelled = ended.filter(({ status }) => status === "cancelled");
  deepStrictEqual(
    byValue(mails),
    byValue([
      ...bought.map(({ customer_email }) => `${customer_email} confirmed`),
      ...cancelled.map(({ customer_email }) => `${customer_email} cancelled`),
    ]),
  );
  return {
    placed: orders.length,
    refused: buyers.filter(({ order }) => order === undefined).length,
    paid: bought.length,
    refunded: refunded.length,
    ended: ended.length,
    sold: stock.reduce((sum, { sold }) => sum + sold, 0),
    redeemed,
  };
}
