/** Which objects an event says to look at again. */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import Stripe from "stripe";
import { eventTargets } from "../../supabase/functions/_shared/billing/events.ts";
import { stripeWebhooks } from "../../supabase/functions/_shared/webhooks/stripe.ts";

function targets(object: unknown) {
  return eventTargets({ data: { object } } as unknown as Stripe.Event);
}

Deno.test("a signature is verified where there is no `Buffer`, as on the edge (sync-engine#292)", async () => {
  const secret = "whsec_without_buffer";
  const set = { STRIPE_SECRET_KEY: "sk_test_1", STRIPE_WEBHOOK_SECRET: secret };
  const before = Object.keys(set).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(set)) Deno.env.set(name, value);
  const kept = Object.getOwnPropertyDescriptor(globalThis, "Buffer");
  const payload = JSON.stringify({
    id: "evt_1",
    type: "customer.updated",
    livemode: false,
    data: { object: { id: "cus_1", object: "customer", name: "Zoé 漢" } },
  });
  const header = await new Stripe("sk_test_1").webhooks.generateTestHeaderStringAsync({
    payload,
    secret,
  });
  Object.defineProperty(globalThis, "Buffer", { value: undefined, configurable: true });
  try {
    const event = await stripeWebhooks.verify(
      new TextEncoder().encode(payload),
      new Headers({ "stripe-signature": header }),
      stripeWebhooks.secrets(),
    );
    deepStrictEqual(event.targets, [{ type: "customer", id: "cus_1" }]);
  } finally {
    if (kept === undefined) Reflect.deleteProperty(globalThis, "Buffer");
    else Object.defineProperty(globalThis, "Buffer", kept);
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
});

Deno.test("an event is about the object in it, whatever its type is called", () => {
  for (const object of ["product", "price", "customer", "subscription", "invoice"]) {
    deepStrictEqual(targets({ object, id: "id_1" }), [{ type: object, id: "id_1" }]);
    deepStrictEqual(targets({ object, id: "id_1", deleted: true }), [{ type: object, id: "id_1" }]);
  }
});

Deno.test("what an order's lines make at Stripe is not looked at: no plan's product, no price that recurs", () => {
  const created = (object: unknown, type: string) =>
    eventTargets({ type, data: { object } } as unknown as Stripe.Event);
  const product = { object: "product", id: "prod_1", metadata: {} };
  deepStrictEqual(created(product, "product.created"), []);
  const looked = [{ type: "product", id: "prod_1" }];
  deepStrictEqual(created({ ...product, metadata: { plan: "pro" } }, "product.created"), looked);
  // It may have been a plan's, or become one.
  deepStrictEqual(created(product, "product.updated"), looked);
  deepStrictEqual(created(product, "product.deleted"), looked);
  const price = { object: "price", id: "price_1" };
  deepStrictEqual(created({ ...price, type: "one_time" }, "price.created"), []);
  deepStrictEqual(created({ ...price, type: "recurring" }, "price.created"), [
    { type: "price", id: "price_1" },
  ]);
});

Deno.test("a payment of an invoice is about the invoice, by id or expanded", () => {
  const invoice = [{ type: "invoice", id: "in_1" }];
  deepStrictEqual(targets({ object: "invoice_payment", id: "inpay_1", invoice: "in_1" }), invoice);
  deepStrictEqual(
    targets({ object: "invoice_payment", id: "inpay_1", invoice: { id: "in_1" } }),
    invoice,
  );
  deepStrictEqual(targets({ object: "invoice_payment", id: "inpay_1" }), []);
});

Deno.test("an invoice that is only announced has no id and is nothing to look at", () => {
  deepStrictEqual(targets({ object: "invoice" }), []);
});

Deno.test("whatever object comes, each target has a kind and an id, and nothing throws", () => {
  const reference = fc.option(
    fc.oneof(fc.string(), fc.record({ id: fc.string() })),
    { nil: undefined },
  );
  fc.assert(fc.property(
    fc.record({
      object: fc.oneof(
        fc.string(),
        fc.constantFrom("invoice", "invoice_payment", "refund", "charge", "payout", "plan"),
      ),
      id: fc.option(fc.string(), { nil: undefined }),
      invoice: reference,
      charge: reference,
    }),
    (object) => {
      for (const target of targets(object)) {
        ok(typeof target.type === "string" && typeof target.id === "string");
      }
    },
  ));
});
