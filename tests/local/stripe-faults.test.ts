import assert from "node:assert/strict";
import { allDelivered, secret, withReceiver } from "./stripe-receiver.ts";
import { errorOf, local as route, sdk, withStripe } from "./stripe-world.ts";

Deno.test("local stripe: a call fails before its effect, as often as asked, where it matches", () =>
  withStripe(async ({ local, stripe }) => {
    await route(local.url, "POST /_local/faults", {
      api: { fail: 2, status: 500, match: "POST /v1/customers" },
    });
    assert.deepEqual((await stripe.products.list()).data, []);
    const create = () => stripe.customers.create({ name: "Ada" }, { idempotencyKey: "one" });
    assert.equal((await errorOf(create())).statusCode, 500);
    assert.equal((await errorOf(create())).statusCode, 500);
    assert.deepEqual((await stripe.customers.list()).data, [], "nothing has happened");
    const { id } = await create();
    assert.deepEqual((await stripe.customers.list()).data.map((one) => one.id), [id]);
    assert.equal((await route(local.url, "GET /_local/faults")).api[0].fail, 0);
  }));

Deno.test("local stripe: an answer is lost after its effect, and its key finds it again", () =>
  withStripe(async ({ local, stripe }) => {
    await route(local.url, "POST /_local/faults", {
      api: { fail: 1, match: "POST /v1/customers", when: "after" },
    });
    const create = () => stripe.customers.create({ name: "Ada" }, { idempotencyKey: "one" });
    assert.equal((await errorOf(create())).statusCode, 500);
    const [made] = (await stripe.customers.list()).data;
    assert.equal((await create()).id, made?.id);
    assert.equal((await stripe.customers.list()).data.length, 1);
  }));

Deno.test("local stripe: a fault matches one object's call by its id", () =>
  withStripe(async ({ local, stripe }) => {
    const one = await stripe.customers.create({ name: "One" });
    const two = await stripe.customers.create({ name: "Two" });
    await route(local.url, "POST /_local/faults", {
      api: [
        { fail: 1, status: 429, match: `POST /v1/customers/${one.id}` },
        { fail: 1, status: 402, match: "POST /v1/customers/{id}" },
      ],
    });
    const limited = await errorOf(stripe.customers.update(one.id, { name: "x" }));
    assert.deepEqual([limited.statusCode, limited.code], [429, "rate_limit"]);
    const declined = await errorOf(stripe.customers.update(two.id, { name: "x" }));
    assert.deepEqual([declined.statusCode, declined.code], [402, "card_declined"]);
    assert.equal((await stripe.customers.update(two.id, { name: "x" })).name, "x");
  }));

for (const when of ["before", "after"] as const) {
  Deno.test(`local stripe: a call that times out ${when} its effect leaves its key free`, () =>
    withStripe(async ({ local, stripe }) => {
      await route(local.url, "POST /_local/faults", {
        api: { timeout: 1, match: "POST /v1/customers", when },
      });
      const key = "Idempotency-Key";
      const lost = await fetch(`${local.url}/v1/customers`, {
        method: "POST",
        headers: { authorization: "Bearer sk_test_local", [key]: "one" },
        body: "name=Ada",
        signal: AbortSignal.timeout(50),
      }).catch((error: Error) => error.name);
      assert.equal(lost, "TimeoutError");
      assert.equal((await stripe.customers.list()).data.length, when === "after" ? 1 : 0);
      if (when === "before") await keyIsFree(local.url);
      const { id } = await stripe.customers.create({ name: "Ada" }, { idempotencyKey: "one" });
      assert.deepEqual((await stripe.customers.list()).data.map((one) => one.id), [id]);
    }));
}

