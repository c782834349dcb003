import * as z from "zod";
import { startCheckout } from "../_shared/billing/purchase.ts";
import { permitCardAttempt } from "../_shared/billing/card-testing.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { allowedRedirect } from "../_shared/redirects.ts";

/**
 * Starts a subscription that is paid on Stripe's page. `{CHECKOUT_SESSION_ID}` in success_url becomes the
 * session's id, for checkout-status. Called again before it is paid, it leads to the same page.
 */
export default endpoint({
  summary: "Start a subscription on Stripe's checkout page.",
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
    success_url: z.string().max(2000),
    cancel_url: z.string().max(2000),
  }),
  reply: z.object({ checkout_url: z.url(), session_id: z.string() }),
  problems: [
    "redirect_not_allowed",
    "workspace_not_found",
    "forbidden",
    "price_not_found",
    "subscription_exists",
    "subscription_pending",
    "promotion_code_invalid",
    "trial_not_offered",
    "trial_used",
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
  const session = await startCheckout({ admin, stripe: stripeClient() }, {
    userId: user.id,
    workspaceId: body.workspace_id ?? null,
    price: body.price_id,
    quantity: body.quantity,
    promotionCode: body.promotion_code,
    trial: body.trial,
    subject,
    pages: {
      // In a path the braces come back percent-encoded, and Stripe would not know them.
      successUrl: allowedRedirect(body.success_url)
        .replace("%7BCHECKOUT_SESSION_ID%7D", "{CHECKOUT_SESSION_ID}"),
      cancelUrl: allowedRedirect(body.cancel_url),
    },
  });
  return { checkout_url: session.url, session_id: session.id };
});
