import assert from "node:assert/strict";
import { plans as declared } from "../supabase/functions/_shared/billing/plans.ts";
import { type OwnStack, startOwnStack } from "./support/own-stack.ts";
import { anonymous, call, stack, type StackAddress, stripeSdk } from "./support/stack.ts";
import { waitFor } from "./support/wait.ts";

interface PlanReply {
  id: string;
  name: string;
  description: string;
  features: { feature: string; limit: number | null }[];
  prices: {
    id: string;
    lookup_key: string;
    currency: string;
    unit_amount: number;
    interval: string;
    interval_count: number;
  }[];
}

async function onSale(on: StackAddress = stack): Promise<PlanReply[]> {
  const answer = await call("GET", "plans", { on, key: null });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.plans;
}

Deno.test("plans: what is declared is on sale, in order, amounts in minor units", async () => {
  const plans = await onSale();
  assert.deepEqual(plans.map((plan) => plan.id), ["free", "basic", "pro", "team"]);
  for (const [index, plan] of plans.entries()) {
    const wanted = declared[index]!;
    assert.deepEqual(
      Object.keys(plan).sort(),
      ["description", "features", "id", "name", "per_seat", "prices", "trial"],
    );
    assert.deepEqual([plan.name, plan.description], [wanted.name, wanted.description]);
    assert.deepEqual(
      plan.prices.map(({ lookup_key, currency, unit_amount, interval, interval_count }) => ({
        lookup_key,
        currency,
        unit_amount,
        interval,
        interval_count,
      })).toSorted((a, b) => a.lookup_key.localeCompare(b.lookup_key)),
      wanted.prices.map((price) => ({
        lookup_key: price.lookupKey,
        currency: "EUR",
        unit_amount: Number(price.unitAmount),
        interval: price.interval,
        interval_count: 1,
      })).toSorted((a, b) => a.lookup_key.localeCompare(b.lookup_key)),
    );
    for (const price of plan.prices) {
      assert.match(price.id, /^price_/);
      assert.ok(Number.isInteger(price.unit_amount) && price.unit_amount > 0);
    }
    assert.deepEqual(
      plan.features.map(({ feature }) => feature).toSorted(),
      Object.keys(wanted.features).toSorted(),
    );
  }
  assert.deepEqual(
    plans.flatMap((plan) => plan.prices.map((price) => price.lookup_key)).toSorted(),
    declared.flatMap((plan) => plan.prices.map((price) => price.lookupKey)).toSorted(),
  );
});

Deno.test("plans: anyone may read and keep them, a minute", async () => {
  for (const options of [{ key: null }, {}]) {
    const answer = await call("GET", "plans", options);
    assert.equal(answer.status, 200);
    assert.equal(
      answer.headers.get("cache-control"),
      "public, max-age=60, stale-while-revalidate=300",
    );
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  }
});

Deno.test("plans: anyone reads the same through supabase-js, and changes nothing", async () => {
  const client = anonymous();
  const { data } = await client.from("plans").select("id").order("rank").throwOnError();
  assert.deepEqual(data!.map((plan) => plan.id), ["free", "basic", "pro", "team"]);
  const changed = await client.from("prices").update({ unit_amount: 1 }).neq("id", "");
  assert.equal(changed.error?.code, "42501");
  const removed = await client.from("plan_features").delete().neq("plan_id", "");
  assert.equal(removed.error?.code, "42501");
});

Deno.test("plans: what Stripe retires, renames or prices anew is so here by its webhooks", async () => {
  const own: OwnStack = await startOwnStack();
  try {
    const stripe = stripeSdk(own.at);
    const before = await waitFor("the plans to be known", async () => {
      const plans = await onSale(own.at);
      return plans.flatMap((plan) => plan.prices).length === 6 && plans;
    });
    const products = await stripe.products.list({ limit: 100 });
    const product = (plan: string) =>
      products.data.find((one) => one.metadata["plan"] === plan)!.id;
    const yearly = before.find((plan) => plan.id === "pro")!.prices
      .find((price) => price.interval === "year")!;

    await stripe.products.update(product("basic"), { active: false });
    await stripe.products.update(product("pro"), { name: "Professional" });
    await stripe.prices.update(yearly.id, { active: false });
    await waitFor("the changes to arrive", async () => {
      const plans = await onSale(own.at);
      const pro = plans.find((plan) => plan.id === "pro");
      return plans.length === 3 && pro?.name === "Professional" && pro.prices.length === 1;
    });
    assert.deepEqual((await onSale(own.at)).map((plan) => plan.id), ["free", "pro", "team"]);
    const { data } = await anonymous(own.at).from("plans").select("id").eq("id", "basic");
    assert.deepEqual(data, []);

    await stripe.products.update(product("basic"), { active: true });
    await waitFor("the plan to be back", async () => (await onSale(own.at)).length === 4);
  } finally {
    await own[Symbol.asyncDispose]();
  }
});