/** Asks until the server has noticed that the caller hung up: each answer is a round trip. */
async function keyIsFree(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/v1/customers`, {
      method: "POST",
      headers: { authorization: "Bearer sk_test_local", "idempotency-key": "one" },
      body: "name=Ada",
    });
    await response.body?.cancel();
    if (response.status !== 409) return;
  }
}

Deno.test("local stripe: a slow call answers in the end, a hanging one when faults are cleared", () =>
  withStripe(async ({ local, stripe }) => {
    await route(local.url, "POST /_local/faults", { api: { slow_ms: 60 } });
    const before = performance.now();
    await stripe.products.list();
    assert.ok(performance.now() - before >= 55);
    await route(local.url, "POST /_local/faults", { api: { timeout: 1 } });
    const hanging = errorOf(sdk(local.url).products.list());
    for (let left = 1; left > 0;) {
      left = (await route(local.url, "GET /_local/faults")).api[0].timeout;
    }
    await route(local.url, "DELETE /_local/faults");
    assert.equal((await hanging).statusCode, 500);
    assert.deepEqual((await stripe.products.list()).data, []);
  }));

Deno.test("local stripe: dropped deliveries stay away until they are asked for", () =>
  withReceiver((receiver) =>
    withStripe(async ({ local, stripe }) => {
      await route(local.url, "POST /_local/faults", { deliveries: { drop: 2 } });
      for (const name of ["One", "Two", "Three"]) await stripe.customers.create({ name });
      await allDelivered(local.url);
      assert.equal(receiver.received.length, 1);
      assert.equal((await route(local.url, "GET /_local/webhooks")).dropped, 2);

      await route(local.url, "POST /_local/faults", {
        deliveries: { drop: ["product.created"] },
      });
      const product = await stripe.products.create({ name: "Hat" });
      await stripe.customers.create({ name: "Four" });
      await allDelivered(local.url);
      assert.deepEqual(receiver.types(), ["customer.created", "customer.created"]);
      const [event] = (await stripe.events.list({ type: "product.created" })).data;
      const one = await route(local.url, "POST /_local/deliver", { event_ids: [event?.id] });
      assert.deepEqual(one, { queued: 1 });
      await allDelivered(local.url);
      assert.equal((receiver.received.at(-1)?.event.data.object as { id: string }).id, product.id);

      assert.deepEqual(await route(local.url, "POST /_local/deliver", { all: true }), {
        queued: 2,
      });
      await allDelivered(local.url);
      assert.equal(receiver.received.length, 5);
      assert.equal(new Set(receiver.received.map(({ event }) => event.id)).size, 5);
      assert.equal((await route(local.url, "GET /_local/webhooks")).dropped, 0);
    }, { webhook: { url: receiver.url, secret } })
  ));

Deno.test("local stripe: deliveries come several times, late, and out of order", () =>
  withReceiver((receiver) =>
    withStripe(async ({ local, stripe }) => {
      await route(local.url, "POST /_local/faults", {
        deliveries: { duplicate: 2, reorder: true, delay_ms: 20 },
      });
      const made: string[] = [];
      for (let index = 0; index < 12; index++) {
        made.push((await stripe.customers.create({ name: `Customer ${index}` })).id);
      }
      await allDelivered(local.url);
      assert.equal(receiver.received.length, 36);
      const came = receiver.received.map(({ event }) => (event.data.object as { id: string }).id);
      assert.deepEqual([...new Set(came)].sort(), [...made].sort());
      assert.notDeepEqual([...new Set(came)], made);
      const [event] = (await stripe.events.list()).data;
      assert.equal(event?.pending_webhooks, 0);
    }, { webhook: { url: receiver.url, secret } })
  ));

Deno.test("local stripe: a fault that would do nothing is refused", () =>
  withStripe(async ({ local }) => {
    const set = (faults: unknown) => route(local.url, "POST /_local/faults", faults);
    await assert.rejects(set({ network: {} }), /there is no fault "network"/);
    await assert.rejects(set({ api: { fial: 1 } }), /cannot set api\.fial/);
    await assert.rejects(set({ api: { fail: 1, match: "POST /v1/custmers" } }), /api\.match/);
    await assert.rejects(set({ api: { fail: 1, status: 402, when: "after" } }), /declined after/);
    await assert.rejects(set({ deliveries: { drop: -1 } }), /deliveries\.drop/);
    await assert.rejects(route(local.url, "POST /_local/deliver", {}), /event_ids/);
  }));
