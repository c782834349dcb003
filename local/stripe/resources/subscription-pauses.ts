import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { after } from "../billing/periods.ts";
import { invalid, notImplemented } from "../errors.ts";
import { operation } from "../resource.ts";
import { isMetered, usedSoFar } from "./metered-usage.ts";
import { dropPending } from "./subscription-pending-updates.ts";
import { draftOf, settle, wholePeriods } from "./subscription-changes.ts";
import { chargeRemaining, creditUnused } from "./subscription-prorations.ts";
import type { Subscription, SubscriptionItem } from "./subscription-object.ts";

/** Stops a subscription: no period ends and nothing is billed until it is resumed. */
export const pause = operation<Stripe.SubscriptionPauseParams>(
  "POST /v1/subscriptions/{id}/pause",
  [
    "bill_for.outstanding_usage_through.type",
    "bill_for.unused_time_from.type",
    "invoicing_behavior",
    "type",
  ],
  (call, params, id) => {
    const subscription = dropPending(call, call.need("subscription", id));
    if (!["active", "trialing", "past_due"].includes(subscription.status)) {
      throw invalid(`A subscription with a status of ${subscription.status} cannot be paused.`);
    }
    if (subscription.schedule !== null) {
      throw invalid(
        `The subscription is managed by the subscription schedule \`${subscription.schedule}\`, and ` +
          "cannot be paused. Please release the schedule first.",
      );
    }
    const unused = params.bill_for?.unused_time_from?.type ?? "now";
    if (unused !== "none" && subscription.status !== "trialing") {
      for (const item of subscription.items.data) {
        const from = unused === "now" ? call.now() : item.current_period_start;
        creditUnused(call, subscription, item, from);
      }
    }
    const through = params.bill_for?.outstanding_usage_through?.type ?? "now";
    if (params.invoicing_behavior !== "invoice" && subscription.items.data.some(isMetered)) {
      throw notImplemented(
        "pausing a metered subscription without an invoice",
        "invoicing_behavior",
      );
    }
    const used = through === "none" ? [] : usedSoFar(call, subscription);
    const draft = params.invoicing_behavior === "invoice"
      ? draftOf(call, subscription, used)
      : null;
    const stopped = paused(call, subscription, "pause_requested");
    if (draft === null) return stopped;
    settle(call, call.update(stopped, { latest_invoice: draft.id }), draft);
    return call.need("subscription", id);
  },
);

/** Lets a paused subscription go on: from a new period now, or within the one that it would be in. */
export const resume = operation<Stripe.SubscriptionResumeParams>(
  "POST /v1/subscriptions/{id}/resume",
  ["billing_cycle_anchor.type", "payment_behavior", "proration_behavior"],
  (call, params, id) => {
    const subscription = call.need("subscription", id);
    if (subscription.status !== "paused") {
      throw invalid(
        `You can only resume a paused subscription: this one is ${subscription.status}.`,
      );
    }
    if (params.payment_behavior === "resume_on_payment_success") {
      throw notImplemented("resuming only when it is paid", "payment_behavior");
    }
    const anew = (params.billing_cycle_anchor?.type ?? "now") === "now";
    const anchor = anew ? call.now() : subscription.billing_cycle_anchor;
    const items = subscription.items.data.map((item) => inPeriodAt(item, anchor, call.now()));
    const behavior = params.proration_behavior ?? "create_prorations";
    if (!anew && behavior !== "none") {
      for (const item of items) chargeRemaining(call, subscription, item, call.now());
    }
    const next: Subscription = {
      ...subscription,
      billing_cycle_anchor: anchor,
      items: { ...subscription.items, data: items },
    };
    const draft = anew || behavior === "always_invoice"
      ? draftOf(call, next, anew ? wholePeriods(items) : [])
      : null;
    const { status_details: _paused, ...running } = subscription;
    const resumed = call.update<Subscription>(running, {
      billing_cycle_anchor: anchor,
      items: next.items,
      status: "active",
      ...(draft === null ? {} : { latest_invoice: draft.id }),
    }, "customer.subscription.updated");
    call.emit("customer.subscription.resumed", resumed);
    if (draft !== null) settle(call, resumed, draft);
    return call.need("subscription", id);
  },
);

/** Stops a subscription whose trial ended without a card: nothing is billed until it is resumed. */
export function pauseAfterTrial(call: Call, subscription: Subscription): Subscription {
  return paused(call, subscription, "trial_end_without_payment_method");
}

function paused(call: Call, subscription: Subscription, type: string): Subscription {
  const now = call.update(subscription, {
    status: "paused",
    status_details: {
      paused: { subscription: { type }, transitioned_at: call.now(), type: "subscription" },
    },
  }, "customer.subscription.updated");
  call.emit("customer.subscription.paused", now);
  return now;
}

/** An item in the period of its anchor that a time lies in. */
function inPeriodAt(item: SubscriptionItem, anchor: number, time: number): SubscriptionItem {
  const { recurring } = item.price;
  if (recurring === null) throw new Error(`${item.price.id} does not recur`);
  let steps = 0;
  while (after(anchor, recurring, steps + 1) <= time) steps++;
  return {
    ...item,
    current_period_start: after(anchor, recurring, steps),
    current_period_end: after(anchor, recurring, steps + 1),
  };
}
