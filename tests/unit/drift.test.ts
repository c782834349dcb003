import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { driftOf } from "../../supabase/functions/_shared/billing/drift.ts";

const row = {
  status: "active",
  price_id: "price_1",
  quantity: 1,
  cancel_at_period_end: false,
  current_period_end: 1_800_000_000,
};
const record = { id: "sub_1", customer_id: "cus_1", ...row };

Deno.test("drift: an object and its row that say the same do not differ, whatever else the object says", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (more) => {
    equal(driftOf("subscription", { ...more, ...record }, row), undefined);
  }));
});

Deno.test("drift: an object without a row is missing", () => {
  equal(driftOf("subscription", record, undefined)?.kind, "missing");
});

Deno.test("drift: access that does not follow payment has kinds of its own", () => {
  equal(driftOf("subscription", record, { ...row, status: "past_due" })?.kind, "paid_not_active");
  equal(driftOf("subscription", { ...record, status: "canceled" }, row)?.kind, "active_not_paid");
  // A trial gives access as a paid period does.
  equal(driftOf("subscription", { ...record, status: "trialing" }, row)?.kind, "differs");
});

Deno.test("drift: the detail names each field with both sides", () => {
  deepEqual(driftOf("subscription", { ...record, quantity: 3 }, row), {
    kind: "differs",
    object_type: "subscription",
    object_id: "sub_1",
    detail: { quantity: { stripe: 3, ours: 1 } },
    repaired: false,
  });
});

Deno.test("drift: an invoice's amounts include the sum of what was paid towards it", () => {
  const invoice = {
    id: "in_1",
    status: "paid",
    currency: "EUR",
    total: 1900,
    amount_due: 1900,
    amount_paid: 1900,
    payments: [
      { status: "succeeded", amount: 1000 },
      { status: "succeeded", amount: 900 },
      { status: "canceled", amount: 1900 },
    ],
  };
  const { payments: _payments, id: _id, ...mirrored } = invoice;
  equal(driftOf("invoice", invoice, { ...mirrored, paid: 1900 }), undefined);
  equal(driftOf("invoice", invoice, { ...mirrored, paid: 1000 })?.kind, "amount");
  equal(driftOf("invoice", invoice, { ...mirrored, paid: 1900, status: "open" })?.kind, "differs");
});
