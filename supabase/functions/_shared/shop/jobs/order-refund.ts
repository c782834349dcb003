import * as z from "zod";
import { stripeClient } from "../../billing/stripe.ts";
import { finishOrderRefund } from "../orders/refunds.ts";
import { jobKind, succeeded } from "../../jobs/kind.ts";

/** Gives money of an order back; one that is no longer open has nothing left to do. */
export const orderRefund = jobKind({
  schema: z.object({ refund_id: z.guid() }),
  timeoutMs: 60_000,
  async handle({ admin }, { refund_id }) {
    const refund = await finishOrderRefund({ admin, stripe: stripeClient() }, refund_id);
    if (refund?.state === "failed") {
      return { ...succeeded, note: `refused: ${refund.failure}` };
    }
    return succeeded;
  },
});
