import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { CheckoutStatus, checkoutStatus } from "../_shared/billing/checkout-status.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { problem } from "../_shared/problem.ts";
import { noOrder, orderCheckout, orderProof, orderReply } from "../_shared/shop/checkout/status.ts";

/** Tells the page that a checkout returned to how it ended, as Stripe has it at this moment. */
export default endpoint({
  summary: "Ask what became of a checkout.",
  method: "POST",
  auth: "visitor",
  elevated:
    "brings the mirror to what Stripe says; only those whose checkout it is get it: members of the " +
    "customer's workspace, whoever bought",
  limit: "billing",
  body: z.strictObject({
    /** As success_url got it: the session's id, or that of what was bought where it costs nothing. */
    session_id: z.string().regex(/^(cs_\w{1,190}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/),
    ...orderProof,
  }),
  reply: z.object({ ...CheckoutStatus.shape, ...orderReply }),
  problems: ["checkout_not_found", "payment_provider_unavailable"],
}, async ({ body, user, admin }) => {
  const tools = { admin, stripe: stripeClient() };
  // #region shop
  const ofOrder = await orderCheckout(tools, body, user);
  if (ofOrder !== undefined) {
    wakeJobs();
    return ofOrder;
  }
  // #endregion shop
  if (user === undefined) throw problem("checkout_not_found");
  const status = await checkoutStatus(tools, { userId: user.id, sessionId: body.session_id });
  wakeJobs();
  return { ...status, ...noOrder };
});
