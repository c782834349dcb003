/**
 * Stripe's objects as our tables hold them: the one place that knows both. Names as in the tables,
 * amounts in ISO minor units, currencies in upper case, times in seconds since 1970.
 */
import type Stripe from "stripe";
import { fromStripeAmount } from "../money.ts";
import { orderPayment, orderRefund } from "../shop/checkout/stripe-records.ts";

/** The id of something that Stripe gives as an id or expanded. */
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (reference === null || reference === undefined) return null;
  return typeof reference === "string" ? reference : reference.id;
}

/** An amount of Stripe's in ISO minor units. */
export function amount(value: number, currency: string): number {
  return fromStripeAmount(value, currency.toUpperCase()).amount;
}

/** A whole number from 0 to `max` that somebody wrote into metadata; undefined for anything else. */
function wholeNumber(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

/**
 * What a plan includes, of `metadata.feature_<name>`: a limit, or "true" (null) for one without. What
 * is written otherwise is not included: a slip of the pen must not give something without a limit.
 */
function featuresOf(metadata: Stripe.Metadata): Record<string, number | null> {
  const features: Record<string, number | null> = {};
  for (const [key, value] of Object.entries(metadata)) {
    const name = /^feature_([a-z][a-z0-9_]{0,39})$/.exec(key)?.[1];
    if (name === undefined) continue;
    const limit = value === "true" ? null : wholeNumber(value, Number.MAX_SAFE_INTEGER);
    if (limit !== undefined) features[name] = limit;
  }
  return features;
}

/** Which features are counted by period, of `metadata.meter_<feature>`: the name of Stripe's events. */
function metersOf(metadata: Stripe.Metadata): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).flatMap(([key, value]) => {
      const name = /^meter_([a-z][a-z0-9_]{0,39})$/.exec(key)?.[1];
      return name === undefined || !/^[\w.-]{1,100}$/.test(value) ? [] : [[name, value]];
    }),
  );
}

/** A plan's name, as plans_id_format demands; anything else is another software's metadata. */
function planNamed(text: string | undefined): string | null {
  return text !== undefined && /^[a-z][a-z0-9_]{0,39}$/.test(text) ? text : null;
}

/** A product; ours carry `metadata.plan`, `.rank`, `.per_seat`, `.feature_<name>` and `.meter_<feature>`. */
export function productRecord(product: Stripe.Product | Stripe.DeletedProduct) {
  if (product.deleted) return { id: product.id, plan_id: null };
  return {
    id: product.id,
    plan_id: planNamed(product.metadata["plan"]),
    name: product.name,
    description: product.description,
    rank: wholeNumber(product.metadata["rank"], 32_767) ?? 0,
    active: product.active,
    per_seat: product.metadata["per_seat"] === "true",
    features: featuresOf(product.metadata),
    meters: metersOf(product.metadata),
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
    created: price.created,
  };
}

/** Whom a customer's invoices are made out to; the tax id that was given last, where there are several. */
function detailsOf(customer: Stripe.Customer) {
  const { address } = customer;
  const taxIds =
    customer.tax_ids?.data.toSorted((a, b) => b.created - a.created || (b.id < a.id ? -1 : 1)) ??
      [];
  const status = (taxId: Stripe.TaxId) => taxId.verification?.status ?? "unavailable";
  const good = taxIds.find((taxId) => status(taxId) !== "unverified") ?? taxIds[0];
  return {
    name: customer.name ?? null,
    line1: address?.line1 || null,
    line2: address?.line2 || null,
    postal_code: address?.postal_code || null,
    city: address?.city || null,
    state: address?.state || null,
    country: address?.country || null,
    tax_id: good === undefined
      ? null
      : { type: good.type, value: good.value, status: status(good) },
    refused: taxIds.filter((taxId) => status(taxId) === "unverified")
      .map(({ id, value }) => ({ id, value })),
  };
}

