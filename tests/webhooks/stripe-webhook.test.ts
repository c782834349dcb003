/** What stripe-webhook takes and what it refuses, on the shared stack. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { customerOf, subscribe } from "../support/purchases.ts";
import { call, stack, stripeSdk } from "../support/stack.ts";
import { deliver, deliverRaw, eventAbout, handled } from "../support/stripe-events.ts";
import { signUp } from "../support/users.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

async function stored(id: string): Promise<number> {
  return (await sql`select from private.webhook_events where event_id = ${id}`).length;
}

const ours = { id: "prod_nobody", object: "product" };

Deno.test("a signature that is missing, wrong, old or of another body is 400 and never 200, and nothing is stored (Medusa: 200 before it is verified)", async () => {
  const event = eventAbout(ours);
  const body = JSON.stringify(event);
  const now = Math.floor(Date.now() / 1000);
  const post = (headers: HeadersInit, sent = body) =>
    call("POST", "stripe-webhook", { key: null, body: sent, headers });
  const honest = await stripeSdk().webhooks.generateTestHeaderStringAsync({
    payload: body,
    secret: stack.stripeWebhookSecret,
  });
  for (
    const [what, answer] of [
      ["no signature", await post({})],
      ["an empty signature", await post({ "stripe-signature": "" })],
      ["garbage", await post({ "stripe-signature": "t=now,v1=garbage" })],
      ["no timestamp", await post({ "stripe-signature": honest.replace(/t=\d+/, "") })],
      ["another secret", await deliver(event, { secret: "whsec_another" })],
      ["a signature 10 minutes old", await deliver(event, { timestamp: now - 600 })],
      ["another body", await post({ "stripe-signature": honest }, body.replace("evt_", "evx_"))],
      ["an older scheme", await post({ "stripe-signature": honest.replace("v1=", "v0=") })],
    ] as const
  ) {
    deepStrictEqual([answer.status, answer.body.code], [400, "invalid_signature"], what);
    strictEqual(answer.headers.get("content-type"), "application/problem+json");
  }
  strictEqual(await stored(event.id), 0);
  // The signature itself was good: the same delivery, untouched, is taken.
  deepStrictEqual((await post({ "stripe-signature": honest })).body, { received: true });
});

Deno.test("a signed body that is no event is 400", async () => {
  for (
    const body of [
      "null",
      "[]",
      '"evt_1"',
      "{}",
      "{ not json",
      JSON.stringify({ ...eventAbout(ours), data: { object: null } }),
      JSON.stringify({ ...eventAbout(ours), data: undefined }),
      JSON.stringify({ ...eventAbout(ours), id: 7 }),
    ]
  ) {
    const answer = await deliverRaw(body);
    deepStrictEqual([answer.status, answer.body.code], [400, "invalid_json"], body);
  }
});

Deno.test("an event of the other mode is refused", async () => {
  const event = eventAbout(ours, { livemode: true });
  const answer = await deliver(event);
  deepStrictEqual([answer.status, answer.body.code], [400, "livemode_mismatch"]);
  strictEqual(await stored(event.id), 0);
});

Deno.test("event types that we do not need are 200 and not 400, stored, and done (nextjs-subscription-payments#356)", async () => {
  const events = [
    eventAbout({ id: "po_1", object: "payout" }, { type: "payout.paid" }),
    eventAbout({ object: "balance" }, { type: "balance.available" }),
    eventAbout(
      { object: "invoice", customer: "cus_1", currency: "eur", amount_remaining: 1900 },
      { type: "invoice.upcoming" },
    ),
    eventAbout({ id: "xx_1", object: "something.new" }, {
      type: "something.new.happened" as never,
    }),
  ];
  for (const event of events) {
    const answer = await deliver(event);
    deepStrictEqual([answer.status, answer.body], [200, { received: true }], event.type);
  }
  await handled(sql, events.map(({ id }) => id));
});

Deno.test("the same event delivered 20 times at once is one row and one job", async () => {
  const user = await signUp();
  const customer = await customerOf(user);
  const event = eventAbout(customer, { type: "customer.updated" });
  const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(event)));
  deepStrictEqual(answers.map(({ status }) => status), Array(20).fill(200));
  strictEqual(await stored(event.id), 1);
  await handled(sql, [event.id]);
  const [row] = await sql`
    select count(*)::int as jobs from private.jobs as job
    join private.webhook_events as event on job.payload ->> 'event' = event.id::text
    where event.event_id = ${event.id}`;
  strictEqual(row!["jobs"], 1);
});

Deno.test("parallel events about a new subscription make one row, not three (pay#371)", async () => {
  const user = await signUp();
  const { id } = (await subscribe(user)).body.subscription;
  const subscription = await stripeSdk().subscriptions.retrieve(id);
  const events = ["created", "updated", "updated", "pending_update_applied"].map((what) =>
    eventAbout(subscription, { type: `customer.subscription.${what}` as never })
  );
  await Promise.all(events.map((event) => deliver(event)));
  await handled(sql, events.map((event) => event.id));
  const { data } = await user.client.from("subscriptions").select("stripe_subscription_id");
  deepStrictEqual(data, [{ stripe_subscription_id: id }]);
});

Deno.test("of two events of the same second the newer counts, also when it comes first (sync-engine#268)", async () => {
  const user = await signUp();
  const { id } = (await subscribe(user)).body.subscription;
  const stripe = stripeSdk();
  const older = await stripe.subscriptions.retrieve(id);
  const newer = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
  const created = Math.floor(Date.now() / 1000);
  for (const object of [newer, older, newer, older]) {
    const event = eventAbout(object, { created });
    strictEqual((await deliver(event)).status, 200);
    await handled(sql, [event.id]);
    const { data } = await user.client.from("subscriptions").select("cancel_at_period_end")
      .single();
    strictEqual(data?.cancel_at_period_end, true);
  }
});

Deno.test("events about somebody else's objects in the same Stripe account leave no row and no dead job", async () => {
  const stripe = stripeSdk();
  // Another product of the account, with metadata that only looks like ours.
  const customer = await stripe.customers.create({
    email: "other@example.com",
    metadata: { workspace_id: "42", user_id: "ada" },
  });
  const product = await stripe.products.create({
    name: "Other",
    metadata: { plan: "Gold Plan!", rank: "first", feature_x: "lots" },
  });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "eur",
    unit_amount: 700,
    recurring: { interval: "month" },
  });
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    payment_behavior: "default_incomplete",
    metadata: { intent_id: "none", user_id: "ada", workspace_id: "42" },
    expand: ["latest_invoice.confirmation_secret"],
  });
  const invoice = subscription.latest_invoice as import("stripe").Stripe.Invoice;
  await stripe.paymentIntents.confirm(
    invoice.confirmation_secret!.client_secret.split("_secret")[0]!,
    { payment_method: "pm_card_visa" },
  );
  const events = [
    eventAbout(customer, { type: "customer.created" }),
    eventAbout(product, { type: "product.created" }),
    eventAbout(price, { type: "price.created" }),
    eventAbout(subscription),
    eventAbout(invoice, { type: "invoice.paid" }),
  ];
  for (const event of events) strictEqual((await deliver(event)).status, 200, event.type);
  const ids = [customer.id, product.id, price.id, subscription.id, invoice.id];
  await handled(sql, events.map(({ id }) => id));
  const [rows] = await sql`
    select (select count(*) from public.subscriptions where stripe_subscription_id = any (${ids}))
         + (select count(*) from public.invoices where stripe_invoice_id = any (${ids}))
         + (select count(*) from public.plans where stripe_product_id = any (${ids}))
         + (select count(*) from public.prices where id = any (${ids}) and plan_id is not null)
         + (select count(*) from private.billing_customers where stripe_customer_id = any (${ids}))
           as ours`;
  strictEqual(Number(rows!["ours"]), 0);
  const failed = await sql`
    select job.last_error from private.jobs as job
    join private.webhook_events as event on job.payload ->> 'event' = event.id::text
    where event.event_id = any (${events.map(({ id }) => id)}) and job.last_error is not null`;
  deepStrictEqual([...failed], []);
});

Deno.test("a body over 1 MB is 413, whatever its signature", async () => {
  const event = eventAbout({ ...ours, description: "x".repeat(1_100_000) });
  const answer = await deliver(event);
  deepStrictEqual([answer.status, answer.body.code], [413, "body_too_large"]);
  strictEqual(await stored(event.id), 0);
});

Deno.test("other methods are 405 with Allow", async () => {
  const answer = await call("GET", "stripe-webhook");
  deepStrictEqual([answer.status, answer.body.code], [405, "method_not_allowed"]);
  strictEqual(answer.headers.get("allow"), "POST, OPTIONS");
});
