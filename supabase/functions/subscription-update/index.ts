import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { AcceptedQuote, acceptQuote } from "../_shared/billing/accept-quote.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";

/**
 * Makes the change that subscription-preview quoted, and charges what the quote says; or neither. The
 * same quote again makes nothing more and gets the same answer.
 */
export default endpoint({
  summary: "Change a workspace's subscription as quoted.",
  method: "POST",
  auth: "user",
  secondFactor: true,
  elevated: "writes the use of the quote and the mirror; the RPC checks the caller's role",
  limit: "billing",
  idempotent: true,
  body: z.strictObject({
    /** As subscription-preview gave it. */
    quote: z.string().min(1).max(4000),
  }),
  reply: AcceptedQuote,
  problems: [
    "workspace_not_found",
    "forbidden",
    "subscription_pending",
    "promotion_code_invalid",
    "quote_invalid",
    "quote_stale",
    "payment_declined",
    "rate_limited",
    "too_many_declines",
    "billing_details_required",
    "payment_provider_unavailable",
  ],
}, async ({ body, user, admin, address }) => {
  const accepted = await acceptQuote({ admin, stripe: stripeClient() }, {
    userId: user.id,
    text: body.quote,
    address,
  });
  wakeJobs();
  return accepted;
});
