import assert from "node:assert/strict";
import type Stripe from "stripe";
import { endPast } from "../../local/stripe/server.ts";
import {
  activeSubscription,
  advance,
  customerAndPrice,
  days,
  errorOf,
  eventTypes,
  incompleteSubscription,
  local as route,
  useCard,
  withDataFile,
  withStripe,
} from "./stripe-world.ts";

/** 31 January 2026: the day on which months are hard. */
const start = Date.UTC(2026, 0, 31, 10);

async function typesAfter(stripe: Stripe, run: () => Promise<unknown>): Promise<string[]> {
  const before = (await eventTypes(stripe)).length;
  await run();
  return (await eventTypes(stripe)).slice(before);
}

Deno.test("local stripe: a year in one advance is twelve renewals, in order, each on its day", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const { now, offset_seconds } = await advance(local.url, days(365));
    assert.equal(now, start / 1000 + days(365));
    assert.equal(offset_seconds, days(365));

    const invoices = await stripe.invoices.list({ subscription: subscription.id, limit: 100 });
    const billed = invoices.data.reverse();
    assert.equal(billed.length, 13, "the first and twelve renewals");
    assert.deepEqual(
      billed.map(({ created }) => new Date(created * 1000).toISOString().slice(0, 10)),
      [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
        "2026-06-30",
        "2026-07-31",
        "2026-08-31",
        "2026-09-30",
        "2026-10-31",
        "2026-11-30",
        "2026-12-31",
        "2027-01-31",
      ],
    );
    for (const [index, invoice] of billed.entries()) {
      assert.equal(invoice.number?.slice(-4), String(index + 1).padStart(4, "0"));
      assert.equal(invoice.status, "paid");
      assert.equal(
        invoice.billing_reason,
        index === 0 ? "subscription_create" : "subscription_cycle",
      );
      const period = invoice.lines.data[0]?.period;
      assert.equal(period?.start, invoice.created);
      const next = billed[index + 1];
      if (next !== undefined) assert.equal(period?.end, next.created);
    }
    const charges = await stripe.charges.list({ limit: 100 });
    assert.equal(charges.data.length, 13);
    const [item] = (await stripe.subscriptions.retrieve(subscription.id)).items.data;
    assert.equal(item?.current_period_start, billed.at(-1)?.created);
  }, { now: () => start }));

Deno.test("local stripe: a renewal is announced, drafted, finalized and paid", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const types = await typesAfter(stripe, () => advance(local.url, days(31)));
    assert.deepEqual(types, [
      "invoice.upcoming",
      "customer.subscription.updated",
      "invoice.created",
      "customer.updated",
      "payment_intent.created",
      "invoice.finalized",
      "charge.succeeded",
      "payment_intent.succeeded",
      "invoice.updated",
      "invoice.paid",
      "invoice.payment_succeeded",
      "invoice_payment.paid",
    ]);
    const [upcoming] = (await stripe.events.list({ type: "invoice.upcoming" })).data;
    const announced = upcoming?.data.object as Stripe.Invoice;
    assert.equal(announced.id, undefined);
    assert.equal(announced.amount_due, 1900);
    assert.equal(announced.parent?.subscription_details?.subscription, subscription.id);
    const [renewal] = (await stripe.invoices.list({ subscription: subscription.id })).data;
    assert.equal((upcoming?.created ?? 0) + days(7), renewal?.created);
  }, { now: () => start }));

Deno.test("local stripe: a declined renewal is past due, retried, and paid by a new card", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, customer } = await activeSubscription(stripe);
    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    await advance(local.url, days(28));
    const late = await stripe.subscriptions.retrieve(subscription.id, {
      expand: ["latest_invoice"],
    });
    const invoice = late.latest_invoice as Stripe.Invoice;
    assert.equal(late.status, "past_due");
    assert.deepEqual([invoice.status, invoice.attempt_count], ["open", 1]);
    assert.equal(invoice.next_payment_attempt, invoice.created + days(3));

    await advance(local.url, days(3));
    const again = await stripe.invoices.retrieve(invoice.id);
    assert.equal(again.attempt_count, 2);
    assert.equal(again.next_payment_attempt, invoice.created + days(8));

    await useCard(stripe, customer.id, "pm_card_visa");
    await advance(local.url, days(5));
    const paid = await stripe.invoices.retrieve(invoice.id);
    assert.deepEqual([paid.status, paid.attempt_count], ["paid", 3]);
    assert.equal(paid.next_payment_attempt, null);
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");
  }, { now: () => start }));

