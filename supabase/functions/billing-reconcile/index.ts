import * as z from "zod";
import { reconcile, Reconciliation } from "../_shared/billing/reconcile.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";

/**
 * Compares everything Stripe holds with our tables, one row a difference; with `repair`, mends them.
 * A large account takes several calls: while `done` is false, call again with `run_id`.
 */
export default endpoint({
  summary: "Compare Stripe with the database, and mend what differs.",
  method: "POST",
  auth: "secret",
  elevated: "reads and mends every workspace's billing; called by operators and the schedule",
  limit: "none",
  body: z.strictObject({
    repair: z.boolean().default(false),
    /** A run to go on with. */
    run_id: z.int().positive().optional(),
    /** The moment that a restore took the database back to: subscriptions bought since for a workspace that is not here are ended and given back. */
    lost_since: z.iso.datetime({ offset: true }).optional(),
  }),
  reply: Reconciliation,
  problems: ["not_found", "payment_provider_unavailable"],
}, ({ body, admin }) =>
  reconcile({ admin, stripe: stripeClient() }, {
    runId: body.run_id ?? null,
    repair: body.repair,
    budgetMs: 90_000,
    lostSince: body.lost_since === undefined ? undefined : new Date(body.lost_since),
  }));
