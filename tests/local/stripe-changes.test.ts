import assert from "node:assert/strict";
import fc from "fast-check";
import type Stripe from "stripe";
import { amountFrom } from "../../local/stripe/billing/prorations.ts";
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
const start = Date.UTC(2026, 3, 1);
const world = { now: () => start };

async function priceOf(
  stripe: Stripe,
  unit_amount: number,
  interval: "month" | "year" = "month",
): Promise<string> {
  const { id } = await stripe.prices.create({
    product_data: { name: `Plan ${unit_amount}` },
    currency: "eur",
    unit_amount,
    recurring: { interval },
  });
  return id;
}

const amounts = (invoice: Stripe.Invoice) => invoice.lines.data.map(({ amount }) => amount);

async function latest(stripe: Stripe, subscription: string): Promise<Stripe.Invoice> {
  const { latest_invoice } = await stripe.subscriptions.retrieve(subscription, {
    expand: ["latest_invoice"],
  });
  return latest_invoice as Stripe.Invoice;
}

Deno.test("local stripe: a part of a period costs its share, by the second, in whole units", () => {
  const period = { start: 0, end: 30 * 86400 };
  assert.equal(amountFrom(1900, 15 * 86400, period), 950);
  assert.equal(amountFrom(1, 15 * 86400, period), 1, "half is rounded up");
  assert.equal(amountFrom(1900, -5, period), 1900);
  assert.equal(amountFrom(1900, period.end, period), 0);
  assert.equal(amountFrom(99_999_999_999, 1, { start: 0, end: 31_536_000 }), 99_999_996_828);
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 1e10 }),
    fc.integer({ min: 1, max: 4e7 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (amount, seconds, share) => {
      const from = Math.floor(seconds * share);
      const left = amountFrom(amount, from, { start: 0, end: seconds });
      assert.ok(Number.isSafeInteger(left) && left >= 0 && left <= amount);
      assert.ok(Math.abs(left - amount * (seconds - from) / seconds) <= 0.5 + amount * 1e-9);
      const later = amountFrom(amount, from + 1, { start: 0, end: seconds });
      assert.ok(later <= left, "time that passes never costs more");
    },
  ));
});

Deno.test("local stripe: an upgrade is credited, charged, and billed with the next renewal", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const better = await priceOf(stripe, 4900);
    const item = subscription.items.data[0]?.id ?? "";
    await advance(local.url, days(10));
    const quote = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items: [{ id: item, price: better }] },
    });
    assert.deepEqual(amounts(quote), [-1267, 3267, 4900]);
    assert.match(quote.id, /^upcoming_in_/);
    assert.equal((await errorOf(stripe.invoices.retrieve(quote.id))).statusCode, 404);
    assert.equal((await stripe.invoiceItems.list()).data.length, 0, "a preview leaves nothing");
    assert.equal(
      (await stripe.subscriptions.retrieve(subscription.id)).items.data[0]?.price.unit_amount,
      1900,
    );

    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: better, quantity: 1 }],
    });
    assert.equal(changed.items.data[0]?.price.id, better);
    assert.equal(changed.latest_invoice, subscription.latest_invoice, "nothing is billed yet");
    const pending = await stripe.invoiceItems.list({ pending: true });
    assert.deepEqual(pending.data.map(({ amount }) => amount), [3267, -1267]);
    assert.match(pending.data[1]?.description ?? "", /^Unused time on Pro after April 11, 2026/);

    await advance(local.url, days(20));
    const renewal = await latest(stripe, subscription.id);
    assert.deepEqual(amounts(renewal), amounts(quote));
    assert.deepEqual([renewal.total, renewal.amount_paid], [6900, 6900]);
    assert.equal(renewal.lines.data[0]?.parent?.subscription_item_details?.proration, true);
    assert.equal((await stripe.invoiceItems.list({ pending: true })).data.length, 0);
  }, world));

