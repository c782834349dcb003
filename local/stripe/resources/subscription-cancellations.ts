import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { usedSoFar } from "./metered-usage.ts";
import { draftOf, settle } from "./subscription-changes.ts";
import { endSubscription } from "./subscription-endings.ts";
import type { Subscription } from "./subscription-object.ts";
import { creditUnused } from "./subscription-prorations.ts";

/** Ends a subscription at once, crediting unused time and billing what waits as the caller says. */
export function cancelSubscription(
  call: Call,
  subscription: Subscription,
  { cancellation_details, invoice_now, prorate }: Stripe.SubscriptionCancelParams,
): Subscription {
  if (prorate === true && subscription.status !== "trialing") {
    for (const item of subscription.items.data) {
      creditUnused(call, subscription, item, call.now());
    }
  }
  const draft = invoice_now === true
    ? draftOf(call, subscription, usedSoFar(call, subscription))
    : null;
  if (draft !== null) {
    settle(call, call.update(subscription, { latest_invoice: draft.id }), draft);
  }
  return endSubscription(
    call,
    call.need("subscription", subscription.id),
    "cancellation_requested",
    cancellation_details,
  );
}

/** Ends a subscription at the time that was said, and bills what it has used until then. */
export function endAsAsked(call: Call, subscription: Subscription): void {
  const used = usedSoFar(call, subscription);
  const draft = used.length === 0 ? null : draftOf(call, subscription, used);
  if (draft !== null) {
    settle(call, call.update(subscription, { latest_invoice: draft.id }), draft);
  }
  endSubscription(call, call.need("subscription", subscription.id), "cancellation_requested");
}
