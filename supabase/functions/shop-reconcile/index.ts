import * as z from "zod";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { reconcileShop, ShopReconciliation } from "../_shared/shop/reconcile/reconcile.ts";

/**
 * Compares orders with Stripe, both ways, and with the ledgers, one row a difference; with `repair`, mends
 * what looking again at Stripe mends. While `done` is false, call again with `run_id`.
 */
export default endpoint({
  summary: "Compare orders with Stripe and with the ledgers, and mend what can be mended.",
  method: "POST",
  auth: "secret",
  elevated: "reads and mends everybody's orders; called by operators and the schedule",
  limit: "none",
  body: z.strictObject({
    repair: z.boolean().default(false),
    /** A run to go on with. */
    run_id: z.int().positive().optional(),
    /** The moment that a restore took the database back to: what was paid since for an order that is not here is given back. */
    lost_since: z.iso.datetime({ offset: true }).optional(),
  }),
  reply: ShopReconciliation,
  problems: ["not_found", "payment_provider_unavailable"],
}, ({ body, admin }) =>
  reconcileShop({ admin, stripe: stripeClient() }, {
    runId: body.run_id ?? null,
    repair: body.repair,
    budgetMs: 90_000,
    lostSince: body.lost_since === undefined ? undefined : new Date(body.lost_since),
  }));
