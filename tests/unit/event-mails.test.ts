import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import type Stripe from "stripe";
import { eventMails } from "../../supabase/functions/_shared/billing/event-mails.ts";

const periodEnd = 1_800_000_000;

/** A subscription as an event shows it; only what the mails read. */
function subscription(more: Record<string, unknown> = {}) {
  return {
    id: "sub_1",
    object: "subscription",
    customer: "cus_1",
    status: "active",
    cancel_at_period_end: false,
    cancel_at: null,
    canceled_at: null,
    ended_at: null,
    trial_end: null,
    metadata: {},
    default_payment_method: null,
    items: { data: [{ current_period_end: periodEnd }, { current_period_end: periodEnd + 60 }] },
    ...more,
  };
}

function invoice(more: Record<string, unknown> = {}) {
  return {
    id: "in_1",
    object: "invoice",
    customer: "cus_1",
    billing_reason: "subscription_cycle",
    amount_remaining: 1900,
    currency: "eur",
    attempt_count: 1,
    next_payment_attempt: null,
    hosted_invoice_url: "https://invoice.example/1",
    parent: { subscription_details: { subscription: "sub_1" } },
    ...more,
  };
}

function event(type: string, object: unknown, previous?: unknown): Stripe.Event {
  return {
    id: "evt_1",
    object: "event",
    created: 1_790_000_000,
    type,
    data: { object, ...(previous !== undefined && { previous_attributes: previous }) },
  } as unknown as Stripe.Event;
}

function templates(of: Stripe.Event): string[] {
  return eventMails(of).map((mail) => mail.template);
}

Deno.test("event mails: a subscription starts once, when it first runs", () => {
  const updated = "customer.subscription.updated";
  deepEqual(templates(event(updated, subscription(), { status: "incomplete" })), [
    "subscription_started",
  ]);
  deepEqual(
    templates(
      event(
        "customer.subscription.created",
        subscription({ status: "trialing", trial_end: periodEnd }),
      ),
    ),
    ["trial_started"],
  );
  deepEqual(
    templates(event("customer.subscription.created", subscription({ status: "incomplete" }))),
    [],
  );
  deepEqual(templates(event(updated, subscription(), { status: "past_due" })), []);
});

Deno.test("event mails: a subscription that is to end says when, and each decision is a cause", () => {
  const ending = (canceledAt: number) =>
    eventMails(event(
      "customer.subscription.updated",
      subscription({ cancel_at_period_end: true, canceled_at: canceledAt }),
      { cancel_at_period_end: false },
    ));
  deepEqual(ending(1)[0]?.props, { ends_at: new Date(periodEnd * 1000).toISOString() });
  equal(ending(1)[0]?.dedupeKey === ending(2)[0]?.dedupeKey, false);
  deepEqual(
    templates(
      event("customer.subscription.updated", subscription(), { cancel_at_period_end: true }),
    ),
    [],
  );
});

Deno.test("event mails: what never ran does not end", () => {
  const deleted = "customer.subscription.deleted";
  deepEqual(templates(event(deleted, subscription({ status: "canceled", ended_at: 5 }))), [
    "subscription_ended",
  ]);
  deepEqual(templates(event(deleted, subscription({ status: "incomplete_expired" }))), []);
});

Deno.test("event mails: a failed renewal is dunning's, a failed first payment nobody's", () => {
  const failed = "invoice.payment_failed";
  deepEqual(templates(event(failed, invoice())), []);
  deepEqual(templates(event(failed, invoice({ billing_reason: "subscription_create" }))), []);
  const asked = "invoice.payment_action_required";
  deepEqual(templates(event(asked, invoice())), []);
  // A later attempt, by another card say: the bank asks anew.
  deepEqual(templates(event(asked, invoice({ attempt_count: 2 }))), ["payment_action_required"]);
});

Deno.test("event mails: what fails without a subscription is told once an attempt", () => {
  const single = invoice({
    billing_reason: "manual",
    parent: null,
    next_payment_attempt: 1_790_100_000,
  });
  deepEqual(eventMails(event("invoice.payment_failed", single)), [{
    template: "payment_failed",
    customerId: "cus_1",
    subscriptionId: null,
    props: {
      amount: { amount: 1900, currency: "EUR" },
      url: "https://invoice.example/1",
      next_attempt: new Date(1_790_100_000_000).toISOString(),
    },
    dedupeKey: "payment_failed:in_1:1",
  }]);
});

Deno.test("event mails: the same event always causes the same mails, and other types none", () => {
  fc.assert(fc.property(
    fc.constantFrom(
      "customer.updated",
      "product.created",
      "charge.succeeded",
      "invoice.paid",
      "x.y",
    ),
    (type) => {
      const known = event(
        type,
        type.startsWith("invoice") ? invoice() : { id: "x", object: type.split(".")[0] },
      );
      deepEqual(eventMails(known), []);
    },
  ));
  const started = event("customer.subscription.updated", subscription(), { status: "incomplete" });
  deepEqual(eventMails(started), eventMails(structuredClone(started)));
});

function sold(price: string, quantity: number) {
  return { data: [{ price: { id: price }, quantity, current_period_end: periodEnd }] };
}

Deno.test("event mails: another plan is told of; a renewal and seats that follow the members are not", () => {
  const updated = "customer.subscription.updated";
  const after = (more = {}) => subscription({ items: sold("price_pro", 2), ...more });
  const [mail] = eventMails(event(updated, after(), { items: sold("price_basic", 2) }));
  deepEqual([mail?.template, mail?.props], [
    "plan_changed",
    { price_id: "price_pro", previous_price_id: "price_basic", quantity: 2 },
  ]);
  deepEqual(templates(event(updated, after(), { items: sold("price_pro", 2) })), []);
  deepEqual(templates(event(updated, after(), { items: sold("price_pro", 1) })), []);
  deepEqual(
    templates(event(updated, after({ metadata: { quote_id: "q2" } }), {
      items: sold("price_pro", 1),
      metadata: { quote_id: "q1" },
    })),
    ["plan_changed"],
  );
});

Deno.test("event mails: a planned change is told of once for each change that is planned", () => {
  const phase = (start: number, price: string) => ({
    start_date: start,
    end_date: start + 10,
    items: [{ price, quantity: 1 }],
  });
  const schedule = (next: string) => ({
    id: "sub_sched_1",
    object: "subscription_schedule",
    customer: "cus_1",
    subscription: "sub_1",
    status: "active",
    current_phase: { start_date: 10, end_date: 20 },
    phases: [phase(10, "price_pro"), phase(20, next)],
  });
  const updated = "subscription_schedule.updated";
  const planned = (next: string) => eventMails(event(updated, schedule(next), { phases: [] }))[0];
  equal(planned("price_basic")?.template, "plan_change_planned");
  equal(planned("price_basic")?.dedupeKey, planned("price_basic")?.dedupeKey);
  equal(planned("price_basic")?.dedupeKey === planned("price_plus")?.dedupeKey, false);
  deepEqual(templates(event(updated, schedule("price_pro"), { phases: [] })), []);
  deepEqual(templates(event(updated, schedule("price_basic"), { metadata: {} })), []);
  deepEqual(templates(event("subscription_schedule.released", schedule("price_basic"))), []);
});

Deno.test("event mails: a trial that its card has ended says so, an ordinary end of a trial does not", () => {
  const updated = "customer.subscription.updated";
  deepEqual(
    templates(
      event(updated, subscription({ metadata: { trial_ended: "card" } }), { status: "trialing" }),
    ),
    ["trial_ended_early"],
  );
  deepEqual(templates(event(updated, subscription(), { status: "trialing" })), []);
});