Deno.test("local stripe: what is quoted for a moment is charged for that moment", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const prices = [await priceOf(stripe, 4900), await priceOf(stripe, 999)];
    const item = subscription.items.data[0]?.id ?? "";
    let seed = 7;
    for (let step = 0; step < 12; step++) {
      seed = (seed * 48271) % 2147483647;
      const { now } = await advance(local.url, seed % days(2));
      const change = {
        items: [{ id: item, price: prices[step % 2] ?? "", quantity: 1 + seed % 3 }],
        proration_behavior: "always_invoice" as const,
        proration_date: now - (step % 2),
      };
      const quote = await stripe.invoices.createPreview({
        subscription: subscription.id,
        subscription_details: change,
      });
      await stripe.subscriptions.update(subscription.id, change);
      const charged = await latest(stripe, subscription.id);
      assert.deepEqual(amounts(charged), amounts(quote));
      assert.deepEqual([charged.amount_due, charged.total, charged.ending_balance], [
        quote.amount_due,
        quote.total,
        quote.ending_balance,
      ]);
      assert.deepEqual([charged.billing_reason, charged.status], ["subscription_update", "paid"]);
    }
  }, world));

Deno.test("local stripe: a downgrade that is billed at once leaves a credit, which the renewal uses", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, customer } = await activeSubscription(stripe);
    const cheaper = await priceOf(stripe, 900);
    const item = subscription.items.data[0]?.id ?? "";
    await advance(local.url, days(15));
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: cheaper }],
      proration_behavior: "always_invoice",
    });
    const credit = await latest(stripe, subscription.id);
    assert.deepEqual([credit.total, credit.amount_due, credit.status], [-500, 0, "paid"]);
    assert.equal((await stripe.customers.retrieve(customer.id) as Stripe.Customer).balance, -500);
    await advance(local.url, days(15));
    const renewal = await latest(stripe, subscription.id);
    assert.deepEqual([renewal.total, renewal.amount_paid, renewal.ending_balance], [900, 400, 0]);
    assert.equal((await stripe.customers.retrieve(customer.id) as Stripe.Customer).balance, 0);
  }, world));

Deno.test("local stripe: another interval, or an anchor of now, starts a new period at once", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const yearly = await priceOf(stripe, 19000, "year");
    const item = subscription.items.data[0]?.id ?? "";
    const { now } = await advance(local.url, days(15));
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: yearly }],
    });
    const bill = await latest(stripe, subscription.id);
    assert.deepEqual(amounts(bill), [-950, 19000]);
    assert.equal(changed.billing_cycle_anchor, now);
    assert.deepEqual(
      [changed.items.data[0]?.current_period_start, changed.items.data[0]?.current_period_end],
      [now, now + days(365)],
    );
    await advance(local.url, days(73));
    await stripe.subscriptions.update(subscription.id, {
      billing_cycle_anchor: { type: "now" },
      proration_behavior: "none",
    });
    assert.deepEqual(amounts(await latest(stripe, subscription.id)), [19000]);
  }, world));

Deno.test("local stripe: quantities and items come and go without proration where none is wanted", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const extra = await priceOf(stripe, 500);
    const item = subscription.items.data[0]?.id ?? "";
    await advance(local.url, days(10));
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, quantity: 3 }, { price: extra, quantity: 2 }],
      proration_behavior: "none",
    });
    assert.deepEqual(changed.items.data.map(({ quantity }) => quantity), [3, 2]);
    await advance(local.url, days(20));
    assert.deepEqual(amounts(await latest(stripe, subscription.id)), [5700, 1000]);
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: changed.items.data[1]?.id ?? "", deleted: true }],
      proration_behavior: "none",
    });
    const { data } = await stripe.subscriptionItems.list({ subscription: subscription.id });
    assert.deepEqual(data.map(({ id }) => id), [item]);
    const last = await errorOf(
      stripe.subscriptions.update(subscription.id, { items: [{ id: item, deleted: true }] }),
    );
    assert.match(last.message, /at least one active plan/);
  }, world));

