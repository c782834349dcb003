import type { Call } from "../call.ts";
import { newId } from "../ids.ts";
import type { Documents } from "../wire.ts";
import { discountLines } from "./discounts.ts";
import { taxesOf } from "./invoice-taxes.ts";
import { discountsOfPending } from "./invoice-items.ts";
import { type Billed, lineOf, lineOfPending } from "./invoice-lines.ts";

type Invoice = Documents["invoice"];
type Line = Invoice["lines"]["data"][number];
type Subscription = Documents["subscription"];

/** What an invoice asks for after the customer's balance (negative: credit), and what that leaves. */
export function afterBalance(total: number, balance: number): { due: number; balance: number } {
  const owed = total + balance;
  return owed >= 0 ? { due: owed, balance: 0 } : { due: 0, balance: owed };
}

/**
 * A draft that bills a subscription's periods, and what waits for its next invoice, not yet kept.
 */
export function newInvoice(
  call: Call,
  { id = newId("in"), subscription, customer, reason, billed, pending = [], period }: {
    /** Of a draft that is counted again. */
    id?: string;
    subscription: Subscription;
    customer: Documents["customer"];
    reason: NonNullable<Invoice["billing_reason"]>;
    billed: Billed[];
    pending?: Documents["invoiceitem"][];
    /** The invoice's own period, of what was added to it; its lines hold what they bill. */
    period?: { start: number; end: number };
  },
): Invoice {
  const undiscounted = [
    ...pending.map((item) => ({
      line: lineOfPending(id, subscription, item),
      discounts: discountsOfPending(call, item),
    })),
    ...billed.map((one) => ({
      line: lineOf(call, id, subscription, one),
      discounts: subscription.discounts,
    })),
  ];
  const subtotal = undiscounted.reduce((sum, { line }) => sum + line.amount, 0);
  const { lines, amounts } = withDiscounts(call, undiscounted);
  const total = amounts.reduce((left, { amount }) => left - amount, subtotal);
  const own = subscription.invoice_settings.account_tax_ids ?? call.settings.account_tax_ids;
  const untaxed: Invoice = {
    id,
    object: "invoice",
    account_country: "FR",
    account_name: "Local Stripe",
    account_tax_ids: own.length === 0 ? null : own,
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: {
      disabled_reason: null,
      enabled: subscription.automatic_tax.enabled,
      liability: subscription.automatic_tax.enabled ? { type: "self" } : null,
      provider: subscription.automatic_tax.enabled ? "stripe" : null,
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
    discounts: subscription.discounts,
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
    // A first invoice's own period is the moment it was made.
    period_end: period?.end ?? call.now(),
    period_start: period?.start ?? call.now(),
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: customer.balance,
    statement_descriptor: null,
    status: "draft",
    status_transitions: {
      finalized_at: null,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    subtotal,
    subtotal_excluding_tax: subtotal,
    test_clock: null,
    total,
    total_discount_amounts: amounts,
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
  const taxed = { ...untaxed, ...taxesOf(call, untaxed, customer) };
  const { due } = afterBalance(taxed.total, customer.balance);
  return { ...taxed, amount_due: due, amount_remaining: due };
}

/** Lines with what each discount takes off them, and what each takes off the whole. */
function withDiscounts(
  call: Call,
  lines: readonly { line: Line; discounts: readonly string[] }[],
): { lines: Line[]; amounts: NonNullable<Invoice["total_discount_amounts"]> } {
  const taken = discountLines(
    call,
    [...new Set(lines.flatMap(({ discounts }) => discounts))],
    lines.map(({ line: { amount, parent, pricing }, discounts }) => ({
      amount,
      discounts,
      product: pricing?.price_details?.product ?? "",
      proration: parent?.subscription_item_details?.proration ?? false,
    })),
  );
  return {
    lines: lines.map(({ line }, index) => ({
      ...line,
      discount_amounts: taken.flatMap(({ discount, shares }) => {
        const amount = shares[index] ?? 0;
        return amount === 0 ? [] : [{ amount, discount }];
      }),
    })),
    amounts: taken.map(({ discount, shares }) => ({
      amount: shares.reduce((sum, share) => sum + share, 0),
      discount,
    })),
  };
}
