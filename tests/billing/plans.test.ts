/** `task plans`: Stripe becomes equal to the declaration, and the database follows by webhooks. */
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import type Stripe from "stripe";
import {
  type PlanDeclaration,
  plans as declared,
} from "../../supabase/functions/_shared/billing/plans.ts";
import { publishPlans } from "../../supabase/functions/_shared/billing/publish-plans.ts";
import { connect } from "../support/connect.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { buy, subscribe, subscriptionIn } from "../support/purchases.ts";
import { call, type StackAddress, stripeSdk } from "../support/stack.ts";
import { deliver, eventAbout, handled } from "../support/stripe-events.ts";
import { faults, redeliver } from "../support/stripe-local.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let own: OwnStack;
let on: StackAddress;
let sql: Sql;
let stripe: Stripe;

Deno.test.beforeAll(async () => {
  own = await startOwnStack();
  on = own.at;
  sql = connect(on);
  stripe = stripeSdk(on);
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await own?.[Symbol.asyncDispose]();
});

/** The declaration with one plan changed; `undefined` takes it out. */
function withPlan(
  id: string,
  change: (plan: PlanDeclaration) => PlanDeclaration | undefined,
): PlanDeclaration[] {
  return declared.flatMap((plan) => {
    const changed = plan.id === id ? change(plan) : plan;
    return changed === undefined ? [] : [changed];
  });
}

interface Offer {
  trial: { days: number; needs_card: boolean } | null;
  id: string;
  name: string;
  features: { feature: string; limit: number | null }[];
  prices: { id: string; lookup_key: string; unit_amount: number; interval: string }[];
}

async function onSale(): Promise<Offer[]> {
  const answer = await call("GET", "plans", { on });
  strictEqual(answer.status, 200);
  return answer.body.plans;
}

/** Waits until the plans endpoint shows what is expected of it. */
async function offered(what: string, as: (plans: Offer[]) => boolean): Promise<Offer[]> {
  return await waitFor(what, async () => {
    const plans = await onSale();
    return as(plans) && plans;
  });
}

function key(plans: Offer[], lookupKey: string) {
  return plans.flatMap(({ prices }) => prices).find((price) => price.lookup_key === lookupKey);
}

Deno.test("plans shows the declaration, from the smallest to the largest, and may be cached", async () => {
  const answer = await call("GET", "plans", { on, key: null });
  match(answer.headers.get("cache-control") ?? "", /public, max-age=\d+/);
  const shown: Offer[] = answer.body.plans;
  deepStrictEqual(shown.map(({ id }) => id), declared.map(({ id }) => id));
  for (const [index, plan] of declared.entries()) {
    const offer = shown[index]!;
    deepStrictEqual(
      Object.fromEntries(offer.features.map(({ feature, limit }) => [feature, limit ?? true])),
      plan.features,
    );
    deepStrictEqual(
      offer.trial?.days ?? undefined,
      "trialDays" in plan ? plan.trialDays : undefined,
    );
    deepStrictEqual(
      offer.prices.map(({ lookup_key, unit_amount, interval }) => ({
        lookup_key,
        unit_amount,
        interval,
      })),
      plan.prices.map(({ lookupKey, unitAmount, interval }) => ({
        lookup_key: lookupKey,
        unit_amount: unitAmount,
        interval,
      })),
    );
  }
});

Deno.test("publishing what is there changes nothing", async () => {
  deepStrictEqual(await publishPlans(stripe, declared), []);
  const [one, two] = await Promise.all([
    publishPlans(stripe, declared),
    publishPlans(stripe, declared),
  ]);
  deepStrictEqual([one, two], [[], []]);
});

Deno.test("a changed amount is a new price under the old name; who subscribed keeps the old one", async () => {
  const user = await signUp({ on });
  await buy(user, {}, on);
  const old = key(await onSale(), "price_monthly_basic")!;
  const dearer = withPlan("basic", (plan) => ({
    ...plan,
    prices: plan.prices.map((price) =>
      price.lookupKey === "price_monthly_basic" ? { ...price, unitAmount: 2100 } : price
    ),
  }));
  const report = await publishPlans(stripe, dearer);
  strictEqual(report.length, 2, report.join("; "));
  const plans = await offered(
    "the new price",
    (plans) => key(plans, "price_monthly_basic")?.unit_amount === 2100,
  );
  const fresh = key(plans, "price_monthly_basic")!;
  notStrictEqual(fresh.id, old.id);
  await offered("the old price to go", (plans) => !JSON.stringify(plans).includes(old.id));
  deepStrictEqual(await publishPlans(stripe, dearer), []);

  const kept = await subscriptionIn(user, "active");
  deepStrictEqual([kept.price_id, kept.plan_id], [old.id, "basic"]);
  const late = await subscribe(await signUp({ on }), { price_id: old.id }, { on });
  deepStrictEqual([late.status, late.body.code], [404, "price_not_found"]);
  const next = await signUp({ on });
  await buy(next, {}, on);
  strictEqual((await subscriptionIn(next, "active")).price_id, fresh.id);
});