Deno.test("local stripe: a change whose payment fails is past due, or refused, as asked", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, customer } = await activeSubscription(stripe);
    const better = await priceOf(stripe, 4900);
    const item = subscription.items.data[0]?.id ?? "";
    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    await advance(local.url, days(15));
    const change = {
      items: [{ id: item, price: better }],
      proration_behavior: "always_invoice" as const,
    };
    const refused = await errorOf(stripe.subscriptions.update(subscription.id, {
      ...change,
      payment_behavior: "error_if_incomplete",
    }));
    assert.deepEqual([refused.statusCode, refused.code], [402, "card_declined"]);
    assert.equal((await latest(stripe, subscription.id)).billing_reason, "subscription_create");

    const waiting = await stripe.subscriptions.update(subscription.id, {
      ...change,
      payment_behavior: "default_incomplete",
      expand: ["latest_invoice.payments"],
    });
    assert.equal(waiting.status, "past_due");
    const payments = (waiting.latest_invoice as Stripe.Invoice).payments;
    const intent = payments?.data[0]?.payment.payment_intent as string;
    await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");

    const failed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, quantity: 2 }],
      proration_behavior: "always_invoice",
    });
    assert.equal(failed.status, "past_due");
    const owed = failed.latest_invoice as string;
    const marked = await stripe.invoices.markUncollectible(owed);
    assert.equal(marked.status, "uncollectible");
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");
  }, world));

Deno.test("local stripe: a trial is ended early, and a change within one costs nothing", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe, "pm_card_visa", {
      trial_period_days: 14,
    });
    const item = subscription.items.data[0]?.id ?? "";
    const yearly = await priceOf(stripe, 19000, "year");
    await advance(local.url, days(3));
    const moved = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: yearly }],
    });
    assert.deepEqual([moved.status, moved.trial_end], ["trialing", subscription.trial_end]);
    assert.equal((await stripe.invoiceItems.list()).data.length, 0);
    const longer = await stripe.subscriptions.update(subscription.id, {
      trial_end: (subscription.trial_end ?? 0) + days(7),
    });
    assert.equal(longer.items.data[0]?.current_period_end, longer.trial_end);
    const paid = await stripe.subscriptions.update(subscription.id, { trial_end: "now" });
    assert.equal(paid.status, "active");
    assert.deepEqual(amounts(await latest(stripe, subscription.id)), [19000]);
  }, world));

Deno.test("local stripe: a subscription ended now credits what was not used, when asked to", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, customer } = await activeSubscription(stripe);
    await advance(local.url, days(15));
    const quote = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { cancel_now: true },
    });
    const ended = await stripe.subscriptions.cancel(subscription.id, {
      prorate: true,
      invoice_now: true,
    });
    const last = await stripe.invoices.retrieve(ended.latest_invoice as string);
    assert.deepEqual(amounts(last), amounts(quote));
    assert.deepEqual([last.total, last.status], [-950, "paid"]);
    assert.equal((await stripe.customers.retrieve(customer.id) as Stripe.Customer).balance, -950);
    const none = await errorOf(stripe.invoices.createPreview({ subscription: subscription.id }));
    assert.equal(none.code, "invoice_upcoming_none");
  }, world));

Deno.test("local stripe: a first invoice is quoted as it will be charged", () =>
  withStripe(async ({ stripe }) => {
    const { customer, price } = await activeSubscription(stripe);
    const quote = await stripe.invoices.createPreview({
      customer: customer.id,
      subscription_details: { items: [{ price: price.id, quantity: 3 }] },
    });
    assert.deepEqual([quote.amount_due, quote.status], [5700, "draft"]);
    assert.equal((await stripe.subscriptions.list()).data.length, 1);
  }));

