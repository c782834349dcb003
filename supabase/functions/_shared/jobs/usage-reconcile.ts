import * as z from "zod";
import { stripeClient } from "../billing/stripe.ts";
import { rows } from "../database.ts";
import { log } from "../log.ts";
import { reconcileUsage } from "../metering/reconcile-usage.ts";
import { jobKind, succeeded } from "./kind.ts";

/** The day before yesterday, in UTC: by now Stripe has added up its events. */
function dayToCompare(cause: string): string {
  // Of the slot, which the job's key names, so that a job that is tried again later compares the same day.
  const slot = /(\d{4}-\d{2}-\d{2})/.exec(cause)?.[1] ?? new Date().toISOString().slice(0, 10);
  return new Date(Date.parse(`${slot}T00:00:00Z`) - 2 * 86_400_000).toISOString().slice(0, 10);
}

/**
 * Once a day: compares what Stripe has counted with what we have sent, a batch of customers a job. What
 * differs makes the job a dead letter that names it: somebody must look, trying again does not help.
 */
export const usageReconcile = jobKind({
  schema: z.object({
    day: z.iso.date().optional(),
    after: z.object({ customer: z.string(), event: z.string() }).optional(),
  }),
  timeoutMs: 90_000,
  async handle({ admin, cause }, payload) {
    const day = payload.day ?? dayToCompare(cause);
    const { next, drifts } = await reconcileUsage(
      { admin, stripe: stripeClient() },
      day,
      payload.after,
    );
    if (next !== undefined) {
      await rows(admin.rpc("job_enqueue", {
        kind: "usage_reconcile",
        payload: { day, after: { customer: next.customer, event: next.event } },
        dedupe_key: `after:${cause}`,
      }));
    }
    if (drifts.length === 0) return succeeded;
    log("error", { event: "usage_drift", day, drifts: drifts.slice(0, 20) });
    return {
      outcome: "fatal",
      reason: `usage at Stripe differs: ${drifts.slice(0, 20).join("; ")}`,
    };
  },
});
