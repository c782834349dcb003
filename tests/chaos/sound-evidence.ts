/** Evidence of a small run in which all went well: an account, a subscription, an order that was refunded in part. */
import type { Sql } from "../support/database.ts";
import { insertUser } from "../support/database.ts";
import { insertPaidOrder, insertVariant } from "../support/shop.ts";
import type { Evidence } from "./invariants/invariant.ts";
import { emptyTally, faultKinds } from "./fault-kinds.ts";
import { emptyLedger } from "./ledger.ts";
import type { StripeBooks } from "./stripe-books.ts";

/** With what a test needs to spoil it. */
export interface Sound {
  evidence: Evidence;
  userId: string;
  orderId: string;
  variantId: string;
}

const email = "ada@example.com";
const back = 100;

/** A mail that was asked for and sent. */
async function mailed(sql: Sql, cause: string, id: string, subject: string) {
  await sql`select private.enqueue('mail_send', '{}', ${cause})`;
  await sql`
    update private.jobs set state = 'succeeded', finished_at = now(), attempts = 1
    where kind = 'mail_send' and dedupe_key = ${cause}`;
  await sql`
    insert into private.mail_log (cause, template, purpose, address_hash, outcome, provider_id)
    values (${cause}, 'x', 'transactional', 'x', 'sent', ${id})`;
  return { id, from: "x", to: [email], subject, html: null, text: subject, created_at: "" };
}

/** What Stripe holds of it; only what is looked at. */
function books(
  { workspaceId, orderId, total }: { workspaceId: string; orderId: string; total: number },
): StripeBooks {
  return {
    customers: [{ id: "cus_1", metadata: { workspace_id: workspaceId } }],
    subscriptions: [{
      id: "sub_1",
      customer: "cus_1",
      status: "active",
      cancel_at_period_end: false,
      metadata: {},
      items: { data: [{ quantity: 2, price: { lookup_key: "price_monthly_pro" } }] },
    }],
    invoices: [{ id: "in_1", status: "paid", total: 9800, amount_paid: 9800 }],
    charges: [
      { id: "ch_1", paid: true, payment_intent: "pi_1", amount: 9800, amount_refunded: 0 },
      { id: "ch_2", paid: true, payment_intent: "pi_2", amount: total, amount_refunded: back },
    ],
    refunds: [{ id: "re_1", payment_intent: "pi_2", amount: back }],
    sessions: [{
      id: "cs_1",
      status: "complete",
      mode: "payment",
      payment_intent: "pi_2",
      metadata: { order_id: orderId },
    }],
    invoicePayments: [{
      invoice: "in_1",
      payment: { type: "payment_intent", payment_intent: "pi_1" },
    }],
  } as unknown as StripeBooks;
}

async function insertBilling(sql: Sql, userId: string): Promise<string> {
  const [workspace] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${userId}`;
  const { id } = workspace!;
  await sql`
    insert into public.subscriptions (
      workspace_id, user_id, stripe_subscription_id, status, quantity, currency, created_at
    ) values (${id}, ${userId}, 'sub_1', 'active', 2, 'EUR', now())`;
  await sql`
    insert into public.invoices (
      workspace_id, stripe_invoice_id, status, currency, subtotal, total, amount_due, amount_paid,
      period_start, period_end, created_at
    ) values (${id}, 'in_1', 'paid', 'EUR', 9800, 9800, 9800, 9800, now(), now(), now())`;
  await sql`
    insert into public.payments (
      workspace_id, stripe_payment_id, status, amount, currency, created_at
    ) values (${id}, 'pi_1', 'succeeded', 9800, 'EUR', now())`;
  // What requests leave that died on their way, and may leave: Stripe has heard of neither.
  await sql`
    insert into private.subscription_intents (workspace_id, user_id, price_id, quantity)
    values (${id}, ${userId}, 'price_1', 1)`;
  await sql`
    insert into private.subscription_changes (
      quote_id, workspace_id, user_id, stripe_subscription_id, locked_until
    ) values (gen_random_uuid(), ${id}, ${userId}, 'sub_1', now() - interval '1 minute')`;
  await sql`
    insert into private.subscription_cancellations (
      workspace_id, user_id, stripe_subscription_id, currency, parts, refunded_at
    ) values (${id}, ${userId}, 'sub_0', 'EUR', '[]', now())`;
  return id;
}

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
  return { variant, order, refundId: refund!.id };
}

/** Writes its rows into a database that holds nothing else. */
export async function soundEvidence(sql: Sql): Promise<Sound> {
  const userId = await insertUser(sql, { email });
  const workspaceId = await insertBilling(sql, userId);
  const { variant, order, refundId } = await insertRefundedOrder(sql);
  await sql`
    insert into private.webhook_events (provider, event_id, type, payload, handled_at)
    values ('stripe', 'evt_1', 'invoice.paid', '{}', now())`;
  await sql`
    insert into public.discounts (code, kind, basis_points, max_redemptions)
    values ('CODE', 'percent', 1000, 1)`;
  const mails = [
    await mailed(sql, `welcome:${userId}`, "mail-1", "Welcome"),
    await mailed(sql, "receipt:in_1", "mail-2", "Receipt"),
    await mailed(sql, `paid:${order.id}`, "mail-3", "Your order is confirmed"),
  ];
  // What an account begins with is done.
  await sql`
    update private.jobs set state = 'succeeded', finished_at = now() where state = 'pending'`;
  const ledger = emptyLedger();
  ledger.signUps.push({ email, userId });
  ledger.events.set("evt_1", 2);
  Object.assign(ledger, { changes: 1, cancellations: 1, requests: 8, acknowledged: 7, givenUp: 1 });
  const faults = emptyTally();
  for (const kind of faultKinds) faults[kind] = { struck: 1 };
  ledger.subscriptions.set("sub_1", {
    id: "sub_1",
    userId,
    paid: true,
    allowed: [{ price: "price_monthly_pro", quantity: 2, ends: "no" }],
  });
  ledger.orders.set(order.id, { id: order.id, sessionId: "cs_1", email, cancelled: false });
  ledger.refunds.push({ id: refundId, orderId: order.id, amount: back });
  return {
    evidence: {
      minutes: 2,
      faults,
      sql,
      ledger,
      stripe: books({ workspaceId, orderId: order.id, total: order.total }),
      mails,
      start: new Map([[variant.id, 10]]),
      drifts: [],
      health: { status: 200, body: {} },
      log: [],
    },
    userId,
    orderId: order.id,
    variantId: variant.id,
  };
}
