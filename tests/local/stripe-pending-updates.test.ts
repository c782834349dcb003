import assert from "node:assert/strict";
import type Stripe from "stripe";
import {
  activeSubscription,
  advance,
  days,
  errorOf,
  eventTypes,
  useCard,
  withStripe,
} from "./stripe-world.ts";

/** 1 April 2026: a period of thirty days. */
const world = { now: () => Date.UTC(2026, 3, 1) };

async function upgradeOf(stripe: Stripe, subscription: Stripe.Subscription) {
  const { id: price } = await stripe.prices.create({
    product_data: { name: "Better" },
    currency: "eur",
    unit_amount: 4900,
    recurring: { interval: "month" },
  });
  return {
    price,
    change: {
      items: [{ id: subscription.items.data[0]?.id ?? "", price }],
      payment_behavior: "pending_if_incomplete" as const,
      proration_behavior: "always_invoice" as const,
    },
  };
}

const priceIn = (subscription: Stripe.Subscription) =>
  subscription.items.data[0]?.price.unit_amount;

Deno.test("local stripe: a change that is paid at once is made at once", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const { change } = await upgradeOf(stripe, subscription);
    await advance(local.url, days(15));
    const changed = await stripe.subscriptions.update(subscription.id, {
      ...change,
      expand: ["latest_invoice"],
    });
    const invoice = changed.latest_invoice as Stripe.Invoice;
    assert.deepEqual([priceIn(changed), changed.pending_update], [4900, null]);
    assert.deepEqual([invoice.status, invoice.total], ["paid", 1500]);
    const types = await eventTypes(stripe);
    assert.ok(!types.some((type) => type.includes("pending_update")));
    const other = await errorOf(
      stripe.subscriptions.update(subscription.id, { ...change, metadata: { a: "b" } }),
    );
    assert.equal(other.param, "metadata");
  }, world));

Deno.test("local stripe: a change whose payment is declined waits, and is made when it is paid", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, customer } = await activeSubscription(stripe);
    const { change, price } = await upgradeOf(stripe, subscription);
    await advance(local.url, days(15));
    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    const waiting = await stripe.subscriptions.update(subscription.id, change);
    assert.deepEqual([priceIn(waiting), waiting.status], [1900, "active"]);
    assert.equal(waiting.pending_update?.subscription_items?.[0]?.price.id, price);
    assert.equal(waiting.pending_update?.expires_at, Date.UTC(2026, 3, 16, 23) / 1000);
    const open = await stripe.invoices.retrieve(waiting.latest_invoice as string);
    assert.deepEqual([open.status, open.next_payment_attempt, open.auto_advance], [
      "open",
      null,
      false,
    ]);
    const good = await useCard(stripe, customer.id, "pm_card_visa");
    await stripe.invoices.pay(open.id, { payment_method: good });
    const applied = await stripe.subscriptions.retrieve(subscription.id);
    assert.deepEqual([priceIn(applied), applied.pending_update], [4900, null]);
    assert.ok(
      (await eventTypes(stripe)).includes("customer.subscription.pending_update_applied"),
    );
  }, world));

Deno.test("local stripe: a change that is never paid expires and leaves nothing", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, customer } = await activeSubscription(stripe);
    const { change } = await upgradeOf(stripe, subscription);
    await advance(local.url, days(15));
    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    const first = await stripe.subscriptions.update(subscription.id, change);
    const again = await stripe.subscriptions.update(subscription.id, change);
    const replaced = await stripe.invoices.retrieve(first.latest_invoice as string);
    assert.equal(replaced.status, "void", "another change takes its place");
    await advance(local.url, days(1));
    const left = await stripe.subscriptions.retrieve(subscription.id);
    assert.deepEqual([priceIn(left), left.pending_update, left.status], [1900, null, "active"]);
    const voided = await stripe.invoices.retrieve(again.latest_invoice as string);
    assert.equal(voided.status, "void");
    const expired = (await eventTypes(stripe))
      .filter((type) => type === "customer.subscription.pending_update_expired");
    assert.equal(expired.length, 2);
    await useCard(stripe, customer.id, "pm_card_visa");
    await advance(local.url, days(14));
    const renewal = await stripe.invoices.list({ subscription: subscription.id, limit: 1 });
    assert.equal(renewal.data[0]?.total, 1900);
  }, world));

Deno.test("local stripe: a quote counts a promotion code as the update that takes it will", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const { change } = await upgradeOf(stripe, subscription);
    const coupon = await stripe.coupons.create({ percent_off: 20, duration: "forever" });
    const code = await stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: coupon.id },
      code: "SPRING",
    });
    const { now } = await advance(local.url, days(10));
    const discounts = [{ promotion_code: code.id }];
    const { payment_behavior: _default, ...details } = { ...change, proration_date: now };
    const quote = await stripe.invoices.createPreview({
      subscription: subscription.id,
      discounts,
      subscription_details: details,
    });
    const changed = await stripe.subscriptions.update(subscription.id, {
      ...details,
      discounts,
      expand: ["latest_invoice"],
    });
    const charged = changed.latest_invoice as Stripe.Invoice;
    assert.deepEqual([charged.total, charged.amount_due], [quote.total, quote.amount_due]);
    assert.ok(charged.total > 0);
  }, world));

Deno.test("local stripe: a change that waits is forgotten with a subscription that ends or pauses", () =>
  withStripe(async ({ local, stripe }) => {
    for (const ends of [true, false]) {
      const { subscription, customer } = await activeSubscription(stripe);
      const { change } = await upgradeOf(stripe, subscription);
      await advance(local.url, days(5));
      const broken = await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
      const waiting = await stripe.subscriptions.update(subscription.id, change);
      if (ends) await stripe.subscriptions.cancel(subscription.id);
      else await stripe.subscriptions.pause(subscription.id, { type: "subscription" });
      await stripe.paymentMethods.detach(broken);
      const left = await stripe.subscriptions.retrieve(subscription.id);
      assert.deepEqual([left.pending_update, priceIn(left)], [null, 1900]);
      const invoice = await stripe.invoices.retrieve(waiting.latest_invoice as string);
      assert.equal(invoice.status, "void");
    }
  }, world));
