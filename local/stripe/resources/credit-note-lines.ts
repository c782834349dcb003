import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { displayMoney } from "../billing/display.ts";
import { invalid, notImplemented } from "../errors.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import type { Documents } from "../wire.ts";

type Invoice = Documents["invoice"];
type InvoiceLine = Invoice["lines"]["data"][number];
export type CreditNote = Documents["credit_note"];
export type CreditLine = CreditNote["lines"]["data"][number];
type Given = Stripe.CreditNoteCreateParams.Line;

/** The credit notes of an invoice that count. */
export function issuedNotes(call: Call, invoice: string): CreditNote[] {
  return call.store.all("credit_note", { invoice, status: "issued" });
}

/** The lines that a call asks for, none of which credits more than its invoice's line has left. */
export function linesFor(call: Call, invoice: Invoice, given: readonly Given[]): CreditLine[] {
  const before = issuedNotes(call, invoice.id).flatMap((note) => note.lines.data);
  const lines: CreditLine[] = [];
  for (const [index, one] of given.entries()) {
    const param = `lines[${index}]`;
    lines.push(
      one.type === "custom_line_item"
        ? customLine(one, param)
        : lineOfInvoice(invoice, one, { credited: [...before, ...lines], param }),
    );
  }
  return lines;
}

/** The only line of a note over an amount: it says nothing of what it is for, so nothing of taxes. */
export function lineOfAmount(invoice: Invoice, amount: number): CreditLine {
  if ((invoice.total_taxes ?? []).some((tax) => tax.amount !== 0)) {
    throw notImplemented("crediting an `amount` of an invoice with tax: give its lines", "amount");
  }
  return customLine({
    description: `Credit on invoice ${invoice.number}`,
    quantity: 1,
    type: "custom_line_item",
    unit_amount: amount,
  }, "amount");
}

function customLine(given: Given, param: string): CreditLine {
  const { description, quantity = 1, unit_amount: unit } = given;
  if (unit === undefined || description === undefined) {
    throw invalid("A custom line needs a `description` and a `unit_amount`.", { param });
  }
  if (unit < 0 || quantity < 1) {
    throw invalid("This value must be greater than or equal to 0.", { param });
  }
  return {
    id: newId("cnli"),
    object: "credit_note_line_item",
    amount: unit * quantity,
    description,
    discount_amount: 0,
    discount_amounts: [],
    livemode: false,
    metadata: mergeMetadata({}, given.metadata),
    pretax_credit_amounts: [],
    quantity,
    tax_rates: [],
    taxes: [],
    type: "custom_line_item",
    unit_amount: unit,
    unit_amount_decimal: String(unit),
  };
}

function lineOfInvoice(
  invoice: Invoice,
  given: Given,
  { credited, param }: { credited: readonly CreditLine[]; param: string },
): CreditLine {
  const line = invoice.lines.data.find(({ id }) => id === given.invoice_line_item);
  if (line === undefined) {
    throw invalid(`No such line item of this invoice: '${given.invoice_line_item ?? ""}'`, {
      code: "resource_missing",
      param: `${param}[invoice_line_item]`,
    });
  }
  const whole = baseOf(line);
  const earlier = credited.filter((one) => one.invoice_line_item === line.id);
  const before = earlier.reduce((sum, one) => sum + creditedBase(one), 0);
  const amount = amountOf(line, given, { whole, before, param });
  if (amount <= 0 || before + amount > whole) {
    throw invalid(
      `You can credit at most ${displayMoney(whole - before, line.currency)} of this line item.`,
      { param: `${param}[amount]` },
    );
  }
  // Counted from the line's start, so that the parts of a line always add up to the line.
  const share = (of: number) => part(of, before + amount, whole) - part(of, before, whole);
  const discounts = (line.discount_amounts ?? []).map((one) => ({
    ...one,
    amount: share(one.amount),
  }));
  return {
    id: newId("cnli"),
    object: "credit_note_line_item",
    amount: share(line.amount),
    description: line.description,
    discount_amount: discounts.reduce((sum, one) => sum + one.amount, 0),
    discount_amounts: discounts,
    invoice_line_item: line.id,
    livemode: false,
    metadata: mergeMetadata({}, given.metadata),
    pretax_credit_amounts: discounts.map((one) => ({ ...one, type: "discount" })),
    quantity: given.quantity ?? null,
    tax_rates: [],
    taxes: (line.taxes ?? []).map((tax) => ({
      ...tax,
      amount: share(tax.amount),
      taxable_amount: tax.taxable_amount === null ? null : share(tax.taxable_amount),
    })),
    type: "invoice_line_item",
    unit_amount: null,
    unit_amount_decimal: null,
  };
}

function amountOf(
  line: InvoiceLine,
  given: Given,
  { whole, before, param }: { whole: number; before: number; param: string },
): number {
  if ((given.amount === undefined) === (given.quantity === undefined)) {
    throw invalid("You must specify exactly one of `amount` and `quantity`.", { param });
  }
  if (given.amount !== undefined) return given.amount;
  const all = line.quantity ?? 1;
  const quantity = given.quantity ?? 0;
  if (quantity < 1 || quantity > all) {
    throw invalid(`The quantity of this line item is ${all}.`, { param: `${param}[quantity]` });
  }
  return quantity === all ? whole - before : part(whole, quantity, all);
}

/** What of a line may be credited: without its tax, before discounts. */
function baseOf({ amount, taxes }: InvoiceLine): number {
  return amount - inclusive(taxes);
}

function creditedBase({ amount, taxes }: CreditLine): number {
  return amount - inclusive(taxes);
}

function inclusive(taxes: readonly { amount: number; tax_behavior: string }[] | null): number {
  return (taxes ?? []).reduce(
    (sum, tax) => sum + (tax.tax_behavior === "inclusive" ? tax.amount : 0),
    0,
  );
}

/** A share of an amount in whole minor units, half rounded up. */
function part(of: number, share: number, whole: number): number {
  if (whole === 0) return 0;
  const twice = BigInt(of) * BigInt(share) * 2n + BigInt(whole);
  return Number(twice / (BigInt(whole) * 2n));
}
