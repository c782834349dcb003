import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { CheckoutStatus, checkoutStatus } from "../_shared/billing/checkout-status.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { problem } from "../_shared/problem.ts";
import {
  findOrder,
  orderStatus,
  OrderSummary,
  withoutSession,
} from "../_shared/shop/checkout/status.ts";
import { readSignedText } from "../_shared/signed-text.ts";

/** Tells the page that a checkout returned to how it ended, as Stripe has it at this moment. */
export default endpoint({
  summary: "Ask what became of a checkout.",
  method: "POST",
  auth: "visitor",
  elevated:
    "brings the mirror to what Stripe says; only members of the customer's workspace, an order's buyer " +
    "and whoever has its token get it",
  limit: "billing",
  body: z.strictObject({
    /** As success_url got it: the session's id, or the order's where it costs nothing. */
    session_id: z.string().regex(/^(cs_\w{1,190}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/),
    /** What checkout-create gave a guest. */
    order_token: z.string().max(200).optional(),
  }),
  reply: CheckoutStatus.extend({
    /** Null for a subscription's checkout. */
    order: OrderSummary.nullable(),
  }),
  problems: ["checkout_not_found", "payment_provider_unavailable"],
}, async ({ body, user, admin }) => {
  const tools = { admin, stripe: stripeClient() };
  const provenOrderId = body.order_token && readSignedText("order", body.order_token);
  const found = await findOrder(tools, body.session_id, { userId: user?.id, provenOrderId });
  if (found !== undefined) {
    const { session, order } = await orderStatus(tools, found);
    wakeJobs();
    const { status, payment_status } = CheckoutStatus.pick({ status: true, payment_status: true })
      .parse(session ?? withoutSession(order));
    return {
      session_id: body.session_id,
      status,
      checkout_url: session?.url ?? null,
      payment_status,
      subscription: null,
      order,
    };
  }
  if (user === undefined) throw problem("checkout_not_found");
  const status = await checkoutStatus(tools, { userId: user.id, sessionId: body.session_id });
  wakeJobs();
  return { ...status, order: null };
});
