import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { displayMoney } from "../billing/display.ts";
import { invalid, notImplemented } from "../errors.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, pageOf, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents } from "../wire.ts";
import {
  type CreditLine,
  type CreditNote,
  issuedNotes,
  lineOfAmount,
  linesFor,
} from "./credit-note-lines.ts";
import { changeBalance } from "./customer-balance.ts";
import { intentOf, markPaid, paymentOf } from "./invoice-states.ts";
import { sumTaxes } from "./invoice-taxes.ts";
import { cancelIntent } from "./payment-intent-states.ts";
import { refundCharge } from "./refunds.ts";

type Params = Stripe.CreditNoteCreateParams;
type Invoice = Documents["invoice"];

const path = "/v1/credit_notes";

const noteParameters = [
  "amount",
  "credit_amount",
  "effective_at",
  "email_type",
  "invoice",
  "lines.amount",
  "lines.description",
  "lines.invoice_line_item",
  "lines.metadata",
  "lines.quantity",
  "lines.type",
  "lines.unit_amount",
  "memo",
  "metadata",
  "out_of_band_amount",
  "reason",
  "refund_amount",
  "refunds.amount_refunded",
  "refunds.refund",
  "refunds.type",
] as const;

const create = operation<Params>(`POST ${path}`, noteParameters, createNote);

const preview = operation<Stripe.CreditNotePreviewParams>(
  `GET ${path}/preview`,
  noteParameters,
  (call, params) => call.store.dryRun(() => createNote(call, params)),
);

const previewLines = operation<Stripe.CreditNoteListPreviewLineItemsParams>(
  `GET ${path}/preview/lines`,
  [...paging, ...noteParameters],
  (call, params) => {
    const { lines } = call.store.dryRun(() => createNote(call, params));
    return pageOf(lines.data, `${path}/preview/lines`, params);
  },
);

/**
 * Credits an invoice: first what nobody has paid yet, then what was, by a refund, to the customer's
 * balance, or outside of Stripe.
 */
function createNote(call: Call, params: Params): CreditNote {
  const invoice = call.need("invoice", params.invoice, "invoice");
  if (invoice.status !== "open" && invoice.status !== "paid") {
    throw invalid(
      `You can only create credit notes for open or paid invoices: this one is ${invoice.status}.`,
      { param: "invoice" },
    );
  }
  if ((params.email_type ?? "none") !== "none") {
    throw notImplemented("mails to customers", "email_type");
  }
  if ((params.amount === undefined) === (params.lines === undefined)) {
    throw invalid("You must specify exactly one of `amount` and `lines`.", { param: "lines" });
  }
  const lines = params.amount === undefined
    ? linesFor(call, invoice, params.lines ?? [])
    : [lineOfAmount(invoice, params.amount)];
  const note = noteOf(call, invoice, lines, params);
  assertCreditable(call, invoice, note, params);
  return issue(call, invoice, note, params);
}

function noteOf(
  call: Call,
  invoice: Invoice,
  lines: CreditLine[],
  params: Params,
): CreditNote {
  const id = newId("cn");
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
  const discount = lines.reduce((sum, line) => sum + line.discount_amount, 0);
  const taxes = sumTaxes(lines.flatMap((line) => line.taxes ?? []));
  const taxOf = (behavior: string) =>
    taxes.reduce((sum, tax) => sum + (tax.tax_behavior === behavior ? tax.amount : 0), 0);
  const total = subtotal - discount + taxOf("exclusive");
  const before = Math.min(total, invoice.status === "open" ? invoice.amount_remaining : 0);
  const number = call.store.all("credit_note", { invoice: invoice.id }).length + 1;
  return {
    id,
    object: "credit_note",
    amount: total,
    amount_shipping: 0,
    created: call.now(),
    currency: invoice.currency,
    customer: invoice.customer ?? "",
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount: discount,
    discount_amounts: [...Map.groupBy(
      lines.flatMap((line) => line.discount_amounts),
      (one) => one.discount,
    )].map(([of, all]) => ({
      amount: all.reduce((sum, one) => sum + one.amount, 0),
      discount: of,
    })),
    effective_at: params.effective_at ?? call.now(),
    invoice: invoice.id,
    lines: { object: "list", data: lines, has_more: false, url: `${path}/${id}/lines` },
    livemode: false,
    memo: params.memo || null,
    metadata: mergeMetadata({}, params.metadata),
    number: `${invoice.number}-CN-${String(number).padStart(2, "0")}`,
    out_of_band_amount: params.out_of_band_amount ?? null,
    pdf: `${call.url}/credit_notes/${id}/pdf`,
    post_payment_amount: total - before,
    pre_payment_amount: before,
    pretax_credit_amounts: lines.flatMap((line) => line.pretax_credit_amounts),
    reason: params.reason ?? null,
    refunds: [],
    shipping_cost: null,
    status: "issued",
    subtotal,
    subtotal_excluding_tax: subtotal - taxOf("inclusive"),
    total,
    total_excluding_tax: total - taxOf("exclusive") - taxOf("inclusive"),
    total_taxes: taxes,
    type: before === total ? "pre_payment" : before === 0 ? "post_payment" : "mixed",
    voided_at: null,
  };
}

