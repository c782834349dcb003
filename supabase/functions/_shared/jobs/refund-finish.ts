import * as z from "zod";
import { resumeRefund } from "../billing/refunds.ts";
import { stripeClient } from "../billing/stripe.ts";
import { log } from "../log.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Finishes a refund whose request has died, or was not answered by Stripe; most have nothing left. */
export const refundFinish = jobKind({
  schema: z.object({ intent: z.guid() }),
  timeoutMs: 60_000,
  async handle({ admin }, { intent }) {
    const resumed = await resumeRefund({ admin, stripe: stripeClient() }, intent);
    if (resumed) log("warn", { event: "refund_resumed", intent });
    return succeeded;
  },
});
