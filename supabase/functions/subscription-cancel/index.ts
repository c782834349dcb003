import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { CancellationRefund, cancelWithRefund } from "../_shared/billing/cancel-with-refund.ts";
import { cancelSubscription } from "../_shared/billing/changes.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { Subscription } from "../_shared/billing/subscription.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { problem } from "../_shared/problem.ts";

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
    /** What becomes of what was paid for and is not used, when it ends at once. */
    refund: z.enum(["none", "unused"]).default("none"),
  }),
  reply: z.object({
    subscription: Subscription,
    /** What goes back to the card; null where nothing was asked for. */
    refund: CancellationRefund.nullable(),
  }),
  problems: [
    "workspace_not_found",
    "forbidden",
    "subscription_not_found",
    "subscription_ambiguous",
    "subscription_not_changeable",
    "payment_provider_unavailable",
  ],
}, async ({ body, user, admin, subject }) => {
  if (body.at_period_end && body.refund !== "none") {
    const detail = "At the period's end nothing is unused: a refund needs at_period_end false.";
    throw problem("invalid_body", { detail, errors: [{ pointer: "/refund", detail }] });
  }
  const tools = { admin, stripe: stripeClient() };
  const change = {
    userId: user.id,
    workspaceId: body.workspace_id ?? null,
    subscriptionId: body.subscription_id,
    subject,
  };
  const ended = body.refund === "unused" ? await cancelWithRefund(tools, change) : {
    subscription: await cancelSubscription(tools, change, body.at_period_end),
    refund: null,
  };
  wakeJobs();
  return ended;
});
