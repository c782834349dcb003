import assert from "node:assert/strict";
import fc from "fast-check";
import Stripe from "stripe";
import { amountFor } from "../../local/stripe/billing/price-amounts.ts";
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
const april = Date.UTC(2026, 3, 1) / 1000;

async function metered(stripe: Stripe, params: Partial<Stripe.PriceCreateParams> = {}) {
  const meter = await stripe.billing.meters.create({
    display_name: "Calls",
    event_name: "calls",
    default_aggregation: { formula: "sum" },
  });
  const price = await stripe.prices.create({
    product_data: { name: "Calls" },
    currency: "eur",
    recurring: { interval: "month", usage_type: "metered", meter: meter.id },
    ...(params.billing_scheme === undefined
      ? { unit_amount_decimal: Stripe.Decimal.from("0.5") }
      : {}),
    ...params,
  });
  return { meter, price };
}

function use(stripe: Stripe, customer: string, value: number | string, more = {}) {
  return stripe.billing.meterEvents.create({
    event_name: "calls",
    payload: { stripe_customer_id: customer, value: String(value) },
    ...more,
  });
}

Deno.test("local stripe: usage is counted once by its identifier, and told by the hour", () =>
  withStripe(async ({ local, stripe }) => {
    const { meter } = await metered(stripe);
    const { id: customer } = await stripe.customers.create();
    const first = await use(stripe, customer, 3, { identifier: "usage-1" });
    assert.deepEqual([first.identifier, first.timestamp, Object.hasOwn(first, "id")], [
      "usage-1",
      april,
      false,
    ]);
    const twice = await errorOf(use(stripe, customer, 3, { identifier: "usage-1" }));
    assert.deepEqual([twice.statusCode, twice.message], [
      400,
      "An event already exists with identifier usage-1.",
    ]);
    await advance(local.url, 2 * 3600);
    await use(stripe, customer, 4);
    await use(stripe, customer, 5, { identifier: "wrong" });
    await stripe.billing.meterEventAdjustments.create({
      event_name: "calls",
      type: "cancel",
      cancel: { identifier: "wrong" },
    });
    const range = { customer, start_time: april, end_time: april + 4 * 3600 };
    const whole = await stripe.billing.meters.listEventSummaries(meter.id, range);
    assert.deepEqual(whole.data.map(({ aggregated_value }) => aggregated_value), [7]);
    const hours = await stripe.billing.meters.listEventSummaries(meter.id, {
      ...range,
      value_grouping_window: "hour",
    });
    assert.deepEqual(
      hours.data.map(({ aggregated_value, start_time }) => [aggregated_value, start_time]),
      [[4, april + 2 * 3600], [3, april]],
    );
    const odd = await errorOf(
      stripe.billing.meters.listEventSummaries(meter.id, { ...range, start_time: april + 1 }),
    );
    assert.equal(odd.param, "start_time");
    await advance(local.url, days(1));
    await use(stripe, customer, 3, { identifier: "usage-1" });
    const later = { ...range, end_time: april + days(2) };
    const again = await stripe.billing.meters.listEventSummaries(meter.id, later);
    assert.equal(again.data[0]?.aggregated_value, 10, "an identifier is unique for a day only");
  }, world));

Deno.test("local stripe: an event that no meter can count is refused", () =>
  withStripe(async ({ stripe }) => {
    const { meter } = await metered(stripe);
    const { id: customer } = await stripe.customers.create();
    const refused = async (call: Promise<unknown>) => (await errorOf(call)).param;
    assert.equal(await refused(use(stripe, customer, "1.5")), "payload[value]");
    assert.equal(await refused(use(stripe, "cus_none", 1)), "payload[stripe_customer_id]");
    assert.equal(await refused(use(stripe, customer, 1, { timestamp: april + 600 })), "timestamp");
    const old = april - days(36);
    assert.equal(await refused(use(stripe, customer, 1, { timestamp: old })), "timestamp");
    const keyless = { event_name: "calls", payload: { stripe_customer_id: customer } };
    assert.equal(await refused(stripe.billing.meterEvents.create(keyless)), "payload");
    await stripe.billing.meters.deactivate(meter.id);
    assert.equal(await refused(use(stripe, customer, 1)), "event_name");
    const renamed = await stripe.billing.meters.update(meter.id, { display_name: "API calls" });
    assert.deepEqual([renamed.display_name, renamed.status], ["API calls", "inactive"]);
    assert.equal((await stripe.billing.meters.reactivate(meter.id)).status, "active");
    const { data } = await stripe.billing.meters.list({ status: "active" });
    assert.deepEqual(data.map(({ id }) => id), [meter.id]);
    const types = await eventTypes(stripe);
    assert.deepEqual(types.filter((type) => type.startsWith("billing.")), [
      "billing.meter.created",
      "billing.meter.deactivated",
      "billing.meter.updated",
      "billing.meter.reactivated",
    ]);
  }, world));

