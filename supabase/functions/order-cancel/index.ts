import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { cancelOrder } from "../_shared/shop/orders/cancel.ts";
import { Order, orderOf } from "../_shared/shop/orders/order.ts";
import { named, proofOf } from "../_shared/shop/orders/proof.ts";

/** Cancels an order before it is packed: what was paid goes back, what was taken returns to the stock. */
export default endpoint({
  summary: "Cancel an order that is not packed yet.",
  method: "POST",
  auth: "visitor",
  elevated: "writes orders, which no user may write; the RPC asks whose order it is",
  limit: "billing",
  idempotent: true,
  body: z.strictObject(named),
  reply: z.object({ order: Order }),
  problems: ["order_not_found", "order_not_cancellable", "payment_provider_unavailable"],
}, async ({ body, user, admin, subject }) => {
  const proof = proofOf(body, user);
  const cause = await idForSubject(subject);
  await cancelOrder({ admin, stripe: stripeClient() }, proof, { cause });
  wakeJobs();
  return { order: await orderOf(admin, proof) };
});
