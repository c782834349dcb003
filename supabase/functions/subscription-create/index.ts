import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { Purchase, startSubscription } from "../_shared/billing/purchase.ts";
import { permitCardAttempt } from "../_shared/billing/card-testing.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";

/**
 * Starts a subscription, to be paid in the client: confirm `client_secret` with Stripe.js, then the
 * webhooks make it active. Called again before it is paid, it resumes the same one.
 */
export default endpoint({
  summary: "Start a workspace's subscription.",
  method: "POST",
  auth: "user",
  secondFactor: true,
  elevated:
    "writes the purchase and Stripe's ids, which no user may write; the RPC checks the caller's role",
  limit: "billing",
  idempotent: true,
  body: z.strictObject({
    /** Stripe's id of the price, or its lookup key. */
    price_id: z.string().min(1).max(200),
    /** Default: the personal workspace. */
    workspace_id: z.guid().optional(),
    quantity: z.int().min(1).max(10_000).default(1),
    /** As the customer typed it. */
    promotion_code: z.string().min(1).max(100).optional(),
    /** Begins with the plan's trial: one a workspace, and one a card. */
    trial: z.boolean().default(false),
  }),
  reply: z.object({ subscription: Purchase }),
  problems: [
    "workspace_not_found",
    "forbidden",
    "price_not_found",
    "subscription_exists",
    "subscription_pending",
    "promotion_code_invalid",
    "trial_not_offered",
    "trial_used",
    "trial_needs_card",
    "payment_declined",
    "rate_limited",
    "too_many_declines",
    "billing_details_required",
    "payment_provider_unavailable",
  ],
}, async ({ body, user, admin, address, subject }) => {
  await permitCardAttempt(admin, {
    userId: user.id,
    workspaceId: body.workspace_id ?? null,
    address,
  });
  const subscription = await startSubscription({ admin, stripe: stripeClient() }, {
    userId: user.id,
    workspaceId: body.workspace_id ?? null,
    price: body.price_id,
    quantity: body.quantity,
    promotionCode: body.promotion_code,
    trial: body.trial,
    subject,
  });
  wakeJobs();
  return { subscription };
});
