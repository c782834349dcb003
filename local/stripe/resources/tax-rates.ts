import { ratedCountries, standardRate } from "../billing/tax-rates.ts";
import { missing } from "../errors.ts";
import { operation, type Resource } from "../resource.ts";
import type { Documents } from "../wire.ts";

export type TaxRate = Documents["tax_rate"];

/** When these rates were written down: they are the same for everybody, so they have no other time. */
const known = Date.UTC(2026, 0, 1) / 1000;

/** The rate that Stripe Tax shows for a country's tax; 0 where none is collected. */
export function taxRateOf(country: string, rate: number, inclusive: boolean): TaxRate {
  return {
    id: `txr_local${country}${rate}${inclusive ? "i" : "e"}`,
    object: "tax_rate",
    active: false,
    country,
    created: known,
    description: null,
    display_name: "VAT",
    effective_percentage: rate / 100,
    flat_amount: null,
    inclusive,
    jurisdiction: country,
    jurisdiction_level: "country",
    livemode: false,
    metadata: {},
    percentage: rate / 100,
    rate_type: "percentage",
    state: null,
    tax_type: "vat",
  };
}

/** The rate of an id: it says what it is, so that a preview's rates can be read, too. */
export function knownTaxRate(id: string): TaxRate | undefined {
  const [, country = "", digits = "", behavior] = /^txr_local([A-Z]{2})(\d+)([ie])$/.exec(id) ?? [];
  const rate = Number(digits);
  const exists = rate === 0 || (ratedCountries.includes(country) && standardRate(country) === rate);
  return behavior === undefined || !exists ? undefined : taxRateOf(country, rate, behavior === "i");
}

const retrieve = operation("GET /v1/tax_rates/{id}", [], (_call, _params, id) => {
  const rate = knownTaxRate(id);
  if (rate === undefined) throw missing("tax_rate", id);
  return rate;
});

export const taxRates: Resource = { kinds: ["tax_rate"], operations: [retrieve] };
