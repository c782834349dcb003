/**
 * The drill: a day of life, the database is taken a day back, and the commands of docs/operations.md make
 * rows, access and orders right again, with no money kept for what is forgotten and no mail sent twice.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type postgres from "postgres";
// #region shop
import type Stripe from "stripe";
// #endregion shop
import { listMails } from "../../local/mail/mailbox.ts";
import { connect } from "../support/connect.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { onSale } from "../support/products.ts";
import { buy, customerOf } from "../support/purchases.ts";
import { change } from "../support/quotes.ts";
// #region shop
import { payPage } from "../support/pay-page.ts";
// #endregion shop
import { checkout, guest } from "../support/shopping.ts";
import { call, type StackAddress, stripeSdk } from "../support/stack.ts";
import { advance, delivered } from "../support/stripe-local.ts";
import { freshAddress, signUp, type TestUser } from "../support/users.ts";
// #region shop
import { signUpStaff } from "../support/users.ts";
// #endregion shop
import { waitFor } from "../support/wait.ts";
import { moment, runbook } from "./runbook.ts";

interface Drift {
  kind: string;
  object_type: string;
  object_id: string;
  repaired: boolean;
}

// #region shop
interface Order {
  order_id: string;
  session_id: string;
  checkout_url: string;
}
// #endregion shop

/** Every mail that was sent: to whom, and what about. */
async function mails(on: StackAddress): Promise<string[]> {
  const sent = await listMails(on.mailUrl, on.mailKey, {});
  return sent.map(({ to, subject }) => `${to}: ${subject}`).sort();
}

/** A copy of the database, which nobody else may be connected to. */
async function copyDatabase(
  { admin, from, to }: { admin: postgres.Sql; from: string; to: string },
): Promise<void> {
  await admin.unsafe(`create database ${to} template ${from} strategy file_copy`);
}

/** A mail of which the copy says that it is still to be sent, and which is sent in the day after. */
async function queueMail(sql: postgres.Sql, user: TestUser): Promise<void> {
  await sql`select private.enqueue_mail('welcome', ${user.id}, '{}', ${`again:${user.id}`})`;
}

const hour = 3600;

/** What compares our books with Stripe's, in the order of the page. */
const comparisons = [
  "billing-reconcile",
  // #region shop
  "shop-reconcile",
  // #endregion shop
];

const told = (drifts: Drift[]) =>
  drifts.map(({ kind, object_type, repaired }) => `${kind} ${object_type} ${repaired}`).sort();

// #region shop
async function bought(on: StackAddress, variantId: string): Promise<Order> {
  const { buyer, email } = guest();
  const { status, body } = await checkout(buyer, {
    email,
    items: [{ variant_id: variantId, quantity: 1 }],
  }, on);
  equal(status, 200, JSON.stringify(body));
  return body;
}

async function pay({ checkout_url }: Order): Promise<void> {
  equal((await payPage(checkout_url)).status, 303);
}

/** What is left at Stripe of what a session paid. */
async function keptAtStripe(on: StackAddress, { session_id }: Order): Promise<number> {
  const session = await stripeSdk(on).checkout.sessions.retrieve(session_id, {
    expand: ["payment_intent.latest_charge"],
  });
  const { latest_charge: charge } = session.payment_intent as Stripe.PaymentIntent;
  const { amount_captured, amount_refunded } = charge as Stripe.Charge;
  return amount_captured - amount_refunded;
}
// #endregion shop

/** The third step of the page, while jobs are paused: nothing is worked off, whoever asks. */
async function tellDatabase(on: StackAddress, takenAt: string): Promise<void> {
  const { sql: statements } = await runbook();
  equal(statements.length, 1);
  const sql = connect(on);
  try {
    const { body } = await call("POST", "jobs-run", { on, key: on.secretKey, body: {} });
    deepEqual(body, { claimed: 0, succeeded: 0, failed: 0 });
    const [due] = await sql`
      select count(*)::int as jobs from private.jobs
      where kind = 'mail_send' and state = 'pending' and run_at <= private.now()`;
    ok(due!["jobs"] > 0, "a mail is due all the while");
    for (const text of statements) await sql.unsafe(text.replace(moment, takenAt));
  } finally {
    await sql.end();
  }
}

