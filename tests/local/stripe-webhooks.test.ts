import assert from "node:assert/strict";
import Stripe from "stripe";
import { retryDelayMs } from "../../local/stripe/webhooks/deliverer.ts";
import { allDelivered, secret, withReceiver } from "./stripe-receiver.ts";
import { customerAndPrice, withDataFile, withStripe } from "./stripe-world.ts";

Deno.test("local stripe: events arrive signed, with the object as it was", () =>
  withReceiver((receiver) =>
    withStripe(async ({ local, stripe }) => {
      const { id } = await stripe.customers.create({ name: "Zoë" });
      await stripe.customers.update(id, { name: "Ada" });
      await allDelivered(local.url);
      assert.deepEqual(receiver.types().sort(), ["customer.created", "customer.updated"]);
      for (const { body, signature } of receiver.received) {
        const event = await stripe.webhooks.constructEventAsync(body, signature, secret);
        assert.equal(event.livemode, false);
        assert.equal(event.api_version, Stripe.API_VERSION);
        assert.equal(event.pending_webhooks, 1);
        assert.match(event.request?.id ?? "", /^req_/);
        const { name } = event.data.object as Stripe.Customer;
        assert.equal(name, event.type === "customer.created" ? "Zoë" : "Ada");
      }
      await assert.rejects(
        stripe.webhooks.constructEventAsync(
          receiver.received[0]?.body ?? "",
          receiver.received[0]?.signature ?? "",
          "whsec_other",
        ),
      );
      const [stored] = (await stripe.events.list()).data;
      assert.equal(stored?.pending_webhooks, 0);
    }, { webhook: { url: receiver.url, secret } })
  ));

Deno.test("local stripe: webhook endpoints get what they enabled, signed with their own secret", () =>
  withReceiver((receiver) =>
    withStripe(async ({ local, stripe }) => {
      const endpoint = await stripe.webhookEndpoints.create({
        url: receiver.url,
        enabled_events: ["product.created"],
      });
      assert.match(endpoint.secret ?? "", /^whsec_/);
      assert.equal((await stripe.webhookEndpoints.retrieve(endpoint.id)).secret, undefined);
      await customerAndPrice(stripe);
      await allDelivered(local.url);
      assert.deepEqual(receiver.types(), ["product.created"]);
      const [got] = receiver.received;
      await stripe.webhooks.constructEventAsync(
        got?.body ?? "",
        got?.signature ?? "",
        endpoint.secret ?? "",
      );

      await stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
      await stripe.products.create({ name: "Unseen" });
      await stripe.webhookEndpoints.update(endpoint.id, {
        disabled: false,
        enabled_events: ["*"],
      });
      await stripe.products.create({ name: "Seen" });
      await allDelivered(local.url);
      assert.deepEqual(receiver.types(), ["product.created", "product.created"]);
      assert.equal((await stripe.webhookEndpoints.del(endpoint.id)).deleted, true);
      assert.deepEqual((await stripe.webhookEndpoints.list()).data, []);
    })
  ));

Deno.test("local stripe: a refused delivery is tried again and logged once", () =>
  withReceiver((receiver) =>
    withStripe(async ({ local, stripe, logged }) => {
      const failed = new Set<string>();
      receiver.answer = ({ event }) => {
        if (failed.has(event.id)) return 200;
        failed.add(event.id);
        return 500;
      };
      await customerAndPrice(stripe);
      await receiver.until(() => receiver.received.length === 8);
      await allDelivered(local.url);
      const counts = new Map<string, number>();
      for (const { event } of receiver.received) {
        counts.set(event.id, (counts.get(event.id) ?? 0) + 1);
      }
      assert.deepEqual([...counts.values()], [2, 2, 2, 2]);
      const warnings = logged.filter(({ level }) => level === "warn");
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]?.message ?? "", /cannot deliver .* it answered 500/);
    }, { webhook: { url: receiver.url, secret } })
  ));

Deno.test("local stripe: the API answers while a receiver hangs, eight deliveries at once", () =>
  withReceiver((receiver) =>
    withStripe(async ({ local, stripe }) => {
      const release = Promise.withResolvers<void>();
      let inFlight = 0;
      let most = 0;
      receiver.answer = async () => {
        most = Math.max(most, ++inFlight);
        await release.promise;
        inFlight--;
        return 200;
      };
      for (let index = 0; index < 20; index++) await stripe.products.create({ name: `P${index}` });
      await receiver.until(() => receiver.received.length === 8);
      const { count } = await (await fetch(`${local.url}/_local/webhooks`)).json();
      assert.equal(count, 20);
      release.resolve();
      await allDelivered(local.url);
      assert.equal(receiver.received.length, 20);
      assert.equal(most, 8);
    }, { webhook: { url: receiver.url, secret } })
  ));

Deno.test("local stripe: what could not be delivered is delivered after a restart", () =>
  withReceiver((receiver) =>
    withDataFile(async (dataFile) => {
      const webhook = { url: receiver.url, secret };
      receiver.answer = () => 503;
      await withStripe(async ({ local, stripe }) => {
        await stripe.customers.create({ name: "Ada" });
        await receiver.until(() => receiver.received.length === 1);
        const { count } = await (await fetch(`${local.url}/_local/webhooks`)).json();
        assert.equal(count, 1);
      }, { dataFile, webhook });

      receiver.answer = () => 200;
      await withStripe(async ({ local, stripe }) => {
        await allDelivered(local.url);
        const ids = new Set(receiver.received.map(({ event }) => event.id));
        const [event] = (await stripe.events.list()).data;
        assert.deepEqual([...ids], [event?.id]);
        assert.equal(event?.pending_webhooks, 0);
      }, { dataFile, webhook });
    })
  ));

Deno.test("local stripe: retries wait one second, then twice as long, a minute at most", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 8, 100].map(retryDelayMs),
    [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000],
  );
});