Deno.test("local stripe: a paused subscription is not billed, and goes on when it is resumed", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    await advance(local.url, days(15));
    const paused = await stripe.subscriptions.pause(subscription.id);
    assert.equal(paused.status, "paused");
    assert.equal(paused.status_details?.paused.subscription.type, "pause_requested");
    await advance(local.url, days(60));
    assert.equal((await stripe.invoices.list()).data.length, 1);
    const { now } = await advance(local.url, 0);

    const resumed = await stripe.subscriptions.resume(subscription.id);
    assert.equal(resumed.status, "active");
    assert.equal(resumed.status_details, undefined);
    assert.equal(resumed.items.data[0]?.current_period_start, now);
    assert.deepEqual(amounts(await latest(stripe, subscription.id)), [-950, 1900]);
    await advance(local.url, days(31));
    assert.equal((await stripe.invoices.list()).data.length, 3);

    const again = await stripe.subscriptions.pause(subscription.id, {
      bill_for: { unused_time_from: { type: "none" } },
    });
    assert.equal(again.status, "paused");
    const kept = await stripe.subscriptions.resume(subscription.id, {
      billing_cycle_anchor: { type: "unchanged" },
      proration_behavior: "none",
    });
    assert.deepEqual(
      kept.items.data.map(({ current_period_end }) => current_period_end),
      again.items.data.map(({ current_period_end }) => current_period_end),
    );
    const types = (await eventTypes(stripe)).filter((type) => /paused|resumed/.test(type));
    assert.deepEqual(types.slice(0, 2), [
      "customer.subscription.paused",
      "customer.subscription.resumed",
    ]);
    assert.match(
      (await errorOf(stripe.subscriptions.resume(subscription.id))).message,
      /only resume a paused/,
    );
  }, world));

Deno.test("local stripe: a draft is finalized and collected when a person says so", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, customer } = await activeSubscription(stripe);
    await fetch(`${local.url}/_local/settings`, {
      method: "POST",
      body: JSON.stringify({ after_last_retry: "unpaid", retry_days: [] }),
    }).then((response) => response.body?.cancel());
    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    await advance(local.url, days(61));
    const draft = await latest(stripe, subscription.id);
    assert.equal(draft.status, "draft");
    await useCard(stripe, customer.id, "pm_card_visa");
    const open = await stripe.invoices.finalizeInvoice(draft.id);
    assert.equal(open.status, "open");
    const paid = await stripe.invoices.pay(draft.id);
    assert.equal(paid.status, "paid");
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");
  }, world));

Deno.test("local stripe: a discount that comes with a change is not taken off what was paid before", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const better = await priceOf(stripe, 4900);
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: "forever" });
    await advance(local.url, days(15));
    const change = {
      items: [{ id: subscription.items.data[0]?.id ?? "", price: better }],
      proration_behavior: "always_invoice" as const,
    };
    const discounts = [{ coupon: coupon.id }];
    const quote = await stripe.invoices.createPreview({
      subscription: subscription.id,
      discounts,
      subscription_details: change,
    });
    await stripe.subscriptions.update(subscription.id, { ...change, discounts });
    const charged = await latest(stripe, subscription.id);
    assert.deepEqual(amounts(charged), [-950, 2450]);
    assert.deepEqual([charged.total, quote.total], [275, 275]);
  }, world));

Deno.test("local stripe: a running subscription is given a trial, and credit for what it paid", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const { now } = await advance(local.url, days(15));
    const trialing = await stripe.subscriptions.update(subscription.id, {
      trial_end: now + days(7),
    });
    assert.deepEqual(
      [trialing.status, trialing.trial_start, trialing.trial_end, trialing.billing_cycle_anchor],
      ["trialing", now, now + days(7), now + days(7)],
    );
    assert.equal((await latest(stripe, subscription.id)).total, -950);
    await advance(local.url, days(7));
    const first = await latest(stripe, subscription.id);
    assert.deepEqual([first.total, first.amount_paid, first.billing_reason], [
      1900,
      950,
      "subscription_cycle",
    ]);
  }, world));