/** The fifth and sixth step of the page. */
async function reconcileAll(
  on: StackAddress,
  takenAt: string,
  otherwise: { repair?: boolean } = {},
): Promise<Record<string, Drift[]>> {
  const { calls } = await runbook();
  deepEqual(calls.map(({ endpoint }) => endpoint), comparisons);
  const found: Record<string, Drift[]> = {};
  for (const { endpoint, body } of calls) {
    equal(body["lost_since"], moment);
    const answer = await call("POST", endpoint, {
      on,
      key: on.secretKey,
      body: { ...body, lost_since: takenAt, ...otherwise },
    });
    deepEqual([answer.status, answer.body.done], [200, true], JSON.stringify(answer.body));
    found[endpoint] = answer.body.drifts;
  }
  return found;
}

/** The seventh step of the page. */
async function nothingDiffers(on: StackAddress): Promise<void> {
  const { look } = await runbook();
  for (const endpoint of comparisons) {
    const { body } = await call("POST", endpoint, { on, key: on.secretKey, body: look.body });
    deepEqual([body.done, body.drifts], [true, []], endpoint);
  }
  const { status, body } = await call("GET", look.health, { on });
  equal(status, 200, JSON.stringify(body));
}

Deno.test("restore: a day back, and rows, access, orders, money and mails are right again", async () => {
  const functionsEnv: Record<string, string> = {};
  await using own: OwnStack = await startOwnStack({ functionsEnv });
  const on = own.at;
  const stripe = stripeSdk(on);
  let sql = connect(on);

  // Yesterday.
  // #region shop
  const staff = await signUpStaff({ on });
  // #endregion shop
  const [upgrades, cancels, buysLater, reads] = await Promise.all(
    Array.from({ length: 4 }, () => signUp({ on })),
  ) as [TestUser, TestUser, TestUser, TestUser];
  await Promise.all([upgrades, cancels].map((user) => buy(user, {}, on)));
  // #region shop
  const { variantId } = await onSale(sql, { stock: 50, price: 1000 });
  const [paysLater, refundedLater] = [await bought(on, variantId), await bought(on, variantId)];
  await pay(refundedLater);
  // #endregion shop
  await delivered(on);
  const [{ now: takenAt }] = await sql<[{ now: string }]>`
    select to_char(now() + interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as now`;
  await sql.end();
  const yesterday = `yesterday_${crypto.randomUUID().replaceAll("-", "")}`;
  await own.restart(async ({ admin, name }) => {
    await copyDatabase({ admin, from: name, to: yesterday });
  });

  // The day that will be lost.
  sql = connect(on);
  await queueMail(sql, reads);
  await change(upgrades, { price_id: "price_monthly_pro" }, on);
  equal(
    (await call("POST", "subscription-cancel", {
      on,
      token: cancels.token,
      body: { workspace_id: cancels.workspaceId },
    })).status,
    200,
  );
  // #region shop
  await pay(paysLater);
  // #endregion shop
  await delivered(on);
  await advance(on, hour * 13);
  const bought1 = await buy(buysLater, {}, on);
  const forgotten = await signUp({ on, email: freshAddress("forgotten") });
  const orphan = await buy(forgotten, {}, on);
  // #region shop
  const refund = await call("POST", "order-refund", {
    on,
    token: staff.token,
    body: { order_id: refundedLater.order_id, amount: 300, reason: "a scratch on it" },
    headers: { "idempotency-key": crypto.randomUUID() },
  });
  equal(refund.status, 200, JSON.stringify(refund.body));
  const lost = await bought(on, variantId);
  await pay(lost);
  // #endregion shop
  await delivered(on);
  await advance(on, hour * 13);
  await delivered(on);
  await sql.end();
  const sent = await mails(on);

  // Yesterday's copy, with a queue in which one mail was still to be sent.
  functionsEnv["JOBS_PAUSED"] = "on";
  await own.restart(async ({ admin, name }) => {
    await admin.unsafe(`drop database ${name} with (force)`);
    await copyDatabase({ admin, from: yesterday, to: name });
    await admin.unsafe(`drop database ${yesterday} with (force)`);
    const copy = connect(on);
    await queueMail(copy, reads);
    // He had signed up in the copy's last second: his customer was not made yet.
    await copy`
      update private.billing_customers set stripe_customer_id = null
      where workspace_id = ${buysLater.workspaceId}`;
    await copy.end();
  });
  await tellDatabase(on, takenAt);
  delete functionsEnv["JOBS_PAUSED"];
  await own.restart(() => Promise.resolve());
  // To look is to move nothing.
  for (const drift of Object.values(await reconcileAll(on, takenAt, { repair: false })).flat()) {
    equal(drift.repaired, false, JSON.stringify(drift));
  }
  equal((await stripe.subscriptions.retrieve(orphan)).status, "active");
  // #region shop
  equal(await keptAtStripe(on, lost), 1000);
  // #endregion shop
  const found = await reconcileAll(on, takenAt);
  await delivered(on);

  const billing = told(found["billing-reconcile"]!);
  ok(billing.includes("missing customer true"), billing.join());
  ok(billing.includes("orphan subscription true"), billing.join());
  ok(found["billing-reconcile"]!.every(({ repaired }) => repaired), billing.join());
  // #region shop
  const shop = told(found["shop-reconcile"]!);
  ok(shop.includes("order_missing checkout_session true"), shop.join());
  // After a day the jobs have looked for themselves: an overdue order is asked for, and the night has come.
  ok(found["shop-reconcile"]!.every(({ repaired }) => repaired), shop.join());
  // #endregion shop
  await nothingDiffers(on);

  sql = connect(on);
  try {
    // Rows and access, as their owners see them.
    const of = async ({ client }: TestUser) =>
      (await client.from("subscriptions").select()).data!.map((row) => [
        row.status,
        row.plan_id,
        row.cancel_at_period_end,
      ]);
    deepEqual(await of(upgrades), [["active", "pro", false]]);
    deepEqual(await of(cancels), [["active", "basic", true]]);
    deepEqual(await of(buysLater), [["active", "basic", false]]);
    const { data: allowed } = await buysLater.client.rpc("entitlements", {
      workspace_id: buysLater.workspaceId,
    });
    const access = (allowed as { feature: string; included: boolean; source: string }[])
      .find(({ feature }) => feature === "api_access");
    deepEqual([access?.included, access?.source], [true, "plan"]);
    equal((await customerOf(buysLater, on)).metadata["workspace_id"], buysLater.workspaceId);
    equal((await stripe.subscriptions.retrieve(bought1)).status, "active");

    // Who is gone pays nothing, has all of it back, and may come again.
    equal((await stripe.subscriptions.retrieve(orphan)).status, "canceled");
    const charges = (await stripe.charges.list({ limit: 100 })).data;
    const { id: customer } = await customerOf(forgotten, on);
    const theirs = charges.filter((charge) => charge.customer === customer);
    ok(theirs.length > 0 && theirs.every((one) => one.amount_refunded === one.amount_captured));
    await buy(await signUp({ on, email: forgotten.email }), {}, on);

    // #region shop
    // Orders, money, stock.
    const orders = await sql<{ id: string; status: string; refunded: number }[]>`
      select id, status, refunded_amount::int as refunded from public.orders order by created_at`;
    deepEqual(orders.map((order) => ({ ...order })), [
      { id: paysLater.order_id, status: "paid", refunded: 0 },
      { id: refundedLater.order_id, status: "partially_refunded", refunded: 300 },
    ]);
    equal(await keptAtStripe(on, lost), 0);
    equal(await keptAtStripe(on, paysLater), 1000);
    const [stock] = await sql`
      select on_hand::int, reserved::int from private.stock where variant_id = ${variantId}`;
    equal(stock!["on_hand"] - stock!["reserved"], 48);
    // #endregion shop

    // No mail went out twice: neither the one that was queued, nor those that mending enqueued again.
    const queued = await waitFor("the queued mail to be done with", async () => {
      const [job] = await sql`
        select state, last_error from private.jobs where dedupe_key = ${`again:${reads.id}`}`;
      return job!["state"] !== "pending" && job;
    });
    deepEqual({ ...queued }, {
      state: "succeeded",
      last_error: "it was sent before the database was taken back",
    });
    await waitFor("no mail to be left", async () => {
      const [left] = await sql`
        select count(*)::int as mails from private.jobs where kind = 'mail_send' and state = 'pending'
          and run_at < private.now() + interval '1 hour'`;
      return left!["mails"] === 0;
    });
    const forgottenAgain = (line: string) => !line.startsWith(forgotten.email);
    deepEqual((await mails(on)).filter(forgottenAgain), sent.filter(forgottenAgain));
  } finally {
    await sql.end();
  }
});
