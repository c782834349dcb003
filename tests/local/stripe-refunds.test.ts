import assert from "node:assert/strict";
import type Stripe from "stripe";
import {
  activeSubscription,
  customerAndPrice,
  errorOf,
  eventTypes,
  local as route,
  withStripe,
} from "./stripe-world.ts";

async function paid(stripe: Stripe, token = "pm_card_visa"): Promise<Stripe.PaymentIntent> {
  return await stripe.paymentIntents.create({
    amount: 1000,
    currency: "eur",
    payment_method: token,
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    expand: ["latest_charge"],
  });
}

Deno.test("local stripe: a charge is refunded in parts until nothing is left", () =>
  withStripe(async ({ stripe }) => {
    const intent = await paid(stripe);
    const { id } = intent.latest_charge as Stripe.Charge;
    const part = await stripe.refunds.create({
      charge: id,
      amount: 300,
      reason: "requested_by_customer",
      metadata: { ticket: "7" },
    });
    assert.deepEqual([part.status, part.amount, part.payment_intent], [
      "succeeded",
      300,
      intent.id,
    ]);
    const partly = await stripe.charges.retrieve(id, { expand: ["refunds"] });
    assert.deepEqual([partly.amount_refunded, partly.refunded], [300, false]);
    assert.deepEqual(partly.refunds?.data.map((one) => one.id), [part.id]);

    const tooMuch = await errorOf(stripe.refunds.create({ charge: id, amount: 701 }));
    assert.match(tooMuch.message, /Refund amount \(€7\.01\) is greater than unrefunded amount/);
    const rest = await stripe.refunds.create({ payment_intent: intent.id });
    assert.equal(rest.amount, 700);
    const wholly = await stripe.charges.retrieve(id);
    assert.deepEqual([wholly.amount_refunded, wholly.refunded, wholly.status], [
      1000,
      true,
      "succeeded",
    ]);
    const again = await errorOf(stripe.refunds.create({ charge: id }));
    assert.equal(again.code, "charge_already_refunded");

    await stripe.refunds.update(part.id, { metadata: { ticket: "8" } });
    assert.equal((await stripe.refunds.retrieve(part.id)).metadata?.ticket, "8");
    const listed = await stripe.refunds.list({ payment_intent: intent.id });
    assert.deepEqual(listed.data.map((one) => one.id), [rest.id, part.id]);
    assert.deepEqual((await eventTypes(stripe)).slice(-6), [
      "refund.created",
      "charge.refunded",
      "refund.created",
      "charge.refunded",
      "refund.updated",
      "charge.refund.updated",
    ]);
    const [event] = (await stripe.events.list({ type: "charge.refunded" })).data;
    assert.deepEqual(event?.data.previous_attributes, { amount_refunded: 300, refunded: false });
  }));

Deno.test("local stripe: what was not paid cannot be refunded", () =>
  withStripe(async ({ stripe }) => {
    const intent = await stripe.paymentIntents.create({ amount: 500, currency: "eur" });
    const none = await errorOf(stripe.refunds.create({ payment_intent: intent.id }));
    assert.match(none.message, /does not have a successful charge/);
    await errorOf(stripe.paymentIntents.confirm(intent.id, {
      payment_method: "pm_card_chargeDeclined",
    }));
    const [failed] = (await stripe.charges.list()).data;
    const refused = await errorOf(stripe.refunds.create({ charge: failed?.id ?? "" }));
    assert.match(refused.message, /has not been paid/);
  }));

