/**
 * How many decimals a currency has: ISO 4217's minor units, and where Stripe counts otherwise.
 *
 * A committed table, not `Intl`: the runtime's digits come from CLDR, which describes how prices
 * are written, not how they are counted (AFN, IQD and RSD have 0 there), and it changes with the
 * ICU that a Deno release carries (HUF went from 2 to 0). A currency that gains a decimal by an upgrade is a wrong charge.
 *
 * Fund codes and metals (CLF, XDR, XAU, …) are absent: nobody is charged in them.
 *
 * @see https://www.six-group.com/en/products-services/financial-information/market-reference-data/data-standards.html (list one)
 * @see https://docs.stripe.com/currencies
 */

const NO_DECIMALS = words(`
  BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF`);

const THREE_DECIMALS = words(`BHD IQD JOD KWD LYD OMR TND`);

const TWO_DECIMALS = words(`
  AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
  CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
  HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
  MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB
  SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
  USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`);

/** Withdrawn, but still on invoices that Stripe holds. */
const WITHDRAWN = words(`ANG BGN HRK SLL STD`);

const EXPONENTS: ReadonlyMap<string, Exponent> = new Map<string, Exponent>([
  ...NO_DECIMALS.map((code) => [code, 0] as const),
  ...TWO_DECIMALS.map((code) => [code, 2] as const),
  ...WITHDRAWN.map((code) => [code, 2] as const),
  ...THREE_DECIMALS.map((code) => [code, 3] as const),
]);

/**
 * Where Stripe's amounts differ from ISO 4217. ISK and UGX have no decimals but are sent with two,
 * always 00 (UGX stands in Stripe's zero-decimal list too: its "special cases" table overrules it);
 * MGA has two but is sent without. HUF and TWD are charged with two decimals as in ISO 4217; only
 * payouts must be whole, and we make none.
 */
const STRIPE_EXPONENTS: ReadonlyMap<string, Exponent> = new Map<string, Exponent>([
  ["ISK", 2],
  ["UGX", 2],
  ["MGA", 0],
]);

/** Number of decimals: an amount of 1 is 10^-exponent of the currency. */
export type Exponent = 0 | 2 | 3;

/** Every code that {@linkcode exponentOf} knows, upper case. */
export const CURRENCIES: readonly string[] = [...EXPONENTS.keys()].sort();

/** Whether `code` is an upper-case ISO 4217 code that prices can have. */
export function isCurrency(code: string): boolean {
  return EXPONENTS.has(code);
}

/**
 * ISO 4217 minor units of an upper-case code.
 *
 * @throws {RangeError} the code is unknown or not upper case
 */
export function exponentOf(currency: string): Exponent {
  const exponent = EXPONENTS.get(currency);
  if (exponent === undefined) {
    throw new RangeError(
      `unknown currency ${JSON.stringify(currency)}: expected an upper-case ISO 4217 code`,
    );
  }
  return exponent;
}

/**
 * Decimals of the amounts that Stripe takes and gives for an upper-case code.
 *
 * @throws {RangeError} the code is unknown or not upper case
 */
export function stripeExponentOf(currency: string): Exponent {
  return STRIPE_EXPONENTS.get(currency) ?? exponentOf(currency);
}

function words(list: string): string[] {
  return list.trim().split(/\s+/);
}
