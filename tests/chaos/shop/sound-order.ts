/** An order of a small run in which all went well: paid, and refunded in part. */
import type Stripe from "stripe";
import type { Sql } from "../../support/database.ts";
import { insertPaidOrder, insertVariant } from "../../support/shop.ts";
import type { Evidence } from "../invariants/invariant.ts";
import { email, mailed } from "../sound-evidence.ts";

const back = 100;

async function insertRefundedOrder(sql: Sql) {
  const variant = await insertVariant(sql, { stock: 10 });
  const order = await insertPaidOrder(sql, {
    email,
    lines: [{ variant, quantity: 2 }],
    paymentIntent: "pi_2",
    charge: "ch_2",
  });
  const [refund] = await sql<{ id: string }[]>`
    insert into public.order_refunds (
      order_id, amount, currency, reason, state, cause, closed_at, stripe_refund_id
    ) values (${order.id}, ${back}, 'EUR', 'goodwill', 'done', 'x', now(), 're_1') returning id`;
  await sql`select private.order_money(${order.id}, 'refund', ${-back}, 're_1')`;
  await sql`
    update public.orders set status = 'partially_refunded', stripe_session_id = 'cs_1'
    where id = ${order.id}`;
  await sql`
    insert into public.discounts (code, kind, basis_points, max_redemptions)
    values ('CODE', 'percent', 1000, 1)`;
  return { variant, order, refundId: refund!.id };
}

/** Writes its rows, and puts into the evidence what Stripe holds of it, what was mailed and what was told. */
export async function addRefundedOrder(sql: Sql, evidence: Evidence) {
  const { variant, order, refundId } = await insertRefundedOrder(sql);
  const { stripe, ledger, mails, start } = evidence;
  stripe.charges.push({
    id: "ch_2",
    paid: true,
    payment_intent: "pi_2",
    amount: order.total,
    amount_refunded: back,
  } as Stripe.Charge);
  stripe.refunds.push({ id: "re_1", payment_intent: "pi_2", amount: back } as Stripe.Refund);
  stripe.sessions.push({
    id: "cs_1",
    status: "complete",
    mode: "payment",
    payment_intent: "pi_2",
    metadata: { order_id: order.id },
  } as unknown as Stripe.Checkout.Session);
  mails.push(await mailed(sql, `paid:${order.id}`, "mail-3", "Your order is confirmed"));
  ledger.orders.set(order.id, { id: order.id, sessionId: "cs_1", email, cancelled: false });
  ledger.refunds.push({ id: refundId, orderId: order.id, amount: back });
  start.set(variant.id, 10);
  return { orderId: order.id, variantId: variant.id };
}
