/**
 * Stripe's objects as our tables hold them: the one place that knows both. Names as in the tables,
 * amounts in ISO minor units, currencies in upper case, times in seconds since 1970.
 */
import type Stripe from "stripe";
import { fromStripeAmount } from "../money.ts";

/** The id of something that Stripe gives as an id or expanded. */
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (reference === null || reference === undefined) return null;
  return typeof reference === "string" ? reference : reference.id;
}

function amount(value: number, currency: string): number {
  return fromStripeAmount(value, currency.toUpperCase()).amount;
}

const featurePrefix = "feature_";

/** A product; ours carry `metadata.plan`, `metadata.rank` and `metadata.feature_<name>` (a limit, or "true"). */
export function productRecord(product: Stripe.Product | Stripe.DeletedProduct) {
  if (product.deleted) return { id: product.id, plan_id: null };
  const features: Record<string, number | null> = {};
  for (const [key, value] of Object.entries(product.metadata)) {
    if (!key.startsWith(featurePrefix)) continue;
    features[key.slice(featurePrefix.length)] = value === "true" ? null : Number(value);
  }
  return {
    id: product.id,
    plan_id: product.metadata["plan"] ?? null,
    name: product.name,
    description: product.description,
    rank: Number(product.metadata["rank"] ?? "0"),
    active: product.active,
    features,
  };
}

/** A price; `interval` is null for one that does not recur. */
export function priceRecord(price: Stripe.Price) {
  return {
    id: price.id,
    product_id: idOf(price.product),
    lookup_key: price.lookup_key,
    currency: price.currency.toUpperCase(),
    unit_amount: amount(price.unit_amount ?? 0, price.currency),
    interval: price.unit_amount === null ? null : price.recurring?.interval ?? null,
    interval_count: price.recurring?.interval_count ?? 1,
    active: price.active,
  };
}

/** A customer; ours carry `metadata.workspace_id`. */
export function customerRecord(customer: Stripe.Customer | Stripe.DeletedCustomer) {
  if (customer.deleted) return { id: customer.id, deleted: true };
  return {
    id: customer.id,
    deleted: false,
    workspace_id: customer.metadata["workspace_id"] ?? null,
  };
}

/** A subscription. It is paid until the earliest end among its items' periods. */
export function subscriptionRecord(subscription: Stripe.Subscription) {
  const items = subscription.items.data;
  const first = items[0];
  return {
    id: subscription.id,
    customer_id: idOf(subscription.customer),
    user_id: subscription.metadata["user_id"] ?? null,
    intent_id: subscription.metadata["intent_id"] ?? null,
    price_id: first?.price.id ?? null,
    status: subscription.status,
    quantity: first?.quantity ?? 1,
    currency: subscription.currency.toUpperCase(),
    cancel_at_period_end: subscription.cancel_at_period_end,
    current_period_start: first === undefined
      ? null
      : Math.min(...items.map((item) => item.current_period_start)),
    current_period_end: first === undefined
      ? null
      : Math.min(...items.map((item) => item.current_period_end)),
    trial_end: subscription.trial_end,
    cancel_at: subscription.cancel_at,
    canceled_at: subscription.canceled_at,
    ended_at: subscription.ended_at,
    created: subscription.created,
  };
}

const paymentStatus = { paid: "succeeded", open: "pending", canceled: "canceled" } as Record<
  string,
  string
>;

/** An invoice with all its payments. The period is what its lines charge for, not when it was made. */
export function invoiceRecord(invoice: Stripe.Invoice, payments: Stripe.InvoicePayment[]) {
  const { currency } = invoice;
  const periods = invoice.lines.data.map((line) => line.period);
  return {
    id: invoice.id,
    deleted: false,
    customer_id: idOf(invoice.customer),
    subscription_id: idOf(invoice.parent?.subscription_details?.subscription),
    number: invoice.number,
    description: invoice.lines.data[0]?.description ?? null,
    status: invoice.status ?? "draft",
    currency: currency.toUpperCase(),
    subtotal: amount(invoice.subtotal, currency),
    total: amount(invoice.total, currency),
    amount_due: amount(invoice.amount_due, currency),
    amount_paid: amount(invoice.amount_paid, currency),
    period_start: periods.length === 0
      ? invoice.period_start
      : Math.min(...periods.map((period) => period.start)),
    period_end: periods.length === 0
      ? invoice.period_end
      : Math.max(...periods.map((period) => period.end)),
    hosted_invoice_url: invoice.hosted_invoice_url ?? null,
    invoice_pdf: invoice.invoice_pdf ?? null,
    created: invoice.created,
    paid_at: invoice.status_transitions.paid_at,
    payments: payments.flatMap((payment) => {
      const id = idOf(payment.payment.payment_intent);
      if (id === null) return []; // Paid outside Stripe, or by a charge without an intent.
      return [{
        id,
        status: paymentStatus[payment.status] ?? "pending",
        amount: amount(payment.amount_paid ?? payment.amount_requested, payment.currency),
        currency: payment.currency.toUpperCase(),
        created: payment.created,
        paid_at: payment.status_transitions.paid_at,
      }];
    }),
  };
}
