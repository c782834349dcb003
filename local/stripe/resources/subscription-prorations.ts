import { amountFrom } from "../billing/prorations.ts";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { createProration } from "./invoice-items.ts";
import { isMetered } from "./metered-usage.ts";
import { costOf } from "./price-rules.ts";
import type { Subscription, SubscriptionItem } from "./subscription-object.ts";

/** One item before and after a change; one that came has no `before`, one that went no `after`. */
export interface ItemChange {
  before?: SubscriptionItem;
  after?: SubscriptionItem;
}

/** What an item costs in a whole period. */
function wholeAmount(call: Call, { price, quantity }: SubscriptionItem): number {
  return costOf(call, price, quantity ?? 1);
}

function periodOf({ current_period_start: start, current_period_end: end }: SubscriptionItem) {
  return { start, end };
}

/** Whether a change is one of money. */
export function changesPrice({ before, after }: ItemChange): boolean {
  return before?.price.id !== after?.price.id || before?.quantity !== after?.quantity;
}

/** Credits the time from a moment on that was paid for and will not be used. */
export function creditUnused(
  call: Call,
  subscription: Subscription,
  item: SubscriptionItem,
  from: number,
): void {
  const period = periodOf(item);
  // What is used is billed after it was used: nothing of it was paid ahead.
  if (from >= period.end || isMetered(item)) return;
  const amount = amountFrom(wholeAmount(call, item), from, period);
  createProration(call, subscription, item, {
    kind: "unused",
    amount: amount === 0 ? 0 : -amount,
    period: { start: Math.max(from, period.start), end: period.end },
  });
}

/** Charges the time from a moment on that is left of an item's period. */
export function chargeRemaining(
  call: Call,
  subscription: Subscription,
  item: SubscriptionItem,
  from: number,
): void {
  const period = periodOf(item);
  if (from >= period.end || isMetered(item)) return;
  createProration(call, subscription, item, {
    kind: "remaining",
    amount: amountFrom(wholeAmount(call, item), from, period),
    period: { start: from, end: period.end },
  });
}

/** The moment from which a change counts: now, or one of the current period that the caller says. */
export function prorationDate(
  call: Call,
  subscription: Subscription,
  given: number | undefined,
): number {
  if (given === undefined) return call.now();
  const start = Math.min(...subscription.items.data.map((item) => item.current_period_start));
  const end = Math.max(...subscription.items.data.map((item) => item.current_period_end));
  if (given < start || given > end) {
    throw invalid(
      "Cannot specify `proration_date` outside of the subscription's current period: " +
        `${start}-${end}`,
      { param: "proration_date" },
    );
  }
  return given;
}
