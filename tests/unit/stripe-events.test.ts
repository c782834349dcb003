/** Which objects an event says to look at again. */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import type Stripe from "stripe";
import { eventTargets } from "../../supabase/functions/_shared/billing/events.ts";

function targets(object: unknown) {
  return eventTargets({ data: { object } } as unknown as Stripe.Event);
}

Deno.test("an event is about the object in it, whatever its type is called", () => {
  for (const object of ["product", "price", "customer", "subscription", "invoice"]) {
    deepStrictEqual(targets({ object, id: "id_1" }), [{ type: object, id: "id_1" }]);
    deepStrictEqual(targets({ object, id: "id_1", deleted: true }), [{ type: object, id: "id_1" }]);
  }
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
