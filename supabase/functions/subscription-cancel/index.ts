import { z } from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { cancelSubscription } from "../_shared/billing/changes.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { Subscription } from "../_shared/billing/subscription.ts";
import { endpoint } from "../_shared/endpoint.ts";

/** Ends a workspace's subscription, by default at the end of the period already paid for. */
export default endpoint({
  summary: "End a workspace's subscription.",
  method: "POST",
  auth: "user",
  secondFactor: true,
  elevated: "writes the mirror of what Stripe answers; the RPC checks the caller's role",
  limit: "billing",
  idempotent: true,
  body: z.strictObject({
    /** Default: the personal workspace. */
    workspace_id: z.guid().optional(),
    /** Which one, where several run. */
    subscription_id: z.guid().optional(),
    at_period_end: z.boolean().default(true),
  }),
  reply: z.object({ subscription: Subscription }),
  problems: [
    "workspace_not_found",
    "forbidden",
    "subscription_not_found",
    "subscription_ambiguous",
    "payment_provider_unavailable",
  ],
}, async ({ body, user, admin }) => {
  const subscription = await cancelSubscription(
    { admin, stripe: stripeClient() },
    {
      userId: user.id,
      workspaceId: body.workspace_id ?? null,
      subscriptionId: body.subscription_id,
    },
    body.at_period_end,
  );
  wakeJobs();
  return { subscription };
});
