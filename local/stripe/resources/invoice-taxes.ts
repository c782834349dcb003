import { taxOn } from "../billing/taxes.ts";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import type { Documents } from "../wire.ts";
import { decisionFor } from "./customer-taxes.ts";
import { taxIdsOf } from "./tax-ids.ts";
import { taxRateOf } from "./tax-rates.ts";

type Invoice = Documents["invoice"];
type Line = Invoice["lines"]["data"][number];
type Customer = Documents["customer"];
type Tax = NonNullable<Invoice["total_taxes"]>[number];

/** Taxes of lines as the whole shows them: one of each rate and reason. */
export function sumTaxes(taxes: readonly Tax[]): Tax[] {
  const alike = Map.groupBy(
    taxes,
    ({ tax_behavior, tax_rate_details: rate, taxability_reason: reason }) =>
      JSON.stringify([tax_behavior, rate?.tax_rate, reason]),
  );
  return [...alike.values()].flatMap((all) => {
    const [first] = all;
    return first === undefined ? [] : [{
      ...first,
      amount: all.reduce((sum, { amount }) => sum + amount, 0),
      taxable_amount: all.reduce((sum, one) => sum + (one.taxable_amount ?? 0), 0),
    }];
  });
}

/** What the taxes of one behavior come to. */
export function amountOfTaxes(taxes: readonly Tax[], behavior: "exclusive" | "inclusive"): number {
  return taxes.reduce((sum, tax) => sum + (tax.tax_behavior === behavior ? tax.amount : 0), 0);
}

/**
 * What an invoice says of its customer and of tax as things are now, where it computes tax by
 * itself. Discounts are taken off before.
 */
export function taxesOf(call: Call, invoice: Invoice, customer: Customer): Partial<Invoice> {
  const about: Partial<Invoice> = {
    customer_address: customer.address ?? null,
    customer_tax_exempt: customer.tax_exempt ?? "none",
    customer_tax_ids: taxIdsOf(call, customer.id).map(({ type, value }) => ({ type, value })),
  };
  if (!invoice.automatic_tax.enabled) return about;
  const decision = decisionFor(call, customer);
  const lines = invoice.lines.data.map((line) =>
    decision === null ? { ...line, taxes: [] } : { ...line, taxes: [taxOf(call, line, decision)] }
  );
  const taxes = sumTaxes(lines.flatMap((line) => line.taxes ?? []));
  const off = (invoice.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const exclusive = amountOfTaxes(taxes, "exclusive");
  const inclusive = amountOfTaxes(taxes, "inclusive");
  const total = invoice.subtotal - off + exclusive;
  const hidden = decision === null
    ? 0
    : lines.reduce((sum, line) => sum + inclusiveOf(line, decision.rate), 0);
  return {
    ...about,
    automatic_tax: {
      ...invoice.automatic_tax,
      status: decision === null ? "requires_location_inputs" : "complete",
    },
    lines: { ...invoice.lines, data: lines },
    subtotal_excluding_tax: invoice.subtotal - hidden,
    total,
    total_excluding_tax: total - exclusive - inclusive,
    total_taxes: taxes,
  };
}

function taxOf(
  call: Call,
  line: Line,
  { country, rate, reason }: { country: string; rate: number; reason: string },
): Tax {
  const off = (line.discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const base = line.amount - off;
  const behavior = behaviorOf(call, line.pricing?.price_details?.price ?? "");
  const amount = taxOn(base, rate, behavior);
  return {
    amount,
    tax_behavior: behavior,
    tax_rate_details: { tax_rate: taxRateOf(country, rate, behavior === "inclusive").id },
    taxability_reason: reason,
    taxable_amount: behavior === "inclusive" ? base - amount : base,
    type: "tax_rate_details",
  };
}

/** The tax within a line's own amount, before discounts. */
function inclusiveOf(line: Line, rate: number): number {
  const [tax] = line.taxes ?? [];
  return tax?.tax_behavior === "inclusive" ? taxOn(line.amount, rate, "inclusive") : 0;
}

/** Whether a price holds its tax; throws where neither it nor the account says so. */
export function behaviorOf(call: Call, price: string): "exclusive" | "inclusive" {
  const own = call.need("price", price).tax_behavior;
  if (own === "exclusive") return "exclusive";
  if (own === "inclusive") return "inclusive";
  const fallback = call.settings.tax_behavior;
  if (fallback !== null) return fallback;
  throw invalid(
    `The price ${price} has no \`tax_behavior\`: automatic tax needs one, the price's or the ` +
      "default of the account's tax settings.",
    { param: "automatic_tax" },
  );
}
