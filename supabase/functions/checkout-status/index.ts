import { z } from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { CheckoutStatus, checkoutStatus } from "../_shared/billing/checkout-status.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";

/** Tells the page that a checkout returned to how it ended, as Stripe has it at this moment. */
export default endpoint({
  summary: "Ask what became of a checkout.",
  method: "POST",
  auth: "user",
  elevated:
    "brings the mirror to what Stripe says; only members of the customer's workspace get it",
  limit: "billing",
  body: z.strictObject({ session_id: z.string().regex(/^cs_\w{1,190}$/) }),
  reply: CheckoutStatus,
  problems: ["checkout_not_found", "payment_provider_unavailable"],
}, async ({ body, user, admin }) => {
  const status = await checkoutStatus({ admin, stripe: stripeClient() }, {
    userId: user.id,
    sessionId: body.session_id,
  });
  wakeJobs();
  return status;
});
