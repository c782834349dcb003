import type { Call } from "../call.ts";
import { displayMoney } from "../billing/display.ts";
import { newId } from "../ids.ts";
import type { Documents } from "../wire.ts";

type Invoice = Documents["invoice"];
type Line = Invoice["lines"]["data"][number];
type Subscription = Documents["subscription"];

/** One thing that an invoice bills. */
export interface Billed {
  item: Subscription["items"]["data"][number];
  period: { start: number; end: number };
  /** True for the time that a trial gives away. */
  free: boolean;
}

/** A draft that bills a subscription's items, not yet kept. */
export function newInvoice(
  call: Call,
  { subscription, customer, reason, billed }: {
    subscription: Subscription;
    customer: Documents["customer"];
    reason: NonNullable<Invoice["billing_reason"]>;
    billed: Billed[];
  },
): Invoice {
  const id = newId("in");
  const lines = billed.map((one) => lineOf(id, subscription, one));
  const total = lines.reduce((sum, line) => sum + line.amount, 0);
  return {
    id,
    object: "invoice",
    account_country: "FR",
    account_name: "Local Stripe",
    account_tax_ids: null,
    amount_due: total,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: total,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: {
      disabled_reason: null,
      enabled: false,
      liability: null,
      provider: null,
      status: null,
    },
    automatically_finalizes_at: null,
    billing_reason: reason,
    collection_method: "charge_automatically",
    created: call.now(),
    currency: subscription.currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: null,
    customer_tax_exempt: "none",
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: "self" },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: "list", data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: "subscription_details",
    },
    payment_settings: {
      default_mandate: null,
      payment_method_options: null,
      payment_method_types: subscription.payment_settings?.payment_method_types ?? null,
    },
    // A first invoice's own period is the moment it was made; its lines hold what they bill.
    period_end: call.now(),
    period_start: call.now(),
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: "draft",
    status_transitions: {
      finalized_at: null,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    subtotal: total,
    subtotal_excluding_tax: total,
    test_clock: null,
    total,
    total_discount_amounts: [],
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
}

function lineOf(invoice: string, subscription: Subscription, billed: Billed): Line {
  const { item, period, free } = billed;
  const quantity = item.quantity ?? 1;
  const unitAmount = free ? 0 : item.price.unit_amount ?? 0;
  const amount = unitAmount * quantity;
  return {
    id: newId("il"),
    object: "line_item",
    amount,
    currency: subscription.currency,
    description: describe(billed),
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice,
    livemode: false,
    metadata: item.metadata,
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: { credited_items: null },
        subscription: subscription.id,
        subscription_item: item.id,
      },
      type: "subscription_item_details",
    },
    period,
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: item.price.id, product: item.price.product },
      type: "price_details",
      unit_amount_decimal: String(unitAmount),
    },
    quantity,
    quantity_decimal: String(quantity),
    subscription: subscription.id,
    subtotal: amount,
    taxes: [],
  };
}

function describe({ item, free }: Billed): string {
  const name = item.price.nickname ?? item.price.product;
  if (free) return `Trial period for ${name}`;
  const { interval, interval_count: count } = item.price.recurring ??
    { interval: "month", interval_count: 1 };
  const every = count === 1 ? `/ ${interval}` : `every ${count} ${interval}s`;
  const each = displayMoney(item.price.unit_amount ?? 0, item.price.currency);
  return `${item.quantity ?? 1} × ${name} (at ${each} ${every})`;
}
