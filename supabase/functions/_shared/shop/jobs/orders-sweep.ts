import * as z from "zod";
import { stripeClient } from "../../billing/stripe.ts";
import { sweepOrders } from "../checkout/sweep.ts";
import { jobKind } from "../../jobs/kind.ts";

/** Every minute: asks Stripe what became of orders that are still pending. */
export const ordersSweep = jobKind({
  schema: z.object({}),
  timeoutMs: 60_000,
  handle: ({ admin, signal }) => sweepOrders({ admin, stripe: stripeClient() }, signal),
});
