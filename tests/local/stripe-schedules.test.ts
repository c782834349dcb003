import assert from "node:assert/strict";
import type Stripe from "stripe";
import {
  activeSubscription,
  advance,
  customerAndPrice,
  days,
  errorOf,
  eventTypes,
  useCard,
  withStripe,
} from "./stripe-world.ts";

/** 1 April 2026: a period of thirty days. */
const world = { now: () => Date.UTC(2026, 3, 1) };
const april = Date.UTC(2026, 3, 1) / 1000;
const may = Date.UTC(2026, 4, 1) / 1000;
const june = Date.UTC(2026, 5, 1) / 1000;

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

/** The present phase of a schedule as an update takes it. */
function present(schedule: Stripe.SubscriptionSchedule) {
  const [phase] = schedule.phases;
  return {
    start_date: phase?.start_date ?? 0,
    end_date: phase?.end_date ?? 0,
    items: (phase?.items ?? []).map(({ price, quantity }) => ({
      price: price as string,
      quantity: quantity ?? 1,
    })),
  };
}

/** A running subscription whose price becomes another at the end of its period. */
async function downgraded(stripe: Stripe, unit_amount = 900) {
  const { subscription, price, customer } = await activeSubscription(stripe);
  const cheaper = await priceOf(stripe, unit_amount);
  const { id } = await stripe.subscriptionSchedules.create({
    from_subscription: subscription.id,
  });
  const schedule = await stripe.subscriptionSchedules.update(id, {
    phases: [
      present(await stripe.subscriptionSchedules.retrieve(id)),
      { items: [{ price: cheaper, quantity: 2 }], proration_behavior: "none" },
    ],
  });
  return { subscription, price, cheaper, customer, schedule };
}

const latest = async (stripe: Stripe, id: string) =>
  (await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] }))
    .latest_invoice as Stripe.Invoice;

Deno.test("local stripe: a schedule takes a subscription over as it is", () =>
  withStripe(async ({ stripe }) => {
    const { subscription, price, customer } = await activeSubscription(stripe);
    const refused = await errorOf(stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
      end_behavior: "cancel",
    }));
    assert.equal(refused.param, "end_behavior");
    const schedule = await stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
      expand: ["subscription"],
    });
    assert.match(schedule.id, /^sub_sched_/);
    assert.deepEqual(
      [schedule.status, schedule.end_behavior, schedule.current_phase],
      ["active", "release", { start_date: april, end_date: may }],
    );
    assert.equal((schedule.subscription as Stripe.Subscription).schedule, schedule.id);
    assert.deepEqual(schedule.phases.map(({ items }) => items[0]?.price), [price.id]);
    const again = await errorOf(stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
    }));
    assert.match(again.message, /already attached to a schedule/);
    const { data } = await stripe.subscriptionSchedules.list({ customer: customer.id });
    assert.deepEqual(data.map(({ id }) => id), [schedule.id]);
    assert.deepEqual(
      (await stripe.subscriptionSchedules.list({ scheduled: true })).data,
      [],
    );
  }, world));

Deno.test("local stripe: a scheduled price is what the renewal bills and its preview says", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, cheaper, schedule } = await downgraded(stripe);
    assert.deepEqual(
      schedule.phases.map(({ start_date, end_date }) => [start_date, end_date]),
      [[april, may], [may, june]],
    );
    await advance(local.url, days(10));
    const now = await stripe.subscriptions.retrieve(subscription.id);
    assert.equal(now.items.data[0]?.price.unit_amount, 1900, "nothing changes before its time");
    const quote = await stripe.invoices.createPreview({ subscription: subscription.id });
    assert.equal(quote.total, 1800);
    await advance(local.url, days(20));
    const after = await stripe.subscriptions.retrieve(subscription.id);
    const [item] = after.items.data;
    assert.deepEqual(
      [item?.price.id, item?.quantity, item?.current_period_end],
      [cheaper, 2, june],
    );
    assert.equal(item?.id, subscription.items.data[0]?.id, "the item stays the same one");
    const renewal = await latest(stripe, subscription.id);
    assert.deepEqual([renewal.total, renewal.billing_reason, renewal.status], [
      1800,
      "subscription_cycle",
      "paid",
    ]);
    assert.equal((await stripe.invoices.list()).data.length, 2);
    assert.equal(
      (await stripe.subscriptionSchedules.retrieve(schedule.id)).current_phase?.start_date,
      may,
    );

    await advance(local.url, days(31));
    const done = await stripe.subscriptionSchedules.retrieve(schedule.id);
    assert.deepEqual(
      [done.status, done.subscription, done.released_subscription, done.current_phase],
      ["released", null, subscription.id, null],
    );
    const free = await stripe.subscriptions.retrieve(subscription.id);
    assert.deepEqual([free.status, free.schedule], ["active", null]);
    assert.equal((await latest(stripe, subscription.id)).total, 1800);
    const types = await eventTypes(stripe);
    assert.deepEqual(types.filter((type) => type.startsWith("subscription_schedule.")), [
      "subscription_schedule.created",
      "subscription_schedule.updated",
      "subscription_schedule.updated",
      "subscription_schedule.expiring",
      "subscription_schedule.released",
    ]);
  }, world));

