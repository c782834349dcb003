import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { permitCardAttempt } from "../_shared/billing/card-testing.ts";
import { resumeSubscription } from "../_shared/billing/pauses.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { Subscription } from "../_shared/billing/subscription.ts";
import { endpoint } from "../_shared/endpoint.ts";

/** Lets a paused subscription go on, in a new period that begins now. */
export default endpoint({
  summary: "Resume a workspace's paused subscription.",
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
    "payment_declined",
    "rate_limited",
    "too_many_declines",
    "payment_provider_unavailable",
  ],
}, async ({ body, user, admin, address, subject }) => {
  await permitCardAttempt(admin, {
    userId: user.id,
    workspaceId: body.workspace_id ?? null,
    address,
  });
  const subscription = await resumeSubscription({ admin, stripe: stripeClient() }, {
    userId: user.id,
    workspaceId: body.workspace_id ?? null,
    subscriptionId: body.subscription_id,
    subject,
  });
  wakeJobs();
  return { subscription };
});
