import type { Call } from "../call.ts";
import type { Subscription } from "./subscription_object.ts";

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
