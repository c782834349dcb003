/** The arithmetic of docs/scaling.md, and that the page is what was measured. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { computes, limits } from "../../bench/scaling/limits.ts";
import {
  bearable,
  breaking,
  computeFor,
  databaseUse,
  daysUntil,
  full,
  invocationsAMonth,
  type Measurement,
  stripeEndpoint,
  usesAt,
} from "../../bench/scaling/model.ts";
import { answerTable, scalingPage } from "../../bench/scaling/page.ts";

const measurement: Measurement = {
  measured: "2026-11-26",
  machine: { cores: 2, os: "linux x86_64", deno: "2.9.6" },
  checkouts: 60,
  cost: {
    databaseMs: 100,
    transactions: 20,
    walBytes: 60_000,
    grownBytes: 10_000,
    stripeCalls: { "POST /v1/checkout/sessions": 1, "GET /v1/charges/:id": 2 },
    mails: 1,
    redisRequests: 2,
    jobs: 3,
    events: 2,
    functionCalls: 5,
  },
  ordersPerSecond: { oneVariant: 500, distinctVariants: 800 },
  perSecond: { jobs: 3_000, webhooks: 50 },
};

const use = (rate: number, name: string) =>
  usesAt(rate, measurement).find(({ resource }) => resource.includes(name))!.utilization;

Deno.test("scaling: each resource's share is its calls a second over what is allowed", () => {
  // 60 a minute is one a second.
  assert.equal(use(60, "Resend"), 1 / limits.resend.perSecond);
  assert.equal(use(60, "GET /v1/charges"), 2 / limits.stripeEndpoint.perSecond);
  assert.equal(use(60, "Stripe, all"), 3 / limits.stripeAll.perSecond);
  assert.equal(use(60, "one variant"), 1 / 500);
  assert.equal(use(60, "Redis"), 2 / limits.upstash.perSecond);
  assert.equal(use(60, "the queue"), 3 / 3_000);
  assert.equal(use(60, "Stripe's events"), 2 / 50);
  assert.equal(use(60, "Postgres on Large"), 0.1 / 2);
  assert.equal(use(60, "Postgres on 16XL"), 0.1 / 64);
});

Deno.test("scaling: shares grow with the rate, and a resource bears what makes it as full as may be", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), (rate) => {
    for (const [index, one] of usesAt(rate, measurement).entries()) {
      const at = bearable(one, rate);
      assert.ok(Math.abs(usesAt(at, measurement)[index]!.utilization - full) < 1e-9);
    }
  }));
});

Deno.test("scaling: the fullest resource breaks first, then the next, and none does while there is room", () => {
  assert.deepEqual(breaking(usesAt(10, measurement)), []);
  assert.equal(breaking(usesAt(60_000, measurement))[0]?.resource, "Resend, all calls");
  const uses = [{ resource: "a", utilization: 0.71 }, { resource: "b", utilization: 0.9 }];
  assert.deepEqual(breaking(uses).map(({ resource }) => resource), ["b", "a"]);
  assert.deepEqual(breaking([{ resource: "a", utilization: full }]), []);
});

Deno.test("scaling: the smallest server with room is chosen, and none where the largest has none", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), (rate) => {
    const chosen = computeFor(rate, measurement.cost);
    for (const one of computes) {
      const room = databaseUse(rate, measurement.cost, one) <= full;
      if (chosen === undefined) assert.ok(!room);
      else if (one.cores < chosen.cores) assert.ok(!room);
      else if (one === chosen) assert.ok(room);
    }
  }));
  assert.equal(computeFor(60, measurement.cost)?.name, "Large");
  assert.equal(computeFor(1e6, measurement.cost), undefined);
});

Deno.test("scaling: days until a size, at a steady rate", () => {
  // 10 kB each, 100 a minute: 1.44 GB a day.
  assert.equal(daysUntil(1.44, 100, measurement.cost), 1);
});

Deno.test("scaling: function invocations a month are those of its checkouts", () => {
  assert.equal(invocationsAMonth(1, measurement.cost), 60 * 24 * 30 * 5);
});

Deno.test("scaling: events that wait for a function break nothing, since functions are as many as are called", () => {
  const busy = { ...measurement, perSecond: { jobs: 3_000, webhooks: 0.001 } };
  assert.match(answerTable(busy).split("\n")[2]!, /^\| 10 \| nothing \|/);
});

Deno.test("scaling: a call to Stripe is counted by its endpoint, whatever its ids", () => {
  assert.equal(stripeEndpoint("GET /v1/charges/ch_3PabcdEFGH12"), "GET /v1/charges/:id");
  assert.equal(
    stripeEndpoint("GET /v1/checkout/sessions/cs_test_a1B2c3D4e5F6"),
    "GET /v1/checkout/sessions/:id",
  );
  assert.equal(
    stripeEndpoint("POST /v1/subscriptions/sub_1AbcdEfgh/resume"),
    "POST /v1/subscriptions/:id/resume",
  );
  assert.equal(stripeEndpoint("GET /v1/payment_intents"), "GET /v1/payment_intents");
});

Deno.test("scaling: the answer names the resource and what is to be done; the page has no name left", () => {
  const answer = answerTable(measurement).split("\n");
  assert.equal(answer.length, 7);
  assert.match(answer[2]!, /^\| 10 \| nothing \| – \| Large \|/);
  assert.match(answer[5]!, /^\| 10,000 \| Resend, all calls \(3,333 %\)/);
  assert.throws(() => scalingPage("{{nobody}}", measurement), /\{\{nobody\}\}/);
});

Deno.test("scaling: docs/scaling.md is what was measured", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "bench/scaling.ts", "--check"],
    cwd: new URL("../..", import.meta.url),
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
});
