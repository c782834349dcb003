/**
 * Mails that an event causes. They are made of the event itself and not of how things stand when it is
 * handled: so the same events, in any order and any number of times, cause the same mails.
 *
 * What is for good (an invoice paid, a refund done) is mailed when it is first mirrored, in SQL.
 */
import type Stripe from "stripe";
import { fromStripeAmount } from "../money.ts";
import { idOf } from "./records.ts";

/** A mail that an event causes; `dedupeKey` is its cause. */
export interface EventMail {
  template:
    | "subscription_started"
    | "subscription_ending"
    | "subscription_ended"
    | "subscription_paused"
    | "subscription_resumed"
    | "trial_started"
    | "trial_ending"
    | "trial_ended_early"
    | "plan_changed"
    | "plan_change_planned"
    | "payment_failed"
    | "payment_action_required";
  customerId: string;
  /** Named where the mail tells the plan. */
  subscriptionId: string | null;
  props: Record<string, unknown>;
  dedupeKey: string;
}

function at(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function money(amount: number, currency: string) {
  return fromStripeAmount(amount, currency.toUpperCase());
}

function periodEnd(subscription: Stripe.Subscription): number | null {
  const ends = subscription.items.data.map((item) => item.current_period_end);
  return ends.length === 0 ? null : Math.min(...ends);
}

const runs: ReadonlySet<string> = new Set(["active", "trialing"]);

/** What is paid for, as far as a change of it is worth a mail. */
function soldBy(items: Stripe.ApiList<Stripe.SubscriptionItem> | undefined) {
  const item = items?.data?.[0];
  return item?.price === undefined ? null : { price: item.price.id, quantity: item.quantity ?? 1 };
}

/**
 * A change of plan, or of a quantity that somebody has asked for by a quote: one that follows the members
 * of a workspace is not worth a mail each time.
 */
function planMails(
  event: Stripe.Event,
  subscription: Stripe.Subscription,
  about: Pick<EventMail, "customerId" | "subscriptionId">,
): EventMail[] {
  const before = (event.data.previous_attributes ?? {}) as Partial<Stripe.Subscription>;
  const [former, now] = [soldBy(before.items), soldBy(subscription.items)];
  if (former === null || now === null) return [];
  const quoted = before.metadata !== undefined && subscription.metadata["quote_id"] !== undefined;
  if (former.price === now.price && (former.quantity === now.quantity || !quoted)) return [];
  return [{
    ...about,
    template: "plan_changed",
    props: {
      price_id: now.price,
      previous_price_id: former.price,
      quantity: now.quantity,
    },
    dedupeKey: `plan_changed:${event.id}`,
  }];
}

function subscriptionMails(event: Stripe.Event, subscription: Stripe.Subscription): EventMail[] {
  const customerId = idOf(subscription.customer);
  if (customerId === null) return [];
  const about = { customerId, subscriptionId: subscription.id };
  const before = (event.data.previous_attributes ?? {}) as Partial<Stripe.Subscription>;
  const end = periodEnd(subscription);

  switch (event.type) {
    case "customer.subscription.created":
    case "customer.subscription.updated": {
      const mails: EventMail[] = [];
      const isNew = event.type === "customer.subscription.created" ||
        before.status === "incomplete";
      if (isNew && subscription.status === "trialing" && subscription.trial_end !== null) {
        mails.push({
          ...about,
          template: "trial_started",
          props: {
            trial_end: at(subscription.trial_end),
            card: subscription.default_payment_method !== null,
          },
          dedupeKey: `trial_started:${subscription.id}`,
        });
      } else if (isNew && runs.has(subscription.status)) {
        mails.push({
          ...about,
          template: "subscription_started",
          props: end === null ? {} : { period_end: at(end) },
          dedupeKey: `subscription_started:${subscription.id}`,
        });
      }
      // Asked for by the API it ends with the period; asked for in Stripe's portal, at a moment.
      const ends = subscription.cancel_at ?? (subscription.cancel_at_period_end ? end : null);
      const decided =
        (before.cancel_at_period_end === false && subscription.cancel_at_period_end) ||
        (before.cancel_at === null && subscription.cancel_at !== null);
      if (decided && ends !== null) {
        mails.push({
          ...about,
          template: "subscription_ending",
          props: { ends_at: at(ends) },
          // Ending, going on after all, and ending again are two causes.
          dedupeKey: `subscription_ending:${subscription.id}:${
            subscription.canceled_at ?? event.id
          }`,
        });
      }
      if (before.status === "trialing" && subscription.metadata["trial_ended"] === "card") {
        mails.push({
          ...about,
          template: "trial_ended_early",
          props: {},
          dedupeKey: `trial_ended_early:${subscription.id}`,
        });
      }
      return [...mails, ...planMails(event, subscription, about)];
    }
    case "customer.subscription.deleted":
      // What never ran did not end.
      if (subscription.status === "incomplete_expired") return [];
      return [{
        ...about,
        template: "subscription_ended",
        props: { ended_at: at(subscription.ended_at ?? event.created) },
        dedupeKey: `subscription_ended:${subscription.id}`,
      }];
    case "customer.subscription.paused":
    case "customer.subscription.resumed": {
      const template = event.type === "customer.subscription.paused"
        ? "subscription_paused"
        : "subscription_resumed";
      const requested = subscription.status_details?.paused?.subscription?.type ===
        "pause_requested";
      const props = template === "subscription_paused" && requested ? { requested } : {};
      return [{ ...about, template, props, dedupeKey: `${template}:${event.id}` }];
    }
    case "customer.subscription.trial_will_end":
      if (subscription.trial_end === null) return [];
      return [{
        ...about,
        template: "trial_ending",
        props: { trial_end: at(subscription.trial_end) },
        dedupeKey: `trial_ending:${subscription.id}:${subscription.trial_end}`,
      }];
    default:
      return [];
  }
}

/** A change planned for the renewal, each time another one is. */
function scheduleMails(event: Stripe.Event, schedule: Stripe.SubscriptionSchedule): EventMail[] {
  const customerId = idOf(schedule.customer);
  const subscriptionId = idOf(schedule.subscription);
  if (event.type !== "subscription_schedule.updated" || schedule.status !== "active") return [];
  const before = (event.data.previous_attributes ?? {}) as Partial<Stripe.SubscriptionSchedule>;
  if (customerId === null || subscriptionId === null || before.phases === undefined) return [];
  const present = schedule.phases.find(({ start_date }) =>
    start_date === schedule.current_phase?.start_date
  );
  const next = schedule.phases.find(({ start_date }) => start_date === present?.end_date);
  const [from, to] = [present?.items[0], next?.items[0]];
  const [price, former] = [idOf(to?.price), idOf(from?.price)];
  if (next === undefined || price === null || former === null) return [];
  const quantity = to?.quantity ?? 1;
  if (price === former && quantity === (from?.quantity ?? 1)) return [];
  return [{
    template: "plan_change_planned",
    customerId,
    subscriptionId,
    props: {
      price_id: price,
      previous_price_id: former,
      quantity,
      changes_at: at(next.start_date),
    },
    dedupeKey: `plan_change_planned:${schedule.id}:${next.start_date}:${price}:${quantity}`,
  }];
}

function invoiceMails(event: Stripe.Event, invoice: Stripe.Invoice): EventMail[] {
  const customerId = idOf(invoice.customer);
  // A first payment fails before its payer's eyes: there is nothing to tell by mail.
  if (customerId === null || invoice.billing_reason === "subscription_create") return [];
  // What a running subscription owes is told of by dunning, see dunning.ts.
  const dunned = idOf(invoice.parent?.subscription_details?.subscription) !== null;
  const props = {
    amount: money(invoice.amount_remaining, invoice.currency),
    ...(invoice.hosted_invoice_url && { url: invoice.hosted_invoice_url }),
  };
  const about = { customerId, subscriptionId: null };
  const cause = `${invoice.id}:${invoice.attempt_count}`;
  switch (event.type) {
    case "invoice.payment_failed":
      if (dunned) return [];
      return [{
        ...about,
        template: "payment_failed",
        props: {
          ...props,
          ...(invoice.next_payment_attempt !== null &&
            { next_attempt: at(invoice.next_payment_attempt) }),
        },
        dedupeKey: `payment_failed:${cause}`,
      }];
    case "invoice.payment_action_required":
      // The first attempt's is dunning's first step. A later one is news: another bank, or another answer.
      if (dunned && invoice.attempt_count <= 1) return [];
      return [{
        ...about,
        template: "payment_action_required",
        props,
        dedupeKey: `payment_action_required:${cause}`,
      }];
    default:
      return [];
  }
}

/** The mails that an event causes; none for most. */
export function eventMails(event: Stripe.Event): EventMail[] {
  const object = event.data.object as { object: string };
  if (object.object === "subscription") {
    return subscriptionMails(event, object as Stripe.Subscription);
  }
  if (object.object === "subscription_schedule") {
    return scheduleMails(event, object as Stripe.SubscriptionSchedule);
  }
  if (object.object === "invoice") return invoiceMails(event, object as Stripe.Invoice);
  return [];
}
