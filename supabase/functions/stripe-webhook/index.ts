import * as z from "zod";
import { endpoint } from "../_shared/endpoint.ts";
import { receive } from "../_shared/webhooks/receive.ts";
import { stripeWebhooks } from "../_shared/webhooks/stripe.ts";

/**
 * Takes Stripe's events in. 200 says that the event is stored, also one we have no use for; Stripe
 * repeats whatever gets another status.
 */
export default endpoint({
  summary: "Stripe delivers an event.",
  method: "POST",
  auth: "signature",
  signatureHeader: "stripe-signature",
  elevated: "stores events in the inbox; the caller is Stripe, by its signature",
  limit: "none",
  reply: z.object({ received: z.literal(true) }),
  problems: ["invalid_signature", "invalid_json", "livemode_mismatch"],
}, async ({ admin, raw, request }) => {
  await receive(stripeWebhooks, admin, raw, request.headers);
  return { received: true as const };
});