Deno.test("local stripe: after the last retry a subscription is canceled, or what the settings say", () =>
  withStripe(async ({ local, stripe }) => {
    const one = await activeSubscription(stripe);
    await useCard(stripe, one.customer.id, "pm_card_chargeCustomerFail");
    const types = await typesAfter(stripe, () => advance(local.url, days(28 + 3 + 5 + 7)));
    assert.equal(types.filter((type) => type === "invoice.payment_failed").length, 4);
    const ended = await stripe.subscriptions.retrieve(one.subscription.id);
    assert.equal(ended.status, "canceled");
    assert.equal(ended.cancellation_details?.reason, "payment_failed");
    const owed = await stripe.invoices.retrieve(ended.latest_invoice as string);
    assert.deepEqual([owed.status, owed.auto_advance], ["open", false]);
    assert.ok(types.includes("customer.subscription.deleted"));

    await route(local.url, "POST /_local/settings", {
      after_last_retry: "unpaid",
      retry_days: [1],
    });
    const two = await activeSubscription(stripe);
    await useCard(stripe, two.customer.id, "pm_card_chargeCustomerFail");
    await advance(local.url, days(33));
    assert.equal((await stripe.subscriptions.retrieve(two.subscription.id)).status, "unpaid");
    await advance(local.url, days(31));
    const drafts = await stripe.invoices.list({
      subscription: two.subscription.id,
      status: "draft",
    });
    assert.equal(drafts.data.length, 1, "an unpaid subscription is billed in drafts only");
  }, { now: () => start }));

Deno.test("local stripe: a renewal that the bank wants to see the customer for waits for him", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, customer } = await activeSubscription(stripe);
    await useCard(stripe, customer.id, "pm_card_authenticationRequired");
    const types = await typesAfter(stripe, () => advance(local.url, days(28)));
    assert.ok(types.includes("invoice.payment_action_required"));
    assert.ok(types.includes("invoice.payment_failed"));
    const late = await stripe.subscriptions.retrieve(subscription.id, {
      expand: ["latest_invoice.payments.data.payment.payment_intent"],
    });
    assert.equal(late.status, "past_due");
    const invoice = late.latest_invoice as Stripe.Invoice;
    const intent = invoice.payments?.data[0]?.payment.payment_intent as Stripe.PaymentIntent;
    assert.equal(intent.status, "requires_action");
    const answer = await fetch(`${local.url}/authenticate/${intent.id}`, {
      method: "POST",
      body: new URLSearchParams({ outcome: "pass" }),
    });
    await answer.body?.cancel();
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");
    await advance(local.url, days(10));
    assert.equal((await stripe.invoices.retrieve(invoice.id)).attempt_count, 1);
  }, { now: () => start }));

Deno.test("local stripe: a trial announces its end, then bills, or does without a card what it was told", () =>
  withStripe(async ({ local, stripe }) => {
    const paying = await activeSubscription(stripe, "pm_card_visa", { trial_period_days: 14 });
    assert.equal(paying.subscription.status, "trialing");
    const notice = await typesAfter(stripe, () => advance(local.url, days(11)));
    assert.deepEqual(notice.filter((type) => type.startsWith("customer.subscription")), [
      "customer.subscription.trial_will_end",
    ]);
    await advance(local.url, days(3));
    const billed = await stripe.subscriptions.retrieve(paying.subscription.id, {
      expand: ["latest_invoice"],
    });
    assert.equal(billed.status, "active");
    const invoice = billed.latest_invoice as Stripe.Invoice;
    assert.deepEqual([invoice.amount_paid, invoice.billing_reason], [1900, "subscription_cycle"]);

    const { customer, price } = await customerAndPrice(stripe);
    const trial = (missing_payment_method: "cancel" | "pause" | "create_invoice") =>
      stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        trial_period_days: 2,
        trial_settings: { end_behavior: { missing_payment_method } },
      });
    const [canceled, paused, owing] = [
      await trial("cancel"),
      await trial("pause"),
      await trial("create_invoice"),
    ];
    const types = await typesAfter(stripe, () => advance(local.url, days(2)));
    const statusOf = async (id: string) => (await stripe.subscriptions.retrieve(id)).status;
    assert.equal(await statusOf(canceled.id), "canceled");
    assert.equal(await statusOf(paused.id), "paused");
    assert.equal(await statusOf(owing.id), "past_due");
    assert.ok(types.includes("customer.subscription.paused"));
  }, { now: () => start }));

