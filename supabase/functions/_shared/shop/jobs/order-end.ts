import * as z from "zod";
import { stripeClient } from "../../billing/stripe.ts";
import { log } from "../../log.ts";
import { lookAtOrder } from "../checkout/sweep.ts";
import { jobKind, succeeded } from "../../jobs/kind.ts";

/** Ends a guest's checkout on which too many cards were declined: its page would take further ones. */
export const orderEnd = jobKind({
  schema: z.object({ order_id: z.guid() }),
  timeoutMs: 60_000,
  async handle({ admin }, { order_id }) {
    log("error", { event: "card_testing_suspected", order: order_id });
    await lookAtOrder({ admin, stripe: stripeClient() }, order_id, { end: true });
    return succeeded;
  },
});
