import * as z from "zod";
import { idOf } from "../billing/records.ts";
import { isDefiniteRefusal, stripeClient } from "../billing/stripe.ts";
import { syncNow } from "../billing/sync.ts";
import { jobKind, succeeded } from "./kind.ts";

/**
 * Ends a trial whose card has had one before: the subscription is paid from today, as the page where the
 * card was given says. Not cancelled: whoever has just given a card wants the plan; and one that is
 * charged by mistake of his is given back whole by subscription-cancel with a refund.
 */
export const trialEnd = jobKind({
  schema: z.object({ stripe_subscription_id: z.string() }),
  timeoutMs: 60_000,
  async handle({ admin, cause }, { stripe_subscription_id: id }) {
    const stripe = stripeClient();
    const held = await stripe.subscriptions.retrieve(id);
    if (held.status !== "trialing") return succeeded;
    const schedule = idOf(held.schedule);
    if (schedule !== null) {
      await stripe.subscriptionSchedules.release(schedule, {}, {
        idempotencyKey: `${cause}:release`,
      });
    }
    try {
      await stripe.subscriptions.update(id, {
        trial_end: "now",
        // A card that is declined now is a bill to pay, as at any end of a trial.
        payment_behavior: "allow_incomplete",
        metadata: { trial_ended: "card" },
      }, { idempotencyKey: cause });
    } catch (error) {
      // It ended in the moment between.
      if (!isDefiniteRefusal(error)) throw error;
      const now = await stripe.subscriptions.retrieve(id);
      if (now.status === "trialing") throw error;
    }
    await syncNow({ admin, stripe }, "subscription", id);
    return succeeded;
  },
});