Deno.test("local stripe: what was used is billed when its period ends, beside what is paid ahead", () =>
  withStripe(async ({ local, stripe }) => {
    const { price } = await metered(stripe);
    const { customer, subscription: first } = await activeSubscription(stripe);
    await stripe.subscriptions.cancel(first.id);
    const base = first.items.data[0]?.price.id ?? "";
    const counted = await errorOf(stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id, quantity: 1 }],
    }));
    assert.equal(counted.param, "items[0][quantity]");
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: base }, { price: price.id }],
      expand: ["latest_invoice"],
    });
    assert.equal((subscription.latest_invoice as Stripe.Invoice).total, 1900);
    assert.equal(subscription.items.data[1]?.quantity, undefined);
    await use(stripe, customer.id, 1001);
    await advance(local.url, days(20));
    const preview = await stripe.invoices.createPreview({ subscription: subscription.id });
    assert.equal(preview.total, 1900 + 501, "half a cent is rounded up");
    await advance(local.url, days(10));
    await use(stripe, customer.id, 10);
    const { data: [draft] } = await stripe.invoices.list({ limit: 1 });
    assert.deepEqual(
      [draft?.status, draft?.total, draft?.automatically_finalizes_at],
      ["draft", 2401, april + days(30) + 3600],
    );
    await use(stripe, customer.id, 400, { timestamp: april + days(29) });
    await advance(local.url, 3600);
    const { data: [renewal] } = await stripe.invoices.list({ limit: 1 });
    assert.deepEqual([renewal?.status, renewal?.amount_paid], ["paid", 2601], "late, but in time");
    assert.deepEqual(
      renewal?.lines.data.map(({ amount, quantity, period }) => [amount, quantity, period.start]),
      [[701, 1401, april], [1900, 1, april + days(30)]],
    );
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    await advance(local.url, days(31));
    const { data: [last] } = await stripe.invoices.list({ limit: 1 });
    assert.deepEqual([last?.total, last?.lines.data.length], [5, 1], "the end bills what was used");
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "canceled");
  }, world));

Deno.test("local stripe: a tiered price counts tier by tier, and cancel bills what was used", () =>
  withStripe(async ({ stripe }) => {
    const { price } = await metered(stripe, {
      billing_scheme: "tiered",
      tiers_mode: "graduated",
      tiers: [{ up_to: 100, unit_amount: 0 }, { up_to: "inf", unit_amount: 2 }],
      expand: ["tiers"],
    });
    assert.deepEqual(price.tiers?.map(({ up_to }) => up_to), [100, null]);
    const { id: customer } = await stripe.customers.create({ email: "ada@example.com" });
    await useCard(stripe, customer, "pm_card_visa");
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    await use(stripe, customer, 150);
    await stripe.subscriptions.cancel(id, { invoice_now: true });
    const { data: [last] } = await stripe.invoices.list({ limit: 1 });
    assert.deepEqual([last?.total, last?.status], [100, "paid"]);
  }, world));

Deno.test("local stripe: tiers and decimals add up to whole units", () => {
  const unit = (decimal: string) => ({ unit_amount: null, unit_amount_decimal: decimal });
  const flat = { ...unit("0.05"), tiers_mode: null };
  assert.equal(amountFor(flat, 10), 1);
  assert.equal(amountFor(flat, 9), 0);
  const tiers = [
    { ...unit("10"), flat_amount: 500, up_to: 5 },
    { ...unit("8"), flat_amount: null, up_to: 10 },
    { ...unit("5"), flat_amount: 100, up_to: null },
  ];
  const rule = (tiers_mode: string) => ({ ...unit("0"), tiers, tiers_mode });
  assert.deepEqual([0, 5, 6, 11].map((n) => amountFor(rule("graduated"), n)), [500, 550, 558, 695]);
  assert.deepEqual([0, 5, 6, 11].map((n) => amountFor(rule("volume"), n)), [500, 550, 48, 155]);
  fc.assert(fc.property(fc.nat(1e6), fc.nat(1e9), (cents, quantity) => {
    const exact = BigInt(cents) * BigInt(quantity);
    fc.pre(exact <= BigInt(Number.MAX_SAFE_INTEGER));
    assert.equal(amountFor({ ...unit(String(cents)), tiers_mode: null }, quantity), Number(exact));
  }));
});
