import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import {
  BillingDetails,
  BillingDetailsGiven,
  readBillingDetails,
  writeBillingDetails,
} from "../_shared/billing/billing-details.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";

/** Whom a workspace's invoices are made out to: name, address, tax id. */
export default methods(
  endpoint({
    summary: "Read whom a workspace's invoices are made out to.",
    method: "GET",
    auth: "user",
    elevated: "finds the caller's workspace; the RPC checks the caller's role",
    limit: "read",
    query: z.strictObject({
      /** Default: the personal workspace. */
      workspace_id: z.guid().optional(),
    }),
    reply: z.object({ billing_details: BillingDetails }),
    problems: ["workspace_not_found", "forbidden"],
  }, async ({ query, user, admin }) => ({
    billing_details: await readBillingDetails(admin, {
      userId: user.id,
      workspaceId: query.workspace_id ?? null,
    }),
  })),
  endpoint({
    summary: "Write whom a workspace's invoices are made out to, from the next one on.",
    method: "PUT",
    auth: "user",
    secondFactor: true,
    elevated: "writes the mirror of what Stripe answers; the RPC checks the caller's role",
    limit: "billing",
    body: BillingDetailsGiven,
    reply: z.object({ billing_details: BillingDetails }),
    problems: ["workspace_not_found", "forbidden", "payment_provider_unavailable"],
  }, async ({ body, user, admin }) => {
    const billing_details = await writeBillingDetails(
      { admin, stripe: stripeClient() },
      user.id,
      body,
    );
    wakeJobs();
    return { billing_details };
  }),
);
