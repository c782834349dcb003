import * as z from "zod";
import { ensureCustomer } from "../billing/customers.ts";
import { stripeClient } from "../billing/stripe.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Creates a workspace's Stripe customer after sign-up, so that Stripe being down fails no sign-up. */
export const stripeCustomerCreate = jobKind({
  schema: z.object({ workspace_id: z.guid() }),
  timeoutMs: 60_000,
  async handle({ admin }, { workspace_id }) {
    await ensureCustomer({ admin, stripe: stripeClient() }, workspace_id);
    return succeeded;
  },
});