/** A customer; ours carry `metadata.workspace_id`. */
export function customerRecord(customer: Stripe.Customer | Stripe.DeletedCustomer) {
  if (customer.deleted) return { id: customer.id, deleted: true };
  return {
    payment_method_id: idOf(customer.invoice_settings.default_payment_method),
    id: customer.id,
    deleted: false,
    workspace_id: customer.metadata["workspace_id"] ?? null,
    details: detailsOf(customer),
  };
}

/** What a subscription is fetched with, so that its record is whole. */
export const subscriptionExpands = [
  "schedule",
  "discounts.promotion_code",
  "default_payment_method",
  "customer.invoice_settings.default_payment_method",
];

/** The phase that follows the present one, where it changes what is paid for. */
function nextPhase(
  subscription: Stripe.Subscription,
): { next_price_id: string; next_quantity: number; next_change_at: number } | null {
  const { schedule } = subscription;
  if (schedule === null || typeof schedule === "string" || schedule.status !== "active") {
    return null;
  }
  const until = schedule.current_phase?.end_date;
  const next = schedule.phases.find((phase) => phase.start_date === until);
  const item = next?.items[0];
  const price = idOf(item?.price);
  if (next === undefined || price === null) return null;
  const quantity = item?.quantity ?? 1;
  const [present] = subscription.items.data;
  if (price === present?.price.id && quantity === (present.quantity ?? 1)) return null;
  return { next_price_id: price, next_quantity: quantity, next_change_at: next.start_date };
}

/** Its discount: the first, where somebody at Stripe gave it several. */
function discountOf(subscription: Stripe.Subscription) {
  const discount = subscription.discounts.find((one) => typeof one !== "string");
  if (discount === undefined) return { promotion_code: null, coupon: null, discount_ends_at: null };
  const promotion = discount.promotion_code;
  return {
    promotion_code: promotion !== null && typeof promotion === "object" ? promotion.code : null,
    coupon: idOf(discount.source.coupon),
    discount_ends_at: discount.end,
  };
}

/** The fingerprint of the card that it is paid with: its own, else the customer's. */
function fingerprintOf({ default_payment_method: own, customer }: Stripe.Subscription) {
  const method = own ??
    (typeof customer === "object" && !customer.deleted
      ? customer.invoice_settings.default_payment_method
      : null);
  return method !== null && typeof method === "object" ? method.card?.fingerprint ?? null : null;
}

/**
 * A subscription, fetched with {@link subscriptionExpands}. It is paid until the earliest end among its
 * items' periods.
 */
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
    payment_method_id: idOf(subscription.default_payment_method),
    trial_start: subscription.trial_start,
    trial_end: subscription.trial_end,
    card_fingerprint: fingerprintOf(subscription),
    ...discountOf(subscription),
    ...(nextPhase(subscription) ??
      { next_price_id: null, next_quantity: null, next_change_at: null }),
    cancel_at: subscription.cancel_at,
    canceled_at: subscription.canceled_at,
    ended_at: subscription.ended_at,
    created: subscription.created,
  };
}

/** What of a document's total is tax, within prices or on top. */
function taxOf(taxes: { amount: number }[] | null, currency: string): number {
  return amount((taxes ?? []).reduce((sum, tax) => sum + tax.amount, 0), currency);
}

const paymentStatus = { paid: "succeeded", open: "pending", canceled: "canceled" } as Record<
  string,
  string
>;

/** Whether a payment waits for its payer to confirm it with the bank; only where its intent is expanded. */
function waitsForPayer(payment: Stripe.InvoicePayment): boolean {
  const intent = payment.payment.payment_intent;
  return typeof intent === "object" && intent?.status === "requires_action";
}