Deno.test("a price that is no longer declared goes off sale, also when an earlier run broke off", async () => {
  const before = await publishPlans(stripe, declared).then(onSale);
  const yearly = key(before, "price_yearly_pro")!;
  const monthlyOnly = withPlan("pro", (plan) => ({
    ...plan,
    prices: plan.prices.filter(({ interval }) => interval === "month"),
  }));
  const holder = await signUp({ on });
  await buy(holder, {}, on);
  const quoted = await call("POST", "subscription-preview", {
    on,
    token: holder.token,
    body: { price_id: "price_yearly_pro" },
  });
  strictEqual(quoted.status, 200, JSON.stringify(quoted.body));
  deepStrictEqual(await publishPlans(stripe, monthlyOnly), [`retired price ${yearly.id}`]);
  await offered("the yearly price to go", (plans) => key(plans, "price_yearly_pro") === undefined);
  const refused = await subscribe(
    await signUp({ on }),
    { price_id: "price_yearly_pro" },
    { on },
  );
  deepStrictEqual([refused.status, refused.body.code], [404, "price_not_found"]);
  const stale = await call("POST", "subscription-update", {
    on,
    token: holder.token,
    body: { quote: quoted.body.quote },
  });
  deepStrictEqual([stale.status, stale.body.code], [409, "quote_stale"]);

  // A run that died between making the new price and retiring the old one.
  const [held] = (await stripe.prices.list({ lookup_keys: ["price_monthly_pro"] })).data;
  const orphan = held!.id;
  const taker = await stripe.prices.create({
    product: held!.product as string,
    currency: "eur",
    unit_amount: held!.unit_amount!,
    recurring: { interval: "month" },
    lookup_key: "price_monthly_pro",
    transfer_lookup_key: true,
    tax_behavior: "exclusive",
    metadata: held!.metadata,
  });
  deepStrictEqual(await publishPlans(stripe, monthlyOnly), [`retired price ${orphan}`]);
  await offered(
    "the one monthly price",
    (plans) => plans.find(({ id }) => id === "pro")?.prices.map(({ id }) => id).join() === taker.id,
  );

  const report = await publishPlans(stripe, declared);
  strictEqual(report.length, 1, report.join("; "));
  await offered("the yearly price again", (plans) => key(plans, "price_yearly_pro") !== undefined);
});

Deno.test("a plan that is no longer declared goes off sale, and comes back as it was", async () => {
  const monthly = key(await onSale(), "price_monthly_pro")!;
  const report = await publishPlans(stripe, withPlan("pro", () => undefined));
  ok(report.some((line) => /retired product/.test(line)), report.join("; "));
  await offered("pro to go", (plans) => plans.every(({ id }) => id !== "pro"));
  const user = await signUp({ on });
  for (const price_id of ["price_monthly_pro", monthly.id]) {
    const refused = await subscribe(user, { price_id }, { on });
    deepStrictEqual([refused.status, refused.body.code], [404, "price_not_found"]);
  }
  await publishPlans(stripe, declared);
  await offered(
    "pro with its prices",
    (plans) => plans.find(({ id }) => id === "pro")?.prices.length === 2,
  );
  deepStrictEqual(await publishPlans(stripe, declared), []);
});

Deno.test("a name, a limit and a feature follow the declaration, and a feature taken out is gone", async () => {
  const changed = withPlan("basic", (plan) => ({
    ...plan,
    name: "Starter",
    features: { projects: 12, support: true },
  }));
  await publishPlans(stripe, changed);
  const plans = await offered(
    "the new name",
    (plans) => plans.some(({ name }) => name === "Starter"),
  );
  deepStrictEqual(plans.find(({ id }) => id === "basic")!.features, [
    { feature: "projects", limit: 12 },
    { feature: "support", limit: null },
  ]);
  deepStrictEqual(await publishPlans(stripe, changed), []);
  await publishPlans(stripe, declared);
  await offered("the old name", (plans) => plans.some(({ name }) => name === "Basic"));
});

