import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Documents } from "../wire.ts";
import { changeBalance } from "./customer-balance.ts";
import { afterBalance } from "./invoice-object.ts";
import { taxesOf } from "./invoice-taxes.ts";
import { newIntent } from "./payment-intent-object.ts";
import { cancelIntent, type Confirmation, confirmIntent } from "./payment-intent-states.ts";

type Invoice = Documents["invoice"];
type InvoicePayment = Documents["invoice_payment"];

/**
 * Finalizes a draft: number, pages, and a payment intent for what is due. What is free is paid at
 * once.
 */
export function finalize(
  call: Call,
  draft: Invoice,
  { method, description }: { method: string | null; description: string },
): Invoice {
  const customer = customerOf(call, draft);
  const { balance } = customer;
  const taxes = finalTaxes(call, draft, customer);
  const { due, balance: left } = afterBalance(taxes.total ?? draft.total, balance);
  const open = call.update(draft, {
    ...taxes,
    amount_due: due,
    amount_remaining: due,
    automatically_finalizes_at: null,
    effective_at: call.now(),
    ending_balance: left,
    hosted_invoice_url: `${call.url}/invoices/${draft.id}`,
    invoice_pdf: `${call.url}/invoices/${draft.id}/pdf`,
    number: numberFor(call, draft, left),
    starting_balance: balance,
    status: "open",
    status_transitions: { ...draft.status_transitions, finalized_at: call.now() },
  });
  if (open.amount_due > 0) requestPayment(call, open, method, description);
  call.emit("invoice.finalized", open);
  if (open.amount_due > 0) return open;
  return markPaid(call, open);
}

/**
 * The taxes of an invoice for good. Where nobody knows by then where the customer is, Stripe turns
 * automatic tax off, for the invoice and for what follows it, rather than not to bill.
 */
function finalTaxes(
  call: Call,
  draft: Invoice,
  customer: Documents["customer"],
): Partial<Invoice> {
  const taxes = taxesOf(call, draft, customer);
  if (taxes.automatic_tax?.status !== "requires_location_inputs") return taxes;
  const owner = draft.parent?.subscription_details?.subscription;
  const subscription = owner === undefined ? undefined : call.store.get("subscription", owner);
  if (subscription !== undefined) {
    call.update(subscription, {
      automatic_tax: {
        ...subscription.automatic_tax,
        disabled_reason: "requires_location_inputs",
        enabled: false,
      },
    }, "customer.subscription.updated");
  }
  return {
    ...taxes,
    automatic_tax: {
      ...taxes.automatic_tax,
      disabled_reason: "finalization_requires_location_inputs",
      enabled: false,
    },
  };
}

/** The payment that an invoice waits for, or was paid by. */
export function paymentOf(call: Call, invoice: Invoice): InvoicePayment | undefined {
  return call.store.all("invoice_payment", { invoice: invoice.id })
    .find(({ is_default }) => is_default);
}

/** The payment intent of an invoice's default payment. */
export function intentOf(call: Call, invoice: Invoice): Documents["payment_intent"] | undefined {
  const id = paymentOf(call, invoice)?.payment.payment_intent;
  return id === undefined ? undefined : call.need("payment_intent", id);
}

/** The invoice that a payment intent pays, if it pays one. */
export function invoiceOf(call: Call, intent: string): Invoice | undefined {
  const [payment] = call.store.all("invoice_payment", { "payment.payment_intent": intent });
  return payment === undefined ? undefined : call.need("invoice", payment.invoice);
}

/** Tries to collect an open invoice; throws the card error where the bank declines. */
export function pay(call: Call, invoice: Invoice, how: Confirmation): Invoice {
  if (invoice.status === "paid") {
    throw invalid("Invoice is already paid", { code: "invoice_already_paid" });
  }
  const intent = invoice.status === "open" ? intentOf(call, invoice) : undefined;
  if (intent === undefined) {
    throw invalid(`Invoice with a status of ${invoice.status} cannot be paid.`, {
      code: "invoice_not_editable",
    });
  }
  confirmIntent(call, intent, how);
  return call.need("invoice", invoice.id);
}

