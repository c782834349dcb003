import { ratedCountries } from "../billing/tax-rates.ts";
import type { CheckoutSession } from "../resources/checkout-session-object.ts";
import type { TaxForm } from "../resources/checkout-taxes.ts";
import { field } from "./forms.ts";
import { escape } from "./html.ts";

type Values = ReadonlyMap<string, string>;

const countries = [...ratedCountries, "CA", "CH", "GB", "NO", "US"].sort();
const taxIdTypes = ["eu_vat", "gb_vat", "ch_vat", "no_vat"];

/** The fields for where the customer is billed, and for his tax id. */
export function taxFieldsOf(session: CheckoutSession, values: Values): string {
  const asksAddress = session.automatic_tax.enabled ||
    session.billing_address_collection === "required";
  const asksTaxId = session.tax_id_collection?.enabled === true;
  if (!asksAddress && !asksTaxId) return "";
  const button = session.automatic_tax.enabled
    ? `<p><button class="quiet" formaction="/checkout/${session.id}/tax">Update the total</button></p>`
    : "";
  return `${asksAddress ? addressFields(session, values) : ""}
${asksTaxId ? taxIdFields(session, values) : ""}${button}`;
}

function addressFields(session: CheckoutSession, values: Values): string {
  const known = session.customer_details?.address;
  const text = (part: "line1" | "postal_code" | "city" | "state", label: string, auto: string) =>
    field(`billing_${part}`, label, {
      value: values.get(`billing_${part}`) ?? known?.[part] ?? "",
      autocomplete: `billing ${auto}`,
    });
  const chosen = values.get("billing_country") ?? known?.country ?? "";
  const named = new Intl.DisplayNames("en", { type: "region" });
  const options = countries.map((country) =>
    `<option value="${country}"${country === chosen ? " selected" : ""}>${
      escape(named.of(country) ?? country)
    }</option>`
  );
  return `<fieldset><legend>Billing address</legend>
${text("line1", "Address", "address-line1")}
<div class="pair">${text("postal_code", "Postal code", "postal-code")}
${text("city", "City", "address-level2")}</div>
${text("state", "State (where there is one)", "address-level1")}
<div class="field"><label for="billing_country">Country</label>
<select id="billing_country" name="billing_country" autocomplete="billing country">
<option value="">Choose</option>${options.join("")}</select></div>
</fieldset>`;
}

function taxIdFields(session: CheckoutSession, values: Values): string {
  const known = session.customer_details;
  const [taxId] = known?.tax_ids ?? [];
  const chosen = values.get("tax_id_type") ?? taxId?.type ?? "eu_vat";
  const options = taxIdTypes.map((type) =>
    `<option${type === chosen ? " selected" : ""}>${type}</option>`
  );
  const must = session.tax_id_collection?.required === "if_supported" ? "" : " (optional)";
  return `<fieldset><legend>Business${must}</legend>
${
    field("business_name", "Business name", {
      value: values.get("business_name") ?? known?.business_name ?? "",
      autocomplete: "organization",
    })
  }
<div class="pair"><div class="field"><label for="tax_id_type">Kind of tax ID</label>
<select id="tax_id_type" name="tax_id_type">${options.join("")}</select></div>
${field("tax_id", "Tax ID", { value: values.get("tax_id") ?? taxId?.value ?? "" })}</div>
</fieldset>`;
}

/** What was typed in these fields. */
export function readTaxForm(form: Values): TaxForm {
  const text = (name: string) => form.get(name)?.trim() || undefined;
  const country = text("billing_country");
  const taxId = text("tax_id");
  return {
    address: country === undefined ? null : {
      city: text("billing_city") ?? null,
      country,
      line1: text("billing_line1") ?? null,
      line2: text("billing_line2") ?? null,
      postal_code: text("billing_postal_code") ?? null,
      state: text("billing_state") ?? null,
    },
    businessName: text("business_name"),
    taxId: taxId === undefined
      ? undefined
      : { type: text("tax_id_type") ?? "eu_vat", value: taxId },
  };
}