Deno.test("local stripe: a schedule moves from monthly to yearly without a proration", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const yearly = await priceOf(stripe, 19000, "year");
    const { id } = await stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
    });
    await stripe.subscriptionSchedules.update(id, {
      phases: [
        present(await stripe.subscriptionSchedules.retrieve(id)),
        { items: [{ price: yearly }], duration: { interval: "year" } },
      ],
    });
    await advance(local.url, days(30));
    const bill = await latest(stripe, subscription.id);
    assert.deepEqual([bill.total, bill.lines.data.length], [19000, 1]);
    const [item] = (await stripe.subscriptions.retrieve(subscription.id)).items.data;
    assert.deepEqual(
      [item?.current_period_start, item?.current_period_end],
      [may, Date.UTC(2027, 4, 1) / 1000],
    );
  }, world));

Deno.test("local stripe: a scheduled subscription is paused, or told to end, only when released", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, schedule } = await downgraded(stripe);
    const pause = await errorOf(stripe.subscriptions.pause(subscription.id, {
      type: "subscription",
    }));
    assert.match(pause.message, /managed by the subscription schedule/);
    const end = await errorOf(
      stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true }),
    );
    assert.match(end.message, /updating any cancelation behavior directly is not allowed/);
    const released = await stripe.subscriptionSchedules.release(schedule.id);
    assert.deepEqual(
      [released.status, released.subscription, released.released_subscription],
      ["released", null, subscription.id],
    );
    assert.match(
      (await errorOf(stripe.subscriptionSchedules.release(schedule.id))).message,
      /^You cannot release .* `released` status/,
    );
    await stripe.subscriptions.pause(subscription.id, { type: "subscription" });
    await stripe.subscriptions.resume(subscription.id);
    await advance(local.url, days(30));
    const kept = await stripe.subscriptions.retrieve(subscription.id);
    assert.equal(kept.items.data[0]?.price.unit_amount, 1900, "what was scheduled is forgotten");
  }, world));

Deno.test("local stripe: an update of the present phase is prorated as it says", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, cheaper, schedule } = await downgraded(stripe);
    const better = await priceOf(stripe, 4900);
    await advance(local.url, days(15));
    const future = { items: [{ price: cheaper }] };
    const wrong = await errorOf(stripe.subscriptionSchedules.update(schedule.id, {
      phases: [{ ...present(schedule), start_date: april + 5 }, future],
    }));
    assert.match(wrong.message, /can not modify the start date of the current phase/);
    const unanchored = await errorOf(stripe.subscriptionSchedules.update(schedule.id, {
      phases: [future],
    }));
    assert.match(unanchored.message, /at least one phase with a `start_date`/);
    await stripe.subscriptionSchedules.update(schedule.id, {
      phases: [{ ...present(schedule), items: [{ price: better }] }, future],
      proration_behavior: "always_invoice",
    });
    const bill = await latest(stripe, subscription.id);
    assert.deepEqual(bill.lines.data.map(({ amount }) => amount), [-950, 2450]);

    await advance(local.url, days(5));
    const direct = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: subscription.items.data[0]?.id ?? "", quantity: 3 }],
      proration_behavior: "none",
    });
    assert.equal(direct.schedule, schedule.id);
    const followed = await stripe.subscriptionSchedules.retrieve(schedule.id);
    assert.deepEqual(followed.phases.map(({ items }) => items[0]?.quantity), [3, 1]);
    await advance(local.url, days(10));
    assert.equal((await latest(stripe, subscription.id)).total, 900);
  }, world));

Deno.test("local stripe: a schedule of its own starts later, with a discount, and can end it all", () =>
  withStripe(async ({ local, stripe }) => {
    const { customer, price } = await customerAndPrice(stripe);
    await useCard(stripe, customer.id, "pm_card_visa");
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: "forever" });
    const schedule = await stripe.subscriptionSchedules.create({
      customer: customer.id,
      start_date: april + days(3),
      end_behavior: "cancel",
      metadata: { plan: "pro" },
      phases: [
        {
          items: [{ price: price.id }],
          discounts: [{ coupon: coupon.id }],
          duration: { interval: "month", interval_count: 2 },
          metadata: { phase: "first" },
        },
        { items: [{ price: price.id }], duration: { interval: "month" } },
      ],
    });
    assert.deepEqual(
      [schedule.status, schedule.subscription, schedule.current_phase],
      ["not_started", null, null],
    );
    await advance(local.url, days(3));
    const active = await stripe.subscriptionSchedules.retrieve(schedule.id);
    const id = active.subscription as string;
    const started = await stripe.subscriptions.retrieve(id);
    assert.deepEqual(
      [started.status, started.schedule, started.metadata.phase, started.cancel_at],
      ["active", schedule.id, "first", active.phases[1]?.end_date],
    );
    assert.equal((await latest(stripe, id)).amount_paid, 950);
    await advance(local.url, days(30));
    assert.equal((await latest(stripe, id)).amount_paid, 950);
    await advance(local.url, days(31));
    assert.equal((await latest(stripe, id)).amount_paid, 1900, "the discount ends with its phase");
    await advance(local.url, days(31));
    assert.equal((await stripe.subscriptions.retrieve(id)).status, "canceled");
    const done = await stripe.subscriptionSchedules.retrieve(schedule.id);
    assert.equal(done.status, "completed");
    assert.ok((await eventTypes(stripe)).includes("subscription_schedule.completed"));
  }, world));

