import * as z from "zod";
import { stripeClient } from "../../billing/stripe.ts";
import { rows } from "../../database.ts";
import { log } from "../../log.ts";
import { reconcileShop } from "../reconcile/reconcile.ts";
import { jobKind, succeeded } from "../../jobs/kind.ts";

/**
 * Once a day: compares orders with Stripe and the ledgers. It mends what looking again at Stripe mends, as
 * any webhook would; the rest is written down, and an alert.
 */
export const shopReconcile = jobKind({
  schema: z.object({ run_id: z.int().nullable().default(null) }),
  timeoutMs: 90_000,
  async handle({ admin, cause }, { run_id }) {
    const report = await reconcileShop({ admin, stripe: stripeClient() }, {
      runId: run_id,
      // Tried again after it died, it goes on with the run that it began.
      cause: run_id === null ? cause : null,
      repair: true,
      budgetMs: 45_000,
    });
    if (!report.done) {
      await rows(admin.rpc("job_enqueue", {
        kind: "shop_reconcile",
        payload: { run_id: report.run_id },
        dedupe_key: `after:${cause}`,
      }));
    }
    log(report.drifts.length === 0 ? "info" : "error", {
      event: "shop_reconciled",
      run_id: report.run_id,
      done: report.done,
      checked: report.checked,
      drifts: report.drifts.length,
      mended: report.drifts.filter(({ repaired }) => repaired).length,
    });
    return succeeded;
  },
});
