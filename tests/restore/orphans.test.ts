/**
 * Orphans: subscriptions and sessions at Stripe of which the database knows nothing any more. Whatever is cut
 * off or refused, no money is kept unheard of, and nobody who is here loses what he pays for.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Sql } from "postgres";
import type Stripe from "stripe";
import { reconcile } from "../../supabase/functions/_shared/billing/reconcile.ts";
import { reconcileShop } from "../../supabase/functions/_shared/shop/reconcile/reconcile.ts";
import { connect } from "../support/connect.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { customerOf } from "../support/purchases.ts";
// #region shop
import { payPage } from "../support/pay-page.ts";
// #endregion shop
import { type Answer, call, operator, type StackAddress, stripeSdk } from "../support/stack.ts";
import { faults } from "../support/stripe-local.ts";
import { signUp } from "../support/users.ts";

interface Drift {
  kind: string;
  object_id: string;
  detail: Record<string, unknown>;
  repaired: boolean;
}

let own: OwnStack;
let on: StackAddress;
let stripe: Stripe;
let sql: Sql;
Deno.test.beforeAll(async () => {
  // Without jobs: nothing else mends.
  own = await startOwnStack({ schedule: false });
  on = own.at;
  stripe = stripeSdk(on);
  sql = connect(on);
});
Deno.test.afterAll(async () => {
  await sql.end();
  await own[Symbol.asyncDispose]();
});
// A test that fails must not leave the others a broken Stripe.
Deno.test.afterEach(async () => {
  await faults(on, {});
});

const lostSince = "2020-01-01T00:00:00Z";

/** A subscription, bought in the lost time, that names a workspace. */
async function orphan(workspaceId: string = crypto.randomUUID()): Promise<string> {
  const { id: customer } = await stripe.customers.create({
    metadata: { workspace_id: workspaceId },
  });
  const card = await stripe.paymentMethods.attach("pm_card_visa", { customer });
  const [price] = (await stripe.prices.list({ lookup_keys: ["price_monthly_basic"] })).data;
  const { id, status } = await stripe.subscriptions.create({
    customer,
    items: [{ price: price!.id }],
    default_payment_method: card.id,
  });
  equal(status, "active");
  return id;
}

async function chargeOf(subscription: string): Promise<Stripe.Charge> {
  const { customer } = await stripe.subscriptions.retrieve(subscription);
  const { data } = await stripe.charges.list({ customer: customer as string });
  equal(data.length, 1);
  return data[0]!;
}

/** Its status, and what is left at Stripe of what it paid. */
async function standing(subscription: string): Promise<[string, number]> {
  const { status } = await stripe.subscriptions.retrieve(subscription);
  const { amount_captured, amount_refunded } = await chargeOf(subscription);
  return [status, amount_captured - amount_refunded];
}

function mend(endpoint: "billing-reconcile" | "shop-reconcile", run?: number): Promise<Answer> {
  return call("POST", endpoint, {
    on,
    key: on.secretKey,
    body: { repair: true, lost_since: lostSince, ...(run !== undefined && { run_id: run }) },
  });
}

async function latestRun(): Promise<number> {
  const [run] = await sql<[{ id: number }]>`
    select max(id)::int as id from private.reconciliations`;
  return run.id;
}

/** What a run told of an object. */
function toldOf({ body }: Answer, id: string): Drift | undefined {
  return body.drifts.find((drift: Drift) => drift.object_id === id);
}

async function dispute(charge: string): Promise<void> {
  const answer = await fetch(`${on.stripeUrl}/_local/disputes`, {
    method: "POST",
    body: JSON.stringify({ charge }),
  });
  equal(answer.status, 200, await answer.text());
}

for (
  const broken of ["POST /v1/refunds", "DELETE /v1/subscriptions/{id}"]
) {
  Deno.test(`orphans: cut off at ${broken}, the same run again gives back, ends and tells`, async () => {
    const id = await orphan();
    const paid = (await chargeOf(id)).amount_captured;
    await faults(on, { api: { fail: 1000, status: 500, match: broken } });
    const cut = await mend("billing-reconcile");
    ok(cut.status >= 500, `${cut.status}`);
    const run = await latestRun();
    // As when nobody ever comes back: it is known at least.
    const [heard] = await sql`
      select repaired_at from private.billing_drifts
      where reconciliation_id = ${run} and object_id = ${id}`;
    deepEqual({ ...heard }, { repaired_at: null });
    equal((await standing(id))[0], "active", "it ends last");

    await faults(on, {});
    const again = await mend("billing-reconcile", run);
    deepEqual([again.status, again.body.done], [200, true], JSON.stringify(again.body));
    deepEqual(await standing(id), ["canceled", 0]);
    equal((await chargeOf(id)).amount_refunded, paid);
    equal(toldOf(again, id)?.repaired, true);
  });
}

/** Over before anything is given back, since calls keep a pace, and longer than it takes to begin. */
const budgetMs = 120;

/** What steps led to from nothing, without those that had no time to begin. */
function oneByOne<Step>(nothing: Step, steps: Step[]): Step[] {
  return steps.filter((step, at) => String(step) !== String(steps[at - 1] ?? nothing));
}

