import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { pauseSubscription } from "../_shared/billing/pauses.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { Subscription } from "../_shared/billing/subscription.ts";
import { endpoint } from "../_shared/endpoint.ts";

/** Pauses a subscription: nothing is billed, and the rest of the paid period is credited at its resumption. */
export default endpoint({
  summary: "Pause a workspace's subscription.",
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
    "subscription_not_changeable",
    "payment_provider_unavailable",
  ],
}, async ({ body, user, admin, subject }) => {
  const subscription = await pauseSubscription({ admin, stripe: stripeClient() }, {
    userId: user.id,
    workspaceId: body.workspace_id ?? null,
    subscriptionId: body.subscription_id,
    subject,
  });
  wakeJobs();
  return { subscription };
});