Deno.test("a product made at Stripe by hand becomes a plan when it is told so, after its prices", async () => {
  const product = await stripe.products.create({ name: "Studio" });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "eur",
    unit_amount: 9900,
    recurring: { interval: "month" },
    lookup_key: "price_monthly_studio",
  });
  // Both events are through, in this order, before the product names its plan.
  const seen = [eventAbout(price, { type: "price.created" }), eventAbout(product)];
  for (const event of seen) await deliver(event, { on });
  await handled(sql, seen.map(({ id }) => id));
  strictEqual(key(await onSale(), "price_monthly_studio"), undefined);

  await stripe.products.update(product.id, {
    metadata: { plan: "studio", feature_projects: "many" },
  });
  const plans = await offered("the team plan", (plans) => plans.some(({ id }) => id === "studio"));
  const team = plans.find(({ id }) => id === "studio")!;
  deepStrictEqual(team.prices.map(({ lookup_key }) => lookup_key), ["price_monthly_studio"]);
  deepStrictEqual(team.features, [], "a limit that is no number gives nothing");

  // Another name for the same plan: its prices follow.
  await stripe.products.update(product.id, {
    metadata: { plan: "company", feature_projects: "7" },
  });
  const renamed = await offered(
    "its new name",
    (plans) => plans.some(({ id }) => id === "company"),
  );
  ok(renamed.every(({ id }) => id !== "studio"));
  const company = renamed.find(({ id }) => id === "company")!;
  deepStrictEqual(company.prices.map(({ lookup_key }) => lookup_key), ["price_monthly_studio"]);
  deepStrictEqual(company.features, [{ feature: "projects", limit: 7 }]);
});

Deno.test("a price of nothing asks for a card to be set up, not for a payment, and sends no receipt", async () => {
  const product = await stripe.products.create({ name: "Gift", metadata: { plan: "gift" } });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "eur",
    unit_amount: 0,
    recurring: { interval: "month" },
  });
  await offered("the gift", (plans) => plans.some(({ id, prices }) => id === "gift" && prices[0]));
  const user = await signUp({ on });
  const answer = await subscribe(user, { price_id: price.id }, { on });
  strictEqual(answer.status, 200, JSON.stringify(answer.body));
  const { subscription } = answer.body;
  deepStrictEqual([subscription.status, subscription.confirm], ["active", "setup"]);
  match(subscription.client_secret, /^seti_.+_secret_/);
  const setup = await stripe.setupIntents.confirm(subscription.client_secret.split("_secret")[0], {
    payment_method: "pm_card_visa",
  });
  strictEqual(setup.status, "succeeded");
  strictEqual((await subscriptionIn(user, "active")).plan_id, "gift");
  const invoice = await waitFor("the invoice of nothing", async () => {
    const { data } = await user.client.from("invoices").select().eq("status", "paid");
    return data?.[0];
  });
  strictEqual(invoice.total, 0);
  deepStrictEqual((await user.client.from("payments").select()).data, []);
  const again = await subscribe(user, { price_id: price.id }, { on });
  deepStrictEqual([again.status, again.body.code], [409, "subscription_exists"]);
  const receipts = await sql`select from private.jobs where dedupe_key = ${
    "receipt:" + invoice.stripe_invoice_id
  }`;
  strictEqual(receipts.length, 0);
});

Deno.test("a price that Stripe has withdrawn before we know of it is not on sale, whichever way one asks", async () => {
  const holder = await signUp({ on });
  await buy(holder, { price_id: "price_monthly_pro" }, on);
  const [basic] = (await stripe.prices.list({ lookup_keys: ["price_monthly_basic"] })).data;
  await faults(on, { deliveries: { drop: 100 } });
  await stripe.prices.update(basic!.id, { active: false });
  const pages = { success_url: `${on.siteUrl}/done`, cancel_url: `${on.siteUrl}/plans` };
  const buyer = await signUp({ on });
  const answers = [
    await subscribe(buyer, {}, { on }),
    await call("POST", "subscription-checkout", {
      on,
      token: buyer.token,
      body: { price_id: basic!.id, ...pages },
    }),
    await call("POST", "subscription-preview", {
      on,
      token: holder.token,
      body: { price_id: basic!.id },
    }),
  ];
  deepStrictEqual(
    answers.map(({ status, body }) => [status, body.code]),
    answers.map(() => [404, "price_not_found"]),
  );
  await stripe.prices.update(basic!.id, { active: true });
  await faults(on, {});
  await redeliver(on);
  // What was refused blocks nothing.
  await buy(buyer, {}, on);
});
