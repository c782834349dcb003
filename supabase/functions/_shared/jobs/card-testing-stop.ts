import { z } from "zod";
import { giveUp } from "../billing/give-up.ts";
import type { Intent } from "../billing/intents.ts";
import { stripeClient } from "../billing/stripe.ts";
import { rows } from "../database.ts";
import { log } from "../log.ts";
import { Problem } from "../problem.ts";
import { jobKind, succeeded } from "./kind.ts";

/**
 * Ends the purchase of a workspace on which too many cards were declined: its client secret and its page
 * would take further ones at Stripe, whatever we refuse. What was paid meanwhile stays.
 */
export const cardTestingStop = jobKind({
  schema: z.object({ workspace_id: z.guid() }),
  timeoutMs: 60_000,
  async handle({ admin }, { workspace_id }) {
    // For whoever watches the log: a person decides whether to close the account.
    log("error", { event: "card_testing_suspected", workspace: workspace_id });
    const intent = await rows(admin.rpc("subscription_intent_of", { workspace_id })) as
      | Intent
      | null;
    if (intent === null) return succeeded;
    try {
      await giveUp({ admin, stripe: stripeClient() }, intent);
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