Deno.test("local stripe: a short trial announces its end at once, and once", () =>
  withStripe(async ({ local, stripe }) => {
    await activeSubscription(stripe, "pm_card_visa", { trial_period_days: 2 });
    const count = async () =>
      (await stripe.events.list({ type: "customer.subscription.trial_will_end" })).data.length;
    assert.equal(await count(), 1);
    await advance(local.url, days(1));
    assert.equal(await count(), 1);
  }));

Deno.test("local stripe: what is canceled at the period's end ends then, and is not billed again", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    const types = await typesAfter(stripe, () => advance(local.url, days(60)));
    assert.deepEqual(types, ["customer.subscription.deleted"]);
    const ended = await stripe.subscriptions.retrieve(subscription.id);
    assert.equal(ended.status, "canceled");
    assert.equal(ended.ended_at, subscription.items.data[0]?.current_period_end);
  }, { now: () => start }));

Deno.test("local stripe: a subscription that is never paid for expires after 23 hours", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, invoice } = await incompleteSubscription(stripe);
    await advance(local.url, 23 * 3600 - 1);
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "incomplete");
    await advance(local.url, 1);
    assert.equal(
      (await stripe.subscriptions.retrieve(subscription.id)).status,
      "incomplete_expired",
    );
    assert.equal((await stripe.invoices.retrieve(invoice.id)).status, "void");
  }, { now: () => start }));

Deno.test("local stripe: the clock is kept over a restart, and what fell due meanwhile happens", () =>
  withDataFile(async (dataFile) => {
    let subscription = "";
    await withStripe(async ({ local, stripe }) => {
      subscription = (await activeSubscription(stripe)).subscription.id;
      await advance(local.url, days(28));
    }, { dataFile, now: () => start });
    await withStripe(async ({ local, stripe }) => {
      const { offset_seconds } = await route(local.url, "GET /_local/clock");
      assert.equal(offset_seconds, days(28));
      assert.equal(local.clock.offset, days(28));
      const { data } = await stripe.invoices.list({ subscription });
      assert.equal(data.length, 3, "one came due while it was off");
      assert.equal(
        new Date((data[0]?.created ?? 0) * 1000).toISOString().slice(0, 10),
        "2026-03-31",
      );
    }, { dataFile, now: () => start + days(10) * 1000 + days(24) * 1000 });
  }));

Deno.test("local stripe: other clocks are told before anything is billed, and can refuse", () => {
  const told: number[] = [];
  let refuse = false;
  return withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    await advance(local.url, days(40));
    refuse = true;
    await assert.rejects(advance(local.url, days(40)), /500: the other clock is away/);
    assert.equal((await route(local.url, "GET /_local/clock")).offset_seconds, days(40));
    refuse = false;
    await route(local.url, "POST /_local/reset");
    assert.deepEqual(told, [days(40), 0]);
    assert.equal((await errorOf(stripe.subscriptions.retrieve(subscription.id))).statusCode, 404);
  }, {
    now: () => start,
    onClock: async (offset) => {
      await Promise.resolve();
      if (refuse) throw new Error("the other clock is away");
      told.push(offset);
    },
  });
});

