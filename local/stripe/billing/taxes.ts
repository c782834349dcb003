import { standardRate } from "./tax-rates.ts";

/** Where the seller collects tax: chosen in Stripe's dashboard under Tax. */
export interface Registration {
  /** The country of the head office, where the seller is registered. */
  head_office: string;
  /** Whether the seller collects other countries' VAT by the Union's one-stop shop. */
  oss: boolean;
}

/** Who is taxed, as far as it counts. */
export interface Taxable {
  country: string;
  exempt: string;
  taxIds: readonly { type: string; country: string | null }[];
}

/** What tax is due, and why; `rate` in hundredths of a percent. */
export interface Decision {
  country: string;
  rate: number;
  reason: "customer_exempt" | "not_collecting" | "reverse_charge" | "standard_rated";
}

/**
 * What VAT a service bears within and out of the European Union. As Stripe Tax does, it goes by a
 * well-formed VAT id, whether it has been verified or not: who sells must not give a customer an id
 * that was refused.
 */
export function decide(who: Taxable, seller: Registration): Decision {
  const { country } = who;
  const none = (reason: Decision["reason"]) => ({ country, rate: 0, reason });
  if (who.exempt === "exempt") return none("customer_exempt");
  if (who.exempt === "reverse") return none("reverse_charge");
  const own = standardRate(country);
  const home = standardRate(seller.head_office);
  if (own === undefined || home === undefined) return none("not_collecting");
  if (country === seller.head_office) return { country, rate: own, reason: "standard_rated" };
  const business = who.taxIds.some(({ type, country: of }) =>
    type === "eu_vat" && (of ?? country) !== seller.head_office
  );
  if (business) return none("reverse_charge");
  // Below the Union's threshold a seller without the one-stop shop charges the tax of its own country.
  return seller.oss
    ? { country, rate: own, reason: "standard_rated" }
    : { country: seller.head_office, rate: home, reason: "standard_rated" };
}

/** The tax of an amount in whole minor units, half rounded up away from nothing. */
export function taxOn(amount: number, rate: number, behavior: "exclusive" | "inclusive"): number {
  const whole = behavior === "exclusive" ? 10_000n : 10_000n + BigInt(rate);
  const part = (BigInt(Math.abs(amount)) * BigInt(rate) * 2n + whole) / (whole * 2n);
  return Number(amount < 0 ? -part : part);
}
