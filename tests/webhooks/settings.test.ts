/** stripe-webhook with two secrets, and with a database that does not store. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { plans as plansDeclared } from "../../supabase/functions/_shared/billing/plans.ts";
import { connect } from "../support/connect.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { confirmPayment, customerOf, subscribe } from "../support/purchases.ts";
import { type StackAddress, stripeSdk } from "../support/stack.ts";
import { deliver, eventAbout, eventsOf, handled } from "../support/stripe-events.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let own: OwnStack;
let on: StackAddress;
let sql: Sql;

// Stripe itself signs with a third secret: what it delivers is refused, so that tests deliver all.
Deno.test.beforeAll(async () => {
  own = await startOwnStack({
    functionsEnv: { STRIPE_WEBHOOK_SECRET: "whsec_old_one, whsec_new_one," },
  });
  on = own.at;
  sql = connect(on);
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await own?.[Symbol.asyncDispose]();
});

const product = { id: "prod_nobody", object: "product" };

Deno.test("while a secret is rotated both are good, others and the empty one are not", async () => {
  for (const secret of ["whsec_old_one", "whsec_new_one"]) {
    strictEqual((await deliver(eventAbout(product), { on, secret })).status, 200, secret);
  }
  for (const secret of ["whsec_older", " ", "whsec_old_one, whsec_new_one,"]) {
    const answer = await deliver(eventAbout(product), { on, secret });
    deepStrictEqual([answer.status, answer.body.code], [400, "invalid_signature"], secret);
  }
});

Deno.test("an event that cannot be stored is not skipped with a 200, and is taken when it comes again (sync-engine#337)", async () => {
  const event = eventAbout(product);
  const secret = "whsec_new_one";
  await sql`alter table private.webhook_events rename to webhook_events_away`;
  try {
    const refused = await deliver(event, { on, secret });
    ok(refused.status >= 500, `${refused.status}`);
    ok(!JSON.stringify(refused.body).includes("webhook_events"), "no word of tables");
  } finally {
    await sql`alter table private.webhook_events_away rename to webhook_events`;
  }
  strictEqual((await deliver(event, { on, secret })).status, 200);
  await handled(sql, [event.id]);
});

Deno.test("a database that has never been told learns everything from late events in any order", async () => {
  deepStrictEqual([...await sql`select id from public.plans`], [], "nothing was told so far");
  const user = await signUp({ on });
  const customer = await customerOf(user, on);
  const secret = "whsec_old_one";
  // What has to do with plans comes last: prices are wanted before their products are known.
  const all = await stripeSdk(on).events.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
  const catalogue = all.filter(({ type }) => /^(price|product)\./.test(type));
  const sorted = catalogue.toSorted((a, b) => a.type.localeCompare(b.type)); // price.* first
  for (const event of sorted) strictEqual((await deliver(event, { on, secret })).status, 200);
  await handled(sql, sorted.map(({ id }) => id));
  const plans = await sql`
    select plan.id, count(price.id)::int as prices from public.plans as plan
    left join public.prices as price on price.plan_id = plan.id and price.active
    group by plan.id order by plan.id`;
  const declared = plansDeclared.map(({ id, prices }) => ({ id, prices: prices.length }));
  deepStrictEqual([...plans], declared.toSorted((a, b) => a.id < b.id ? -1 : 1));

  const answer = await subscribe(user, {}, { on });
  strictEqual(answer.status, 200, JSON.stringify(answer.body));
  const { subscription } = answer.body;
  await confirmPayment(subscription.client_secret, "pm_card_visa", on);
  const events = await eventsOf(customer.id, on);
  // Only the last thing that happened is told.
  const last = events.findLast(({ type }) => type === "invoice.payment_succeeded")!;
  strictEqual((await deliver(last, { on, secret })).status, 200);
  await handled(sql, [last.id]);
  await waitFor("the invoice, its payment and the subscription", async () => {
    const { data: invoices } = await user.client.from("invoices")
      .select("status, payments (status), subscriptions (stripe_subscription_id)");
    return invoices?.[0]?.status === "paid" && invoices[0].payments[0]?.status === "succeeded" &&
      invoices[0].subscriptions?.stripe_subscription_id === subscription.id;
  });
});
