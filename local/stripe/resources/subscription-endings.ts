import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, notImplemented } from "../errors.ts";
import { cancelSetup } from "./setup-intents.ts";
import { voidInvoice } from "./invoice-states.ts";
import { periodEnd, type Subscription } from "./subscription-object.ts";

type Reason = NonNullable<NonNullable<Subscription["cancellation_details"]>["reason"]>;

/** Whether a subscription is over. */
export function hasEnded({ status }: Subscription): boolean {
  return status === "canceled" || status === "incomplete_expired";
}

/**
 * What a call's `cancel_at_period_end` and `cancel_at` change: a subscription that will end keeps
 * its status and says when.
 */
export function scheduledEnd(
  call: Call,
  subscription: Subscription,
  atPeriodEnd: boolean | undefined,
  at: Stripe.SubscriptionUpdateParams["cancel_at"],
): Partial<Subscription> {
  if (atPeriodEnd === undefined && at === undefined) return {};
  if (atPeriodEnd === true && at !== undefined) {
    throw invalid("You may only specify one of these parameters: cancel_at, cancel_at_period_end.");
  }
  const time = atPeriodEnd === true ? periodEnd(subscription) : timeOf(subscription, at);
  if (time !== null && time <= call.now()) {
    throw invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", {
      param: "cancel_at",
    });
  }
  return {
    cancel_at: time,
    cancel_at_period_end: atPeriodEnd === true,
    canceled_at: time === null ? null : call.now(),
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      ...subscription.cancellation_details,
      reason: time === null ? null : "cancellation_requested",
    },
  };
}

/**
 * Ends a subscription now. One whose first invoice was never paid expires, and nobody owes that
 * invoice any more.
 */
export function endSubscription(
  call: Call,
  subscription: Subscription,
  reason: Reason | null,
  details: Stripe.SubscriptionCancelParams.CancellationDetails = {},
): Subscription {
  if (hasEnded(subscription)) return subscription;
  const incomplete = subscription.status === "incomplete";
  const ended = call.update(subscription, {
    cancel_at_period_end: false,
    canceled_at: subscription.canceled_at ?? call.now(),
    cancellation_details: {
      comment: details.comment || subscription.cancellation_details?.comment || null,
      feedback: details.feedback || subscription.cancellation_details?.feedback || null,
      feedback_option: null,
      reason,
    },
    ended_at: call.now(),
    pending_setup_intent: null,
    pending_update: null,
    status: incomplete ? "incomplete_expired" : "canceled",
  });
  if (incomplete && ended.latest_invoice !== null) {
    const invoice = call.need("invoice", ended.latest_invoice);
    if (invoice.status === "open") voidInvoice(call, invoice);
  }
  stopCollecting(call, subscription.id);
  if (subscription.pending_setup_intent !== null) {
    cancelSetup(call, call.need("setup_intent", subscription.pending_setup_intent), null);
  }
  call.emit("customer.subscription.deleted", ended);
  return ended;
}

/** What a subscription still owes when it ends stays as it is, and is not asked for again. */
function stopCollecting(call: Call, subscription: string): void {
  const open = call.store.all("invoice", {
    "parent.subscription_details.subscription": subscription,
    status: ["draft", "open"],
  });
  for (const invoice of open) {
    const changes = {
      auto_advance: false,
      automatically_finalizes_at: null,
      next_payment_attempt: null,
    };
    call.update(invoice, changes, "invoice.updated");
  }
}

function timeOf(
  subscription: Subscription,
  at: Stripe.SubscriptionUpdateParams["cancel_at"],
): number | null {
  if (at === undefined || at === null || at === "") return null;
  if (typeof at === "number") return at;
  if (at === "min_period_end") return periodEnd(subscription);
  if (at === "max_period_end") {
    return Math.max(...subscription.items.data.map((item) => item.current_period_end));
  }
  throw notImplemented(`cancel_at "${at}"`, "cancel_at");
}
