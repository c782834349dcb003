import type { Call } from "../call.ts";
import { after } from "../billing/periods.ts";
import { due } from "../schedule.ts";
import type { Documents } from "../wire.ts";
import { discountsAt, endDiscounts } from "./discounts.ts";
import { collect, methodFor } from "./invoice-collection.ts";
import { usedUntil } from "./metered-usage.ts";
import { endAsAsked } from "./subscription-cancellations.ts";
import { wholePeriods } from "./subscription-changes.ts";
import { type Recipe, waitingForUsage } from "./invoice-drafts.ts";
import { newInvoice } from "./invoice-object.ts";
import { finalize } from "./invoice-states.ts";
import { pendingItems, takePending } from "./invoice-items.ts";
import { endSubscription, hasEnded } from "./subscription-endings.ts";
import { periodEnd, type Subscription, type SubscriptionItem } from "./subscription-object.ts";
import { asScheduledAt } from "./subscription-schedule-steps.ts";
import { pendingUpdateExpires } from "./subscription-pending-updates.ts";
import { pauseAfterTrial } from "./subscription-pauses.ts";

const daySeconds = 24 * 60 * 60;
/** `trial_will_end` comes three days ahead, or at once where the trial is shorter. */
const trialNoticeSeconds = 3 * daySeconds;
/** How long a first payment may take: https://docs.stripe.com/billing/subscriptions/overview */
const incompleteSeconds = 23 * 60 * 60;

/** What the clock does to a subscription; of one moment, an end comes before a renewal. */
export const subscriptionDues = [
  due(
    "incomplete subscription expires",
    "subscription",
    ({ status, created }) => status === "incomplete" ? created + incompleteSeconds : null,
    (call, id) => endSubscription(call, call.need("subscription", id), null),
  ),
  due(
    "subscription ends as it was asked to",
    "subscription",
    (subscription) => hasEnded(subscription) ? null : subscription.cancel_at,
    (call, id) => endAsAsked(call, call.need("subscription", id)),
  ),
  due(
    "trial will end",
    "subscription",
    ({ status, trial_start, trial_end }) =>
      status === "trialing" && trial_end !== null
        ? Math.max(trial_start ?? 0, trial_end - trialNoticeSeconds)
        : null,
    (call, id) => call.emit("customer.subscription.trial_will_end", call.need("subscription", id)),
  ),
  pendingUpdateExpires,
  due("invoice is upcoming", "subscription", upcomingAt, (call, id) => {
    const { draft } = call.store.dryRun(() => {
      const subscription = call.need("subscription", id);
      return nextPeriod(call, asScheduledAt(call, subscription));
    });
    // The event's invoice does not exist yet: it has no id.
    const { id: _none, ...invoice } = draft;
    call.emit("invoice.upcoming", invoice as typeof draft);
  }),
  due(
    "subscription renews",
    "subscription",
    (subscription) => renews(subscription) ? periodEnd(subscription) : null,
    (call, id) => renew(call, call.need("subscription", id)),
  ),
];

function renews({ status }: Subscription): boolean {
  return ["active", "trialing", "past_due", "unpaid"].includes(status);
}

function upcomingAt(subscription: Subscription, call: Call): number | null {
  const { upcoming_days } = call.settings;
  const end = periodEnd(subscription);
  const start = Math.max(...subscription.items.data.map((item) => item.current_period_start));
  const at = end - upcoming_days * daySeconds;
  const { cancel_at } = subscription;
  const ends = cancel_at !== null && cancel_at <= end;
  return renews(subscription) && !ends && at > start ? at : null;
}

/** Starts the next period of a subscription and bills it; at the end of a trial, the first paid one. */
function renew(call: Call, subscription: Subscription): void {
  const trialEnds = subscription.status === "trialing";
  if (trialEnds && methodFor(call, subscription) === null) {
    const missing = subscription.trial_settings?.end_behavior.missing_payment_method;
    if (missing === "cancel") {
      endSubscription(call, subscription, null);
      return;
    }
    if (missing === "pause") {
      pauseAfterTrial(call, subscription);
      return;
    }
  }
  const { renewed, draft, recipe } = nextPeriod(call, subscription);
  // Nobody is asked for money while earlier invoices go unpaid: the draft waits for a person.
  const unpaid = subscription.status === "unpaid";
  const waits = !unpaid && recipe.billed.some(({ usage }) => usage !== undefined);
  call.create(waits ? waitingForUsage(call, draft, recipe) : draft, "invoice.created");
  if (unpaid || waits) return;
  const invoice = finalize(call, draft, {
    method: methodFor(call, renewed),
    description: "Subscription update",
  });
  if (invoice.status === "open") collect(call, invoice, renewed);
}

/** The subscription in its next period, written, and the draft that bills it, not yet kept. */
export function nextPeriod(
  call: Call,
  subscription: Subscription,
): { renewed: Subscription; draft: Documents["invoice"]; recipe: Recipe } {
  const ended = subscription.items.data[0];
  if (ended === undefined) throw new Error(`${subscription.id} has no items`);
  const start = periodEnd(subscription);
  const items = subscription.items.data.map((item) => inPeriodFrom(subscription, item, start));
  // What is promised once counts for the first period that is paid for.
  const discounts = subscription.status === "trialing"
    ? subscription.discounts
    : discountsAt(call, subscription.discounts, start);
  const next = { ...subscription, discounts, items: { ...subscription.items, data: items } };
  const pending = pendingItems(call, subscription.id);
  const recipe: Recipe = {
    subscription: next,
    billed: [...usedUntil(call, subscription, start), ...wholePeriods(items)],
    period: { start: ended.current_period_start, end: start },
  };
  const draft = newInvoice(call, {
    ...recipe,
    customer: call.need("customer", subscription.customer),
    reason: "subscription_cycle",
    pending,
  });
  if (subscription.status === "unpaid") draft.auto_advance = false;
  takePending(call, pending, draft.id);
  endDiscounts(call, subscription.discounts.filter((id) => !discounts.includes(id)));
  const renewed = call.update(subscription, {
    discounts,
    items: next.items,
    latest_invoice: draft.id,
    ...(subscription.status === "trialing" ? { status: "active" } : {}),
  }, "customer.subscription.updated");
  return { renewed, draft, recipe };
}

/** An item in the period that starts at a time; periods are counted from the billing cycle anchor. */
export function inPeriodFrom(
  { billing_cycle_anchor: anchor }: Subscription,
  item: SubscriptionItem,
  start: number,
): SubscriptionItem {
  const { recurring } = item.price;
  if (recurring === null) throw new Error(`${item.price.id} does not recur`);
  let steps = 1;
  let end = after(anchor, recurring, steps);
  while (end <= start) end = after(anchor, recurring, ++steps);
  return { ...item, current_period_start: start, current_period_end: end };
}
