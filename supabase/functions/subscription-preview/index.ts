import * as z from "zod";
import { Quote, quoteChange } from "../_shared/billing/quotes.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";

/**
 * Says what a change of plan, quantity or promotion code would cost, without making it. The quote is
 * good for ten minutes: subscription-update takes it and charges exactly what it says.
 */
export default endpoint({
  summary: "Quote a change of a workspace's subscription.",
  method: "POST",
  auth: "user",
  elevated: "finds the subscription among the workspace's; the RPC checks the caller's role",
  limit: "billing",
  body: z.strictObject({
    /** Default: the personal workspace. */
    workspace_id: z.guid().optional(),
    /** Which one, where several run. */
    subscription_id: z.guid().optional(),
    /** Stripe's id of the price, or its lookup key. Default: the price it has. */
    price_id: z.string().min(1).max(200).optional(),
    /** Default: the quantity it has. */
    quantity: z.int().min(1).max(10_000).optional(),
    /** As the customer typed it; takes the place of the discount it has. */
    promotion_code: z.string().min(1).max(100).optional(),
    /** At the renewal nothing is due at once: for a smaller plan, what is paid for is used up first. */
    when: z.enum(["now", "renewal"]).default("now"),
  }),
  reply: Quote,
  problems: [
    "workspace_not_found",
    "forbidden",
    "subscription_not_found",
    "subscription_ambiguous",
    "subscription_not_changeable",
    "price_not_found",
    "promotion_code_invalid",
    "payment_provider_unavailable",
  ],
}, ({ body, user, db, admin }) =>
  quoteChange({ db, admin, stripe: stripeClient() }, {
    userId: user.id,
    workspaceId: body.workspace_id ?? null,
    subscriptionId: body.subscription_id,
  }, {
    when: body.when,
    price: body.price_id,
    quantity: body.quantity,
    promotionCode: body.promotion_code,
  }));