Deno.test("local stripe: the clock takes whole seconds forward only", () =>
  withStripe(async ({ local }) => {
    for (const advance_seconds of [-1, 1.5, "60", null]) {
      await assert.rejects(
        route(local.url, "POST /_local/clock", { advance_seconds }),
        /must be a whole number/,
      );
    }
  }));

Deno.test("local stripe: an empty one begins in the past, goes on there after a restart, and ends in real time", () =>
  withDataFile(async (dataFile) => {
    const told: number[] = [];
    const options = {
      dataFile,
      now: () => start,
      onClock: (offset: number) => void told.push(offset),
    };
    let subscription = "";
    await withStripe(async ({ local, stripe }) => {
      assert.equal(await local.begin(days(45)), true);
      assert.deepEqual(await route(local.url, "GET /_local/clock"), {
        now: start / 1000 - days(45),
        offset_seconds: -days(45),
      });
      const active = await activeSubscription(stripe);
      subscription = active.subscription.id;
      assert.equal(active.subscription.created, start / 1000 - days(45));
    }, options);
    await withStripe(async ({ local, stripe }) => {
      assert.equal(local.clock.offset, -days(45));
      await advance(local.url, days(40));
      assert.equal((await stripe.invoices.list({ subscription })).data.length, 2);
      await local.toRealTime();
      assert.deepEqual(await route(local.url, "GET /_local/clock"), {
        now: start / 1000,
        offset_seconds: 0,
      });
      await advance(local.url, 60);
      await local.toRealTime();
      assert.equal(local.clock.offset, 60, "what is ahead stays there");
    }, options);
    assert.deepEqual(told, [-days(45), -days(5), 0, 60]);
  }));

Deno.test("local stripe: one that holds something does not begin in the past, and leaves the one that it was left in", () =>
  withDataFile((dataFile) =>
    withStripe(async ({ local, stripe }) => {
      await stripe.customers.create({ name: "Ada" });
      assert.equal(await local.begin(days(55)), false);
      assert.equal(local.clock.offset, 0);

      await route(local.url, "POST /_local/reset");
      assert.equal(await local.begin(days(30)), true);
      const { subscription } = await activeSubscription(stripe);
      assert.equal(await local.begin(days(55)), false);
      assert.equal(local.clock.offset, 0);
      const billed = await stripe.invoices.list({ subscription: subscription.id });
      assert.equal(billed.data.length, 1, "a month is not over: it began on 1 January");
      await advance(local.url, days(1));
      const renewed = await stripe.invoices.list({ subscription: subscription.id });
      assert.equal(renewed.data.length, 2);
    }, { dataFile, now: () => start })
  ));

Deno.test("local stripe: where the other clocks cannot follow, it does not begin in the past, now or at the next start", () =>
  withDataFile(async (dataFile) => {
    const onClock = () => Promise.reject(new Error("the database is gone"));
    await withStripe(async ({ local }) => {
      await assert.rejects(local.begin(days(45)), /the database is gone/);
      assert.equal(local.clock.offset, 0);
    }, { dataFile, onClock });
    await withStripe(({ local }) => Promise.resolve(assert.equal(local.clock.offset, 0)), {
      dataFile,
    });
  }));

Deno.test("local stripe: a past that was ended while it was off is over at the next start, billed day by day", () =>
  withDataFile(async (dataFile) => {
    const options = { dataFile, now: () => start };
    let subscription = "";
    await withStripe(async ({ local, stripe }) => {
      await local.begin(days(45));
      subscription = (await activeSubscription(stripe)).subscription.id;
    }, options);
    endPast(dataFile);
    await withStripe(async ({ local, stripe }) => {
      assert.equal(local.clock.offset, 0);
      const { data } = await stripe.invoices.list({ subscription });
      assert.deepEqual(data.map(({ created }) => (start / 1000 - created) / days(1)), [14, 45]);
      await advance(local.url, 60);
    }, options);
    endPast(dataFile);
    await withStripe(({ local }) => Promise.resolve(assert.equal(local.clock.offset, 60)), options);
    const nowhere = `${dataFile}.none`;
    endPast(nowhere);
    await assert.rejects(Deno.stat(nowhere), Deno.errors.NotFound);
  }));
