/** Evidence of a small run in which all went well: an account, a subscription. */
import type { Sql } from "../support/database.ts";
import { insertUser } from "../support/database.ts";
import type { Evidence } from "./invariants/invariant.ts";
import { emptyTally, faultKinds } from "./fault-kinds.ts";
import { emptyLedger } from "./ledger.ts";
import { addRefundedOrder } from "./shop/sound-order.ts";
import type { StripeBooks } from "./stripe-books.ts";

/** With what a test needs to spoil it. */
export interface Sound {
  evidence: Evidence;
  userId: string;
  // #region shop
  orderId: string;
  variantId: string;
  // #endregion shop
}

export const email = "ada@example.com";

/** A mail that was asked for and sent. */
export async function mailed(sql: Sql, cause: string, id: string, subject: string) {
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
function books(workspaceId: string): StripeBooks {
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
    ],
    refunds: [],
    sessions: [],
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

/** Writes its rows into a database that holds nothing else. */
export async function soundEvidence(sql: Sql): Promise<Sound> {
  const userId = await insertUser(sql, { email });
  const workspaceId = await insertBilling(sql, userId);
  await sql`
    insert into private.webhook_events (provider, event_id, type, payload, handled_at)
    values ('stripe', 'evt_1', 'invoice.paid', '{}', now())`;
  const mails = [
    await mailed(sql, `welcome:${userId}`, "mail-1", "Welcome"),
    await mailed(sql, "receipt:in_1", "mail-2", "Receipt"),
  ];
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
  const evidence: Evidence = {
    minutes: 2,
    faults,
    sql,
    ledger,
    stripe: books(workspaceId),
    mails,
    // #region shop
    start: new Map(),
    // #endregion shop
    drifts: [],
    health: { status: 200, body: {} },
    log: [],
  };
  const sound = {
    evidence,
    userId,
    ...await addRefundedOrder(sql, evidence),
  };
  // What an account begins with is done.
  await sql`
    update private.jobs set state = 'succeeded', finished_at = now() where state = 'pending'`;
  return sound;
}