Deno.test("local stripe: a schedule is canceled with its subscription, whichever goes first", () =>
  withStripe(async ({ local, stripe }) => {
    const first = await downgraded(stripe);
    await advance(local.url, days(15));
    const canceled = await stripe.subscriptionSchedules.cancel(first.schedule.id);
    assert.equal(canceled.status, "canceled");
    const ended = await stripe.subscriptions.retrieve(first.subscription.id);
    assert.equal(ended.status, "canceled");
    assert.equal((await latest(stripe, first.subscription.id)).total, -950);

    const second = await downgraded(stripe);
    await stripe.subscriptions.cancel(second.subscription.id);
    const gone = await stripe.subscriptionSchedules.retrieve(second.schedule.id);
    assert.equal(gone.status, "canceled");
    const types = await eventTypes(stripe);
    assert.equal(types.filter((type) => type === "subscription_schedule.canceled").length, 2);
  }, world));

Deno.test("local stripe: a phase may be described again when its code is used up and its price gone", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: "forever" });
    const code = await stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: coupon.id },
      code: "ONCE",
      max_redemptions: 1,
    });
    const { id } = await stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
    });
    const now = present(await stripe.subscriptionSchedules.retrieve(id));
    const reduced = { ...now, discounts: [{ promotion_code: code.id }] };
    await stripe.subscriptionSchedules.update(id, { phases: [reduced] });
    const [first] = now.items;
    await stripe.prices.update(first?.price ?? "", { active: false });
    const cheaper = await priceOf(stripe, 900);
    await stripe.subscriptionSchedules.update(id, {
      phases: [reduced, { items: [{ price: cheaper }] }],
    });
    const { discounts } = await stripe.subscriptions.retrieve(subscription.id);
    assert.equal(discounts.length, 1, "it is redeemed once");
    const spent = await errorOf(stripe.subscriptionSchedules.update(id, {
      phases: [reduced, {
        items: [{ price: cheaper }],
        discounts: [{ promotion_code: code.id }],
      }],
    }));
    assert.match(spent.message, /no longer active/);
    await advance(local.url, days(30));
    assert.equal((await latest(stripe, subscription.id)).total, 900, "its discount ends with it");
  }, world));

Deno.test("local stripe: a phase is entered without a coupon that has gone, and while one is paused", () =>
  withStripe(async ({ local, stripe, logged }) => {
    const { customer, price } = await customerAndPrice(stripe);
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: "forever" });
    const cheaper = await priceOf(stripe, 900);
    const running = await activeSubscription(stripe);
    const { id } = await stripe.subscriptionSchedules.create({
      from_subscription: running.subscription.id,
    });
    await stripe.subscriptionSchedules.update(id, {
      phases: [
        present(await stripe.subscriptionSchedules.retrieve(id)),
        { items: [{ price: cheaper }], discounts: [{ coupon: coupon.id }] },
      ],
    });
    await stripe.coupons.del(coupon.id);
    const trial = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      trial_period_days: 10,
      trial_settings: { end_behavior: { missing_payment_method: "pause" } },
    });
    const other = await stripe.subscriptionSchedules.create({ from_subscription: trial.id });
    await stripe.subscriptionSchedules.update(other.id, {
      phases: [
        { ...present(other), trial_end: trial.trial_end ?? 0 },
        { items: [{ price: price.id }], duration: { interval: "day", interval_count: 5 } },
        { items: [{ price: cheaper, quantity: 2 }] },
      ],
    });
    await advance(local.url, days(30));
    const bill = await latest(stripe, running.subscription.id);
    assert.deepEqual([bill.total, bill.total_discount_amounts], [900, []]);
    const paused = await stripe.subscriptions.retrieve(trial.id);
    assert.deepEqual(
      [paused.status, paused.items.data[0]?.price.id, paused.items.data[0]?.quantity],
      ["paused", cheaper, 2],
    );
    assert.deepEqual(logged.filter(({ level }) => level === "error"), []);
  }, world));