Deno.test("orphans: when time is up a step ends with what it did, and the same page has one less", async () => {
  const ids = [await orphan(), await orphan(), await orphan()];
  const [begun] = await sql<[{ id: number }]>`
    insert into private.reconciliations (repair, phase) values (true, 'subscription') returning id::int`;
  const step = () =>
    reconcile({ admin: operator(on), stripe }, {
      runId: begun.id,
      repair: true,
      budgetMs,
      lostSince: new Date(lostSince),
    });
  const steps: [left: number, told: number][] = [];
  while (steps.at(-1)?.[0] !== 0 && steps.length < 40) {
    const { drifts } = await step();
    const standings = await Promise.all(ids.map(standing));
    steps.push([
      standings.filter(([status]) => status === "active").length,
      drifts.filter(({ object_id, repaired }) => repaired && ids.includes(object_id)).length,
    ]);
  }
  deepEqual(oneByOne([3, 0], steps), [[2, 1], [1, 2], [0, 3]]);
});

Deno.test("orphans: who is here and has another customer by now keeps what he pays for, and is told", async () => {
  const user = await signUp({ on });
  await call("POST", "jobs-run", { on, key: on.secretKey, body: {} });
  const { id: customer } = await customerOf(user, on);
  const id = await orphan(user.workspaceId);
  const paid = (await chargeOf(id)).amount_captured;
  const answer = await mend("billing-reconcile");
  deepEqual([answer.status, answer.body.done], [200, true]);
  deepEqual(await standing(id), ["active", paid]);
  const told = toldOf(answer, id);
  deepEqual([told?.kind, told?.repaired], ["orphan", false]);
  equal((told?.detail["customer_id"] as { ours: string }).ours, customer);
  await stripe.subscriptions.cancel(id);
});

Deno.test("orphans: a refund that Stripe refuses is told with its reason, and the run goes on", async () => {
  const [before, refused, after] = [await orphan(), await orphan(), await orphan()] as const;
  const charge = await chargeOf(refused);
  await dispute(charge.id);
  const answer = await mend("billing-reconcile");
  deepEqual([answer.status, answer.body.done], [200, true], JSON.stringify(answer.body));
  deepEqual([await standing(before), await standing(after)], [["canceled", 0], ["canceled", 0]]);
  const told = toldOf(answer, refused);
  equal(told?.repaired, false);
  match(String(told?.detail["refused"]), /charged back/);
  // It goes on, so that every run tells of it until a person has settled it.
  equal((await standing(refused))[0], "active");
  equal(toldOf(await mend("billing-reconcile"), refused)?.repaired, false);
  await stripe.subscriptions.cancel(refused);
});

// #region shop
/** A session, paid in the lost time, whose order is gone; the session's id and its charge's. */
async function lostSession(): Promise<{ id: string; charge: string }> {
  const session = await stripe.checkout.sessions.create({
    mode: "payment",
    customer_email: "gone@example.com",
    line_items: [{
      quantity: 1,
      price_data: { currency: "eur", unit_amount: 1000, product_data: { name: "A lamp" } },
    }],
    metadata: { order_id: crypto.randomUUID() },
    success_url: `${on.siteUrl}/order/return`,
  });
  equal((await payPage(session.url!)).status, 303);
  const { payment_intent } = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent"],
  });
  return {
    id: session.id,
    charge: (payment_intent as Stripe.PaymentIntent).latest_charge as string,
  };
}

const keptOf = async (charge: string) => {
  const { amount_captured, amount_refunded } = await stripe.charges.retrieve(charge);
  return amount_captured - amount_refunded;
};

Deno.test("lost orders: a refund that Stripe refuses is told with its reason, and the run goes on", async () => {
  await faults(on, { deliveries: { drop: 1000 } });
  const [before, refused, after] = [
    await lostSession(),
    await lostSession(),
    await lostSession(),
  ] as const;
  await dispute(refused.charge);
  const answer = await mend("shop-reconcile");
  deepEqual([answer.status, answer.body.done], [200, true], JSON.stringify(answer.body));
  deepEqual([await keptOf(before.charge), await keptOf(after.charge)], [0, 0]);
  const told = toldOf(answer, refused.id);
  deepEqual([told?.kind, told?.repaired], ["order_missing", false]);
  match(String(told?.detail["refused"]), /charged back/);
});

Deno.test("lost orders: cut off or out of time, each that was given back is told", async () => {
  await faults(on, { deliveries: { drop: 1000 } });
  const lost = [await lostSession(), await lostSession(), await lostSession()];
  const [begun] = await sql<[{ id: number }]>`
    insert into private.shop_reconciliations (repair) values (true) returning id::int`;
  const step = () =>
    reconcileShop({ admin: operator(on), stripe }, {
      runId: begun.id,
      repair: true,
      budgetMs,
      lostSince: new Date(lostSince),
    });
  const ids = lost.map(({ id }) => id);
  const told: number[] = [];
  while ((told.at(-1) ?? 0) < lost.length && told.length < 40) {
    const { drifts } = await step();
    told.push(
      drifts.filter(({ object_id, repaired }) => repaired && ids.includes(object_id)).length,
    );
  }
  deepEqual(oneByOne(0, told), [1, 2, 3]);
  deepEqual(await Promise.all(lost.map(({ charge }) => keptOf(charge))), [0, 0, 0]);
});
// #endregion shop
