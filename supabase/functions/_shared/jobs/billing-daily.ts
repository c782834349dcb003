import * as z from "zod";
import { reconcile } from "../billing/reconcile.ts";
import { stripeClient } from "../billing/stripe.ts";
import { rows } from "../database.ts";
import { log } from "../log.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Once a day: compares our tables with Stripe; what differs is written down and told to the log. */
export const billingReconcile = jobKind({
  schema: z.object({ run_id: z.int().nullable().default(null) }),
  timeoutMs: 90_000,
  async handle({ admin, cause }, { run_id }) {
    const report = await reconcile({ admin, stripe: stripeClient() }, {
      runId: run_id,
      // Tried again after it died, it goes on with the run that it began.
      cause: run_id === null ? cause : null,
      repair: false,
      budgetMs: 45_000,
    });
    // After the comparison, which has looked again at what seemed open.
    if (report.done) {
      const opened = await rows(admin.rpc("dunning_missed"));
      if (opened > 0) log("error", { event: "dunning_missed", opened });
    }
    if (!report.done) {
      await rows(admin.rpc("job_enqueue", {
        kind: "billing_reconcile",
        payload: { run_id: report.run_id },
        dedupe_key: `after:${cause}`,
      }));
    }
    log(report.drifts.length === 0 ? "info" : "error", {
      event: "billing_reconciled",
      run_id: report.run_id,
      done: report.done,
      checked: report.checked,
      drifts: report.drifts.length,
    });
    return succeeded;
  },
});

/** Once a day: tells who pays with a card that expires within 30 days. */
export const cardsExpiring = jobKind({
  schema: z.object({}),
  timeoutMs: 60_000,
  async handle({ admin }) {
    log("info", { event: "cards_expiring", mails: await rows(admin.rpc("cards_expiring")) });
    return succeeded;
  },
});