/** Throws where a note credits more than is left: refunds that no note is about count, too. */
function assertCreditable(
  call: Call,
  invoice: Invoice,
  note: CreditNote,
  { refunds: given = [] }: Params,
): void {
  if (note.total <= 0) {
    throw invalid("The total of a credit note must be positive.", { param: "amount" });
  }
  const notes = issuedNotes(call, invoice.id);
  const linked = new Set([
    ...notes.flatMap(({ refunds }) => refunds.map(({ refund }) => refund)),
    ...given.map(({ refund }) => refund),
  ]);
  const intent = intentOf(call, invoice);
  const refunded = intent === undefined ? [] : call.store.all("refund", {
    payment_intent: intent.id,
    status: "succeeded",
  }).filter(({ id }) => !linked.has(id));
  const left = invoice.total - notes.reduce((sum, { total }) => sum + total, 0) -
    refunded.reduce((sum, { amount }) => sum + amount, 0);
  if (note.total > left) {
    throw invalid(
      `The total of the credit note (${
        displayMoney(note.total, note.currency)
      }) is more than the ` +
        `invoice has left to credit (${displayMoney(left, note.currency)}).`,
      { param: "amount" },
    );
  }
}

function issue(
  call: Call,
  invoice: Invoice,
  note: CreditNote,
  params: Params,
): CreditNote {
  const post = note.post_payment_amount;
  const linked = (params.refunds ?? []).map((given, index) =>
    linkedRefund(call, invoice, given, index)
  );
  const sum = (params.refund_amount ?? 0) + (params.credit_amount ?? 0) +
    (params.out_of_band_amount ?? 0) +
    linked.reduce((all, { amount_refunded: amount }) => all + amount, 0);
  if (sum !== post) {
    throw invalid(
      `The sum of refund, credit and outside of Stripe amounts (${
        displayMoney(sum, note.currency)
      }) must equal the credit note's post payment amount (${displayMoney(post, note.currency)}).`,
      { param: post === 0 ? "amount" : "refund_amount" },
    );
  }
  const refund = refundOf(call, invoice, params);
  const credited = creditOf(call, note, params.credit_amount ?? 0);
  const issued = call.create({
    ...note,
    customer_balance_transaction: credited,
    refunds: [...linked, ...(refund === undefined ? [] : [refund])],
  }, "credit_note.created");
  reduce(call, invoice, note.pre_payment_amount, post);
  return issued;
}

function linkedRefund(
  call: Call,
  invoice: Invoice,
  given: Stripe.CreditNoteCreateParams.Refund,
  index: number,
): CreditNote["refunds"][number] {
  const param = `refunds[${index}][refund]`;
  if ((given.type ?? "refund") !== "refund" || given.refund === undefined) {
    throw notImplemented("refunds of payment records", `refunds[${index}]`);
  }
  const refund = call.need("refund", given.refund, param);
  const isLinked = issuedNotes(call, invoice.id)
    .some(({ refunds }) => refunds.some((one) => one.refund === refund.id));
  if (refund.payment_intent !== intentOf(call, invoice)?.id || isLinked) {
    throw invalid(`The refund ${refund.id} is not one of this invoice, or of another note.`, {
      param,
    });
  }
  const amount = given.amount_refunded ?? refund.amount;
  if (amount < 1 || amount > refund.amount) {
    throw invalid("The amount is more than was refunded.", {
      param: `refunds[${index}][amount_refunded]`,
    });
  }
  return {
    amount_refunded: amount,
    payment_record_refund: null,
    refund: refund.id,
    type: "refund",
  };
}