/** Writes an invoice as paid and says so, as Stripe does in three events. */
export function markPaid(call: Call, invoice: Invoice): Invoice {
  const paid = call.update(invoice, {
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempt_count: invoice.amount_due > 0 ? Math.max(1, invoice.attempt_count) : 0,
    attempted: true,
    auto_advance: false,
    next_payment_attempt: null,
    status: "paid",
    status_transitions: { ...invoice.status_transitions, paid_at: call.now() },
  }, invoice.amount_due > 0 ? "invoice.updated" : undefined);
  call.emit("invoice.paid", paid);
  call.emit("invoice.payment_succeeded", paid);
  return paid;
}

/** Voids an open invoice: nobody owes it any more. */
export function voidInvoice(call: Call, invoice: Invoice): Invoice {
  if (invoice.status !== "open" && invoice.status !== "uncollectible") {
    throw invalid(
      `You can only void open or uncollectible invoices: this one is ${invoice.status}.`,
      { code: "invoice_not_editable" },
    );
  }
  const voided = call.update(invoice, {
    auto_advance: false,
    next_payment_attempt: null,
    status: "void",
    status_transitions: { ...invoice.status_transitions, voided_at: call.now() },
  }, "invoice.updated");
  call.emit("invoice.voided", voided);
  const used = (invoice.ending_balance ?? 0) - invoice.starting_balance;
  if (used !== 0) {
    changeBalance(call, customerOf(call, invoice), {
      amount: -used,
      currency: invoice.currency,
      invoice: invoice.id,
      type: "unapplied_from_invoice",
    });
  }
  const payment = paymentOf(call, invoice);
  if (payment?.status === "open") {
    call.update(payment, {
      status: "canceled",
      status_transitions: { ...payment.status_transitions, canceled_at: call.now() },
    });
  }
  const intent = intentOf(call, invoice);
  if (intent !== undefined && intent.status !== "canceled" && intent.status !== "succeeded") {
    cancelIntent(call, intent, "void_invoice");
  }
  return voided;
}

function requestPayment(
  call: Call,
  invoice: Invoice,
  method: string | null,
  description: string,
): void {
  const intent = call.create(
    newIntent(call, {
      amount: invoice.amount_due,
      currency: invoice.currency,
      customer: invoice.customer,
      description,
      payment_method: method,
      // Later invoices are collected without the customer, so the first payment sets the card up.
      setup_future_usage: "off_session",
      status: method === null ? "requires_payment_method" : "requires_confirmation",
    }),
    "payment_intent.created",
  );
  const payment: InvoicePayment = {
    id: newId("inpay"),
    object: "invoice_payment",
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: call.now(),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: intent.id, type: "payment_intent" },
    status: "open",
    status_transitions: { canceled_at: null, paid_at: null },
  };
  call.create(payment);
}

/** The customer's next number: `PREFIX-0001`; takes it, and leaves the customer's new balance. */
function numberFor(call: Call, invoice: Invoice, balance: number): string {
  const customer = customerOf(call, invoice);
  const sequence = customer.next_invoice_sequence ?? 1;
  changeBalance(call, customer, {
    amount: balance - customer.balance,
    currency: invoice.currency,
    invoice: invoice.id,
    type: "applied_to_invoice",
  }, { currency: customer.currency ?? invoice.currency, next_invoice_sequence: sequence + 1 });
  return `${customer.invoice_prefix}-${String(sequence).padStart(4, "0")}`;
}

function customerOf(call: Call, invoice: Invoice): Documents["customer"] {
  if (invoice.customer === null) throw new Error(`${invoice.id} has no customer`);
  return call.need("customer", invoice.customer);
}