Deno.test("local stripe: a card's holder disputes, and the merchant wins or loses", () =>
  withStripe(async ({ local, stripe }) => {
    const intent = await paid(stripe, "pm_card_createDispute");
    const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
    assert.deepEqual([dispute?.status, dispute?.reason, dispute?.amount], [
      "needs_response",
      "fraudulent",
      1000,
    ]);
    const charge = await stripe.charges.retrieve(dispute?.charge as string);
    assert.equal(charge.disputed, true);
    assert.equal(
      (await errorOf(stripe.refunds.create({ charge: charge.id }))).code,
      "charge_disputed",
    );
    const won = await stripe.disputes.update(dispute?.id ?? "", {
      evidence: { uncategorized_text: "winning_evidence" },
    });
    assert.equal(won.status, "won");

    const other = (await paid(stripe)).latest_charge as Stripe.Charge;
    const second = await route(local.url, "POST /_local/disputes", {
      charge: other.id,
      amount: 400,
      reason: "duplicate",
    });
    assert.deepEqual([second.amount, second.reason], [400, "duplicate"]);
    const lost = await stripe.disputes.close(second.id);
    assert.equal(lost.status, "lost");
    await assert.rejects(
      route(local.url, `POST /_local/disputes/${second.id}/win`),
      /already closed/,
    );
    const types = (await eventTypes(stripe)).filter((type) => type.startsWith("charge.dispute"));
    assert.deepEqual(types, [
      "charge.dispute.created",
      "charge.dispute.funds_withdrawn",
      "charge.dispute.updated",
      "charge.dispute.closed",
      "charge.dispute.funds_reinstated",
      "charge.dispute.created",
      "charge.dispute.funds_withdrawn",
      "charge.dispute.closed",
    ]);
  }));

Deno.test("local stripe: a dispute of a subscription's payment comes when that is paid", () =>
  withStripe(async ({ stripe }) => {
    const { subscription } = await activeSubscription(stripe, "pm_card_createDispute");
    assert.equal(subscription.status, "active");
    const [dispute] = (await stripe.disputes.list({ expand: ["data.charge"] })).data;
    assert.equal((dispute?.charge as Stripe.Charge).amount, 1900);
  }));

Deno.test("local stripe: a saved card is changed by its holder, and renewed by its bank", () =>
  withStripe(async ({ local, stripe }) => {
    const { customer } = await customerAndPrice(stripe);
    const { id } = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
    const changed = await stripe.paymentMethods.update(id, {
      card: { exp_month: 2, exp_year: 2031 },
      billing_details: { name: "Ada" },
      metadata: { used: "often" },
    });
    assert.deepEqual([changed.card?.exp_month, changed.card?.exp_year], [2, 2031]);
    assert.equal(changed.billing_details.name, "Ada");
    await route(local.url, `POST /_local/payment_methods/${id}`, { exp_year: 2035 });
    assert.equal((await stripe.paymentMethods.retrieve(id)).card?.exp_year, 2035);
    await stripe.paymentMethods.detach(id);
    const types = (await eventTypes(stripe)).filter((type) => type.startsWith("payment_method"));
    assert.deepEqual(types, [
      "payment_method.attached",
      "payment_method.updated",
      "payment_method.automatically_updated",
      "payment_method.detached",
    ]);
    const loose = await errorOf(stripe.paymentMethods.update(id, { metadata: { a: "b" } }));
    assert.match(loose.message, /must save this PaymentMethod/);
  }));

Deno.test("local stripe: a refund that its bank sends back fails, and the charge is whole again", () =>
  withStripe(async ({ stripe, local }) => {
    const intent = await paid(stripe);
    const { id: charge } = intent.latest_charge as Stripe.Charge;
    const refund = await stripe.refunds.create({ charge, amount: 400 });
    const failed = await route(local.url, `POST /_local/refunds/${refund.id}/fail`);
    assert.equal(failed.status, "failed");
    const held = await stripe.refunds.retrieve(refund.id);
    assert.deepEqual([held.status, held.failure_reason], ["failed", "expired_or_canceled_card"]);
    assert.equal((await stripe.charges.retrieve(charge)).amount_refunded, 0);
    assert.ok((await eventTypes(stripe)).includes("refund.failed"));
    assert.equal((await stripe.refunds.create({ charge })).amount, 1000);
  }));
