/** What must be true after a rush, whatever happened in it: of the stock, the orders, the money, the mails. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { listMails } from "../../../local/mail/mailbox.ts";
import { type StackAddress, stripeSdk } from "../../support/stack.ts";
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
}

const byValue = (values: Iterable<string>) => [...values].toSorted();

/** Stock of the variants, orders of the buyers, and Stripe's books, compared. */
export async function compareBooks(
  sql: Sql,
  on: StackAddress,
  { variants, start, buyers }: { variants: string[]; start: number; buyers: Buyer[] },
): Promise<Pick<Report, "placed" | "refused" | "paid" | "refunded" | "ended" | "sold">> {
  const emails = buyers.map(({ email }) => email);
  const orders = await sql<Order[]>`
    select id, status, customer_email, stripe_session_id, total_amount, paid_amount, refunded_amount
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

  // Whoever was told that he has an order has it, and one only; one confirmation for each that is paid.
  deepStrictEqual(
    byValue(buyers.flatMap(({ order }) => order === undefined ? [] : [order.id])).filter((id) =>
      !orders.some((order) => order.id === id)
    ),
    [],
  );
  const mails = (await listMails(on.mailUrl, on.mailKey)).filter(({ subject }) =>
    /your order .* is confirmed|order confirmed|thank you for your order/i.test(subject)
  );
  deepStrictEqual(
    byValue(mails.flatMap(({ to }) => to).filter((address) => emails.includes(address))),
    byValue(bought.map(({ customer_email }) => customer_email)),
  );
  return {
    placed: orders.length,
    refused: buyers.filter(({ order }) => order === undefined).length,
    paid: bought.length,
    refunded: refunded.length,
    ended: ended.length,
    sold: stock.reduce((sum, { sold }) => sum + sold, 0),
  };
}
