import { displayMoney } from "../billing/display.ts";
import { knownTaxRate } from "../resources/tax-rates.ts";
import type { Store } from "../store.ts";
import type { Documents } from "../wire.ts";

/** What a document says of its taxes, a line each. */
export function taxLines(
  taxes: Documents["invoice"]["total_taxes"],
  currency: string,
): string[] {
  return (taxes ?? []).flatMap((tax) => {
    if (tax.taxability_reason === "reverse_charge") {
      return ["Tax to be paid by the recipient on reverse charge basis"];
    }
    const rate = knownTaxRate(tax.tax_rate_details?.tax_rate ?? "");
    if (rate === undefined || tax.taxability_reason !== "standard_rated") return [];
    const of = displayMoney(tax.taxable_amount ?? 0, currency);
    const included = tax.tax_behavior === "inclusive" ? " included" : "";
    return [
      `VAT ${rate.country} ${rate.percentage}% on ${of}${included}   ${
        displayMoney(tax.amount, currency)
      }`,
    ];
  });
}

/** The tax ids of who sells and who buys, a line each. */
export function taxIdLines(store: Store, invoice: Documents["invoice"]): string[] {
  const sellers = (invoice.account_tax_ids ?? []).flatMap((id) => {
    const taxId = store.get("tax_id", id);
    return taxId === undefined ? [] : [`Seller's ${nameOf(taxId.type)}: ${taxId.value}`];
  });
  const buyers = (invoice.customer_tax_ids ?? []).map(({ type, value }) =>
    `Customer's ${nameOf(type)}: ${value ?? ""}`
  );
  return [...sellers, ...buyers];
}

function nameOf(type: string): string {
  return type.endsWith("_vat") ? "VAT number" : "tax number";
}
