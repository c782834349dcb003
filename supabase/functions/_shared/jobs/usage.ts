import * as z from "zod";
import { stripeClient } from "../billing/stripe.ts";
import { rows } from "../database.ts";
import { reportUsage } from "../metering/report-usage.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Calls of one job at most: what is left waits for the next slot. */
const maxBatches = 20;

/** Every 15 minutes: takes what was used since into reports, each with a job that sends it. */
export const usageReportsOpen = jobKind({
  schema: z.object({}),
  timeoutMs: 60_000,
  async handle({ admin, signal }) {
    for (let batches = 0; batches < maxBatches && !signal.aborted; batches++) {
      if (await rows(admin.rpc("usage_reports_open", {})) === 0) break;
    }
    return succeeded;
  },
});

/** Tells Stripe of one report. */
export const usageReport = jobKind({
  schema: z.object({ report_id: z.guid() }),
  timeoutMs: 60_000,
  handle: ({ admin }, { report_id }) => reportUsage({ admin, stripe: stripeClient() }, report_id),
});

/** Every 5 minutes: frees what was set aside by calls that died. */
export const usageHoldsExpire = jobKind({
  schema: z.object({}),
  timeoutMs: 60_000,
  async handle({ admin, signal }) {
    for (let batches = 0; batches < maxBatches && !signal.aborted; batches++) {
      if (await rows(admin.rpc("usage_holds_expire", {})) === 0) break;
    }
    return succeeded;
  },
});
