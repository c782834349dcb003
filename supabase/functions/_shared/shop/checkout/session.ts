/** An order's Checkout Session: one for good, by Stripe's idempotency key. */
import type Stripe from "stripe";
import { ensureCustomer } from "../../billing/customers.ts";
import { isDefiniteRefusal, isReplayed } from "../../billing/stripe.ts";
import { syncNow } from "../../billing/sync.ts";
import { rows } from "../../database.ts";
import { lineItemsOf } from "./line-items.ts";
import { type CheckoutOrder, type CheckoutTools, releaseOrder } from "./order.ts";

/** Stripe will not have this order: nothing was made there, and its hold is released. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/**
 * Who pays: a user as his workspace's customer, whose cards Stripe knows. Not where Stripe computes tax:
 * it would do so by the customer's address and write there what is typed, which is what subscriptions are
 * taxed by.
 */
async function payerOf(
  tools: CheckoutTools,
  order: CheckoutOrder,
): Promise<Pick<Stripe.Checkout.SessionCreateParams, "customer" | "customer_email">> {
  if (order.workspace_id !== null && !order.taxed) {
    return { customer: await ensureCustomer(tools, order.workspace_id) };
  }
  return order.email === null ? {} : { customer_email: order.email };
}

const taxed = {
  automatic_tax: { enabled: true },
  billing_address_collection: "required",
} as const;

/** What is sent comes from the order's rows alone, so that whoever repeats the call sends the same. */
async function parametersOf(
  tools: CheckoutTools,
  order: CheckoutOrder,
): Promise<Stripe.Checkout.SessionCreateParams> {
  return {
    mode: "payment",
    line_items: lineItemsOf(order),
    success_url: order.success_url!,
    cancel_url: order.cancel_url!,
    expires_at: order.expires_at,
    locale: order.locale,
    client_reference_id: order.id,
    metadata: { order_id: order.id, order_number: order.number },
    payment_intent_data: {
      description: order.number,
      metadata: { order_id: order.id, order_number: order.number },
    },
    // In the order's currency, whatever the buyer's: what is paid is compared with it.
    adaptive_pricing: { enabled: false },
    ...await payerOf(tools, order),
    ...(order.taxed && taxed),
  };
}

/**
 * The session of an order: the one that it has, or made now under the order's key. After a call without
 * an answer this is how one finds out: Stripe answers the same key as it did, or would have done.
 *
 * @throws {Refused} after a definite refusal, which releases the order's hold at once
 */
export async function sessionOf(
  tools: CheckoutTools,
  order: CheckoutOrder,
): Promise<Stripe.Checkout.Session> {
  const { admin, stripe } = tools;
  if (order.stripe_session_id !== null) {
    return await stripe.checkout.sessions.retrieve(order.stripe_session_id);
  }
  const parameters = await parametersOf(tools, order);
  let session;
  try {
    session = await stripe.checkout.sessions.create(parameters, {
      idempotencyKey: `order:${order.id}`,
    });
  } catch (error) {
    if (!isDefiniteRefusal(error)) throw error;
    await releaseOrder(admin, order, "cancelled", "checkout_refused");
    throw new Refused("Stripe refused the checkout", { cause: error });
  }
  await rows(admin.rpc("order_checkout_record", { order_id: order.id, session_id: session.id }));
  return isReplayed(session) ? await stripe.checkout.sessions.retrieve(session.id) : session;
}

/** Brings the order to what its session is now. */
export async function syncSession(tools: CheckoutTools, sessionId: string): Promise<void> {
  await syncNow(tools, "checkout_session", sessionId);
}

/**
 * Ends an order's session, so that nobody can pay it any more, and with it the order; one that was paid
 * meanwhile is settled instead. The order's row tells which.
 *
 * @throws what Stripe answers, when it is not known whether the session is ended: then the hold stays
 */
export async function endSession(tools: CheckoutTools, order: CheckoutOrder): Promise<void> {
  let session;
  try {
    session = await sessionOf(tools, order);
  } catch (error) {
    if (error instanceof Refused) return;
    throw error;
  }
  if (session.status === "open") {
    try {
      await tools.stripe.checkout.sessions.expire(session.id);
    } catch (error) {
      // Paid or expired in between: what it is, the sync tells.
      if (!isDefiniteRefusal(error)) throw error;
    }
  }
  await syncSession(tools, session.id);
}
