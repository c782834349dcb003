import type Stripe from "stripe";
import * as z from "zod";
import { giveUp } from "../billing/give-up.ts";
import type { Intent } from "../billing/intents.ts";
import { isDefiniteRefusal, stripeClient } from "../billing/stripe.ts";
import { rows } from "../database.ts";
import { log } from "../log.ts";
import { Problem } from "../problem.ts";
import { endPendingOrders } from "../shop/checkout/card-testing.ts";
import { jobKind, succeeded } from "./kind.ts";

/** What of a set-up still takes a card. */
const open = ["requires_payment_method", "requires_confirmation", "requires_action"];

/** Ends the set-ups of a customer that still take a card: a trial's client secret tries any number. */
async function endSetups(stripe: Stripe, customer: string): Promise<void> {
  for await (const setup of stripe.setupIntents.list({ customer, limit: 100 })) {
    if (!open.includes(setup.status)) continue;
    try {
      await stripe.setupIntents.cancel(setup.id);
    } catch (error) {
      // It succeeded or ended in the moment between.
      if (!isDefiniteRefusal(error)) throw error;
    }
  }
}

/**
 * Ends what takes cards for a workspace on which too many were declined: its purchase under way and its
 * set-ups would take further ones at Stripe, whatever we refuse. What was paid meanwhile stays.
 */
export const cardTestingStop = jobKind({
  schema: z.object({ workspace_id: z.guid() }),
  timeoutMs: 60_000,
  async handle({ admin }, { workspace_id }) {
    // For whoever watches the log: a person decides whether to close the account.
    log("error", { event: "card_testing_suspected", workspace: workspace_id });
    const stripe = stripeClient();
    const customer = await rows(admin.rpc("billing_customer", { workspace_id })) as
      | { stripe_customer_id: string | null }
      | null;
    const customerId = customer?.stripe_customer_id ?? null;
    if (customerId !== null) await endSetups(stripe, customerId);
    await endPendingOrders({ admin, stripe }, workspace_id);
    const intent = await rows(admin.rpc("subscription_intent_of", { workspace_id })) as
      | Intent
      | null;
    if (intent === null) return succeeded;
    try {
      await giveUp({ admin, stripe }, intent);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return {
        outcome: "retry",
        reason: error.message,
        afterSeconds: error.options.retryAfterSeconds,
      };
    }
    return succeeded;
  },
});