/** An invoice with all its payments. The period is what its lines charge for, not when it was made. */
export function invoiceRecord(invoice: Stripe.Invoice, payments: Stripe.InvoicePayment[]) {
  const { currency } = invoice;
  const periods = invoice.lines.data.map((line) => line.period);
  // What is charged and not what is credited: a change of plan has a line of each.
  const main = invoice.lines.data.find((line) => line.amount > 0) ?? invoice.lines.data[0];
  return {
    id: invoice.id,
    deleted: false,
    customer_id: idOf(invoice.customer),
    subscription_id: idOf(invoice.parent?.subscription_details?.subscription),
    number: invoice.number,
    description: main?.description ?? null,
    price_id: idOf(main?.pricing?.price_details?.price),
    billing_reason: invoice.billing_reason,
    status: invoice.status ?? "draft",
    attempt_count: invoice.attempt_count,
    next_payment_attempt: invoice.next_payment_attempt,
    action_required: invoice.status === "open" && payments.some(waitsForPayer),
    currency: currency.toUpperCase(),
    subtotal: amount(invoice.subtotal, currency),
    total: amount(invoice.total, currency),
    tax: taxOf(invoice.total_taxes, currency),
    reverse_charge: (invoice.total_taxes ?? []).some((tax) =>
      tax.taxability_reason === "reverse_charge"
    ),
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
    voided_at: invoice.status_transitions.voided_at,
    marked_uncollectible_at: invoice.status_transitions.marked_uncollectible_at,
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

/** A Checkout Session; ours carry `metadata.intent_id` for a subscription. */
export function checkoutSessionRecord(session: Stripe.Checkout.Session) {
  return {
    id: session.id,
    customer_id: idOf(session.customer),
    intent_id: session.metadata?.["intent_id"] ?? null,
    status: session.status,
    subscription_id: idOf(session.subscription),
    ...orderPayment(session),
  };
}

/** A card or another means on file; `customer_id` is null once it was taken away. */
export function paymentMethodRecord(method: Stripe.PaymentMethod) {
  return {
    id: method.id,
    customer_id: idOf(method.customer),
    type: method.type,
    brand: method.card?.brand ?? null,
    last4: method.card?.last4 ?? null,
    exp_month: method.card?.exp_month ?? null,
    exp_year: method.card?.exp_year ?? null,
    created: method.created,
  };
}

/** A charge, for what was refunded of it. */
export function chargeRecord(charge: Stripe.Charge, refunds: Stripe.Refund[]) {
  return {
    id: charge.id,
    payment_id: idOf(charge.payment_intent),
    amount_refunded: amount(charge.amount_refunded, charge.currency),
    refunds: refunds.map((refund) => ({
      id: refund.id,
      status: refund.status ?? "pending",
      amount: amount(refund.amount, refund.currency),
      currency: refund.currency.toUpperCase(),
      reason: refund.reason,
      intent_id: refund.metadata?.["refund_intent"] ?? null,
      ...orderRefund(refund),
      failure: refund.failure_reason ?? null,
      created: refund.created,
    })),
  };
}

/** A dispute of a payment. */
export function disputeRecord(dispute: Stripe.Dispute) {
  return {
    id: dispute.id,
    payment_id: idOf(dispute.payment_intent),
    charge_id: idOf(dispute.charge),
    status: dispute.status,
    amount: amount(dispute.amount, dispute.currency),
    currency: dispute.currency.toUpperCase(),
    reason: dispute.reason,
    evidence_due_by: dispute.evidence_details.due_by,
    created: dispute.created,
  };
}

/** A credit note. Its refunds are the same money: their ids let nobody count it twice. */
export function creditNoteRecord(note: Stripe.CreditNote) {
  return {
    id: note.id,
    customer_id: idOf(note.customer),
    invoice_id: idOf(note.invoice),
    number: note.number,
    status: note.status,
    reason: note.reason,
    memo: note.memo,
    currency: note.currency.toUpperCase(),
    subtotal: amount(note.subtotal, note.currency),
    total: amount(note.total, note.currency),
    tax: taxOf(note.total_taxes, note.currency),
    refunds: note.refunds.flatMap(({ refund, amount_refunded: of }) => {
      const id = idOf(refund);
      return id === null ? [] : [{ id, amount: amount(of, note.currency) }];
    }),
    pdf: note.pdf,
    created: note.created,
    voided_at: note.voided_at,
  };
}
