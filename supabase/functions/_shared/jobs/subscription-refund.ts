import * as z from "zod";
import { finishCancellation, readCancellation } from "../billing/cancel-with-refund.ts";
import { isDefiniteRefusal, stripeClient } from "../billing/stripe.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Sees an end with a refund through, where the request that decided it did not. */
export const subscriptionRefund = jobKind({
  schema: z.object({ cancellation_id: z.guid() }),
  timeoutMs: 60_000,
  async handle({ admin }, { cancellation_id }) {
    const cancellation = await readCancellation({ admin }, cancellation_id);
    if (cancellation === null) return succeeded; // Its workspace is gone, and its customer with it.
    try {
      await finishCancellation({ admin, stripe: stripeClient() }, cancellation);
    } catch (error) {
      if (!isDefiniteRefusal(error)) throw error;
      // Somebody has refunded by hand meanwhile: a person must see what is still owed.
      return { outcome: "fatal", reason: `Stripe refused: ${(error as Error).message}` };
    }
    return succeeded;
  },
});
