import assert from "node:assert/strict";
import {
  advance,
  customerAndPrice,
  days,
  eventTypes,
  useCard,
  withStripe,
} from "./stripe-world.ts";

/** 1 April 2026. */
const world = { now: () => Date.UTC(2026, 3, 1) };

Deno.test("local stripe: one card has one fingerprint, on whomever and whatever it is", () =>
  withStripe(async ({ stripe }) => {
    const prints: (string | null | undefined)[] = [];
    for (const token of ["pm_card_visa", "pm_card_visa", "pm_card_mastercard"]) {
      const { id } = await stripe.customers.create();
      const method = await stripe.paymentMethods.retrieve(await useCard(stripe, id, token));
      const intent = await stripe.paymentIntents.create({
        amount: 500,
        currency: "eur",
        customer: id,
        payment_method: method.id,
        confirm: true,
        off_session: true,
        expand: ["latest_charge"],
      });
      const charge = intent.latest_charge;
      assert.ok(charge !== null && typeof charge === "object");
      assert.equal(charge.payment_method_details?.card?.fingerprint, method.card?.fingerprint);
      prints.push(method.card?.fingerprint);
    }
    assert.equal(prints[0], prints[1]);
    assert.notEqual(prints[0], prints[2]);
  }, world));

for (
  const [missing, status] of [
    ["cancel", "canceled"],
    ["pause", "paused"],
    ["create_invoice", "past_due"],
  ] as const
) {
  Deno.test(`local stripe: a trial without a card ends in "${status}" where ${missing} was asked`, () =>
    withStripe(async ({ local, stripe }) => {
      const { customer, price } = await customerAndPrice(stripe);
      const coupon = await stripe.coupons.create({ percent_off: 50, duration: "once" });
      const code = await stripe.promotionCodes.create({
        promotion: { type: "coupon", coupon: coupon.id },
        code: "HALF",
      });
      const subscription = await stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        discounts: [{ promotion_code: code.id }],
        trial_period_days: 14,
        trial_settings: { end_behavior: { missing_payment_method: missing } },
        expand: ["pending_setup_intent"],
      });
      assert.equal(subscription.status, "trialing");
      const setup = subscription.pending_setup_intent;
      assert.ok(setup !== null && typeof setup === "object" && setup.client_secret !== null);
      await advance(local.url, days(11));
      const told = (await eventTypes(stripe))
        .filter((type) => type === "customer.subscription.trial_will_end");
      assert.equal(told.length, 1, "three days before the end");
      await advance(local.url, days(3));
      assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, status);
      const { data: [last] } = await stripe.invoices.list({ customer: customer.id, limit: 1 });
      assert.equal(last?.total, missing === "create_invoice" ? 950 : 0, "the code waits for it");
    }, world));
}