function refundOf(
  call: Call,
  invoice: Invoice,
  { refund_amount: amount = 0, reason }: Params,
): CreditNote["refunds"][number] | undefined {
  if (amount === 0) return undefined;
  const charge = intentOf(call, invoice)?.latest_charge;
  if (charge == null) {
    throw invalid("There is no payment of this invoice to refund.", { param: "refund_amount" });
  }
  const refund = refundCharge(call, call.need("charge", charge), {
    amount,
    ...(reason === "duplicate" || reason === "fraudulent" ? { reason } : {}),
  });
  return {
    amount_refunded: amount,
    payment_record_refund: null,
    refund: refund.id,
    type: "refund",
  };
}

function creditOf(call: Call, note: CreditNote, amount: number): string | null {
  if (amount === 0) return null;
  const customer = call.need("customer", note.customer);
  changeBalance(call, customer, {
    amount: -amount,
    credit_note: note.id,
    currency: note.currency,
    invoice: note.invoice,
    type: "credit_note",
  });
  const [transaction] = call.store.all("customer_balance_transaction", { credit_note: note.id });
  return transaction?.id ?? null;
}

/** Takes what is credited off what an invoice asks for; one with nothing left is paid. */
function reduce(call: Call, invoice: Invoice, before: number, post: number): void {
  const changed = call.update(invoice, {
    amount_due: invoice.amount_due - before,
    amount_remaining: invoice.amount_remaining - before,
    post_payment_credit_notes_amount: invoice.post_payment_credit_notes_amount + post,
    pre_payment_credit_notes_amount: invoice.pre_payment_credit_notes_amount + before,
  }, "invoice.updated");
  if (before === 0) return;
  requestLess(call, changed);
  if (changed.status === "open" && changed.amount_remaining === 0) markPaid(call, changed);
}

/** The payment of an open invoice follows what it asks for. */
function requestLess(call: Call, invoice: Invoice): void {
  const payment = paymentOf(call, invoice);
  const intent = intentOf(call, invoice);
  if (payment === undefined || intent === undefined) return;
  if (invoice.amount_remaining === 0) {
    call.update(payment, {
      status: "canceled",
      status_transitions: { ...payment.status_transitions, canceled_at: call.now() },
    });
    cancelIntent(call, intent, "void_invoice");
    return;
  }
  call.update(payment, { amount_requested: invoice.amount_remaining });
  call.update(intent, { amount: invoice.amount_remaining });
}

const update = operation<Stripe.CreditNoteUpdateParams>(
  `POST ${path}/{id}`,
  ["memo", "metadata"],
  (call, params, id) => {
    const note = call.need("credit_note", id);
    return call.update(note, {
      metadata: mergeMetadata(note.metadata, params.metadata),
      ...(params.memo === undefined ? {} : { memo: params.memo || null }),
    }, "credit_note.updated");
  },
);

const voidNote = operation(`POST ${path}/{id}/void`, [], (call, _params, id) => {
  const note = call.need("credit_note", id);
  const invoice = call.need("invoice", note.invoice);
  if (note.status !== "issued" || note.type !== "pre_payment" || invoice.status !== "open") {
    throw invalid(
      "You can only void issued credit notes of open invoices: this one is " +
        `${note.status}, its invoice ${invoice.status}.`,
    );
  }
  const voided = call.update(note, { status: "void", voided_at: call.now() });
  call.emit("credit_note.voided", voided);
  reduce(call, invoice, -note.pre_payment_amount, 0);
  return voided;
});

const list = operation<Stripe.CreditNoteListParams>(
  `GET ${path}`,
  [...paging, "created", "customer", "invoice"],
  (call, params) =>
    page(call, "credit_note", path, params, {
      where: { customer: params.customer, invoice: params.invoice },
      filter: (note) => within(note.created, params.created),
    }),
);

const listLines = operation<Stripe.CreditNoteListLineItemsParams>(
  `GET ${path}/{id}/lines`,
  paging,
  (call, params, id) =>
    pageOf(call.need("credit_note", id).lines.data, `${path}/${id}/lines`, params),
);

export const creditNotes: Resource = {
  kinds: ["credit_note"],
  operations: [
    create,
    update,
    preview,
    previewLines,
    voidNote,
    retrieveOperation("credit_note", path),
    list,
    listLines,
  ],
};
