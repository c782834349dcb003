import type Stripe from "stripe";
import { after } from "../billing/periods.ts";
import type { Call } from "../call.ts";
import { invalid, StripeProblem } from "../errors.ts";
import type { Documents } from "../wire.ts";
import { collect, methodFor } from "./invoice-collection.ts";
import { pendingItems, takePending } from "./invoice-items.ts";
import { isMetered, usedUntil } from "./metered-usage.ts";
import type { Billed } from "./invoice-lines.ts";
import { newInvoice } from "./invoice-object.ts";
import { finalize, intentOf } from "./invoice-states.ts";
import { itemChanges } from "./subscription-item-changes.ts";
import {
  changesPrice,
  chargeRemaining,
  creditUnused,
  type ItemChange,
  prorationDate,
} from "./subscription-prorations.ts";
import { periodEnd, type Subscription, type SubscriptionItem } from "./subscription-object.ts";

type Invoice = Documents["invoice"];
type Update = Stripe.SubscriptionUpdateParams;

/** What of an update, or of its preview, changes what is billed. */
export type BillingChange = Pick<
  Update,
  "billing_cycle_anchor" | "items" | "proration_behavior" | "proration_date" | "trial_end"
>;

/** Whether a call changes what is billed. */
export function changesBilling(params: BillingChange): boolean {
  return params.items !== undefined || params.trial_end !== undefined ||
    params.billing_cycle_anchor?.type === "now";
}

/**
 * Changes what a subscription bills: returns its changed fields, not yet written, and the draft of
 * what is due at once, not yet kept, or null. An update and its preview both come from here, so that
 * what is quoted is charged.
 * @param paidWith the discounts with which the present period was paid, where others follow.
 */
export function changeBilling(
  call: Call,
  subscription: Subscription,
  params: BillingChange,
  paidWith: readonly string[] = subscription.discounts,
): { changes: Partial<Subscription>; draft: Invoice | null } {
  if (subscription.status === "incomplete" || subscription.status === "paused") {
    throw invalid(
      `You cannot change what a subscription bills while it is ${subscription.status}.`,
      { param: "items" },
    );
  }
  const from = prorationDate(call, subscription, params.proration_date);
  const changes = itemChanges(call, subscription, params.items ?? []);
  const trial = trialChange(call, subscription, params.trial_end);
  const restarts = params.billing_cycle_anchor?.type === "now" || trial?.ends === true ||
    trial?.starts === true ||
    // A trial goes on at another interval; a paid period is settled and a new one begins.
    (subscription.status !== "trialing" && intervalChanges(changes));
  const starts = trial?.starts === true;
  const free = subscription.status === "trialing" && !(trial?.ends ?? restarts);
  const prorates = params.proration_behavior !== "none" && subscription.status !== "trialing";
  if (prorates) prorate(call, subscription, changes, { from, restarts, paidWith });

  const items = changes.flatMap((change) => change.after === undefined ? [] : [change.after]);
  const period = free
    ? { start: null, end: trial?.end ?? subscription.trial_end }
    : { start: restarts ? call.now() : null, end: starts ? trial?.end ?? null : null };
  const data = items.map((item) => inPeriod(item, period));
  const next: Partial<Subscription> = {
    items: { ...subscription.items, data },
    ...(free && trial !== undefined
      ? { billing_cycle_anchor: trial.end ?? 0, trial_end: trial.end }
      : {}),
    ...(starts && trial !== undefined && trial.end !== null
      ? {
        billing_cycle_anchor: trial.end,
        status: "trialing",
        trial_end: trial.end,
        trial_start: call.now(),
      }
      : restarts
      ? {
        billing_cycle_anchor: call.now(),
        ...(subscription.status === "trialing" ? { status: "active", trial_end: call.now() } : {}),
      }
      : {}),
  };
  const billed = restarts
    ? [
      ...usedUntil(call, subscription, call.now()),
      ...wholePeriods(data).map((one) => ({ ...one, free: starts })),
    ]
    : [];
  const nowDue = restarts || params.proration_behavior === "always_invoice";
  const draft = nowDue ? draftOf(call, { ...subscription, ...next }, billed) : null;
  if (draft !== null) next.latest_invoice = draft.id;
  if (subscription.cancel_at_period_end) next.cancel_at = periodEnd({ ...subscription, ...next });
  return { changes: next, draft };
}

