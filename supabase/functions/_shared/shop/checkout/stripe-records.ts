/** What Stripe's objects say of orders, beside what billing/records.ts takes of them. */
import type Stripe from "stripe";
import { amount, idOf } from "../../billing/records.ts";

/** How an order is paid by its session, whose `payment_intent` is expanded; undefined for no order's. */
export function orderPayment(session: Stripe.Checkout.Session) {
  const orderId = session.metadata?.["order_id"];
  if (orderId === undefined) return undefined;
  const currency = session.currency ?? "";
  const intent = typeof session.payment_intent === "object" ? session.payment_intent : null;
  return {
    order_id: orderId,
    payment_status: session.payment_status,
    currency: currency.toUpperCase(),
    amount_total: amount(session.amount_total ?? 0, currency),
    amount_tax: amount(session.total_details?.amount_tax ?? 0, currency),
    automatic_tax: session.automatic_tax.enabled,
    payment_intent_id: idOf(session.payment_intent),
    payment_intent_status: intent?.status ?? null,
    charge_id: idOf(intent?.latest_charge),
    amount_received: intent === null ? null : amount(intent.amount_received, intent.currency),
  };
}

/** Which refund of an order it is, null where it is none's. */
export function orderRefund(refund: Stripe.Refund) {
  return { order_refund_id: refund.metadata?.["order_refund"] ?? null };
}
