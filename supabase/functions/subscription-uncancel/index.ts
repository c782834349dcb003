import * as z from "zod";
import { uncancelSubscription } from "../_shared/billing/changes.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { Subscription } from "../_shared/billing/subscription.ts";
import { endpoint } from "../_shared/endpoint.ts";

/** Lets a subscription go on that was to end with its period. */
export default endpoint({
  summary: "Let a subscription go on that was to end.",
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
  }),
  reply: z.object({ subscription: Subscription }),
  problems: [
    "workspace_not_found",
    "forbidden",
    "subscription_not_found",
    "subscription_ambiguous",
    "payment_provider_unavailable",
  ],
}, async ({ body, user, admin, subject }) => ({
  subscription: await uncancelSubscription(
    { admin, stripe: stripeClient() },
    {
      userId: user.id,
      workspaceId: body.workspace_id ?? null,
      subscriptionId: body.subscription_id,
      subject,
    },
  ),
}));