function prorate(
  call: Call,
  subscription: Subscription,
  changes: readonly ItemChange[],
  { from, restarts, paidWith }: {
    from: number;
    restarts: boolean;
    paidWith: readonly string[];
  },
): void {
  const before = { ...subscription, discounts: [...paidWith] };
  for (const change of changes) {
    const { before: left, after } = change;
    // A new cycle pays every item anew, so what is left of the old one is credited for each.
    if (left !== undefined && (restarts || changesPrice(change))) {
      creditUnused(call, before, left, from);
    }
    if (after !== undefined && !restarts && changesPrice(change)) {
      chargeRemaining(call, subscription, after, from);
    }
  }
}

/** A draft of a subscription's pending items and of these periods; null where there are none. */
export function draftOf(
  call: Call,
  subscription: Subscription,
  billed: Billed[],
): Invoice | null {
  const pending = pendingItems(call, subscription.id);
  if (pending.length === 0 && billed.length === 0) return null;
  const draft = newInvoice(call, {
    subscription,
    customer: call.need("customer", subscription.customer),
    reason: "subscription_update",
    billed,
    pending,
  });
  takePending(call, pending, draft.id);
  return draft;
}

/** Keeps the draft of a change, finalizes it, and collects it as the caller has said. */
export function settle(
  call: Call,
  subscription: Subscription,
  draft: Invoice,
  behavior: Update["payment_behavior"] = "allow_incomplete",
): void {
  call.create(draft, "invoice.created");
  const method = methodFor(call, subscription);
  const invoice = finalize(call, draft, { method, description: "Subscription update" });
  if (invoice.status !== "open") return;
  if (behavior === "default_incomplete") {
    call.update(subscription, { status: "past_due" }, "customer.subscription.updated");
    return;
  }
  const after = collect(call, invoice, subscription);
  if (after.status === "open" && behavior === "error_if_incomplete") {
    const error = intentOf(call, after)?.last_payment_error;
    throw new StripeProblem(402, {
      type: "card_error",
      code: error?.code ?? "subscription_payment_intent_requires_action",
      ...(error?.decline_code === undefined ? {} : { decline_code: error.decline_code }),
      message: error?.message ?? "The payment of this change requires an action of the customer.",
    });
  }
}

function intervalChanges(changes: readonly ItemChange[]): boolean {
  const text = (item: SubscriptionItem | undefined) =>
    `${item?.price.recurring?.interval_count} ${item?.price.recurring?.interval}`;
  const before = changes.find((change) => change.before !== undefined)?.before;
  const now = changes.find((change) => change.after !== undefined)?.after;
  return text(before) !== text(now);
}

function trialChange(
  call: Call,
  subscription: Subscription,
  wanted: Update["trial_end"],
): { starts: boolean; ends: boolean; end: number | null } | undefined {
  if (wanted === undefined) return undefined;
  const trials = subscription.status === "trialing";
  if (wanted === "now") return trials ? { starts: false, ends: true, end: null } : undefined;
  if (!trials && subscription.status !== "active") {
    throw invalid(`A subscription that is ${subscription.status} cannot start a trial.`, {
      param: "trial_end",
    });
  }
  if (wanted <= call.now()) {
    throw invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", {
      param: "trial_end",
    });
  }
  return { starts: !trials, ends: false, end: wanted };
}

function inPeriod(
  item: SubscriptionItem,
  { start, end }: { start: number | null; end: number | null },
): SubscriptionItem {
  if (start !== null) {
    if (item.price.recurring === null) throw new Error(`${item.price.id} does not recur`);
    return {
      ...item,
      current_period_start: start,
      current_period_end: end ?? after(start, item.price.recurring),
    };
  }
  return end === null ? item : { ...item, current_period_end: end };
}

/** The current periods of what is paid ahead, billed as a whole. */
export function wholePeriods(items: readonly SubscriptionItem[]): Billed[] {
  return items.filter((item) => !isMetered(item)).map((item) => ({
    item,
    period: { start: item.current_period_start, end: item.current_period_end },
    free: false,
  }));
}
