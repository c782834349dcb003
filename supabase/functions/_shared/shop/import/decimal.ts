/** Prices as people write them, and as we count them: no float on the way. */
import { exponentOf } from "../../currencies.ts";

/** The most that Stripe takes, and the database holds. https://docs.stripe.com/currencies */
const largest = 99_999_999n;

/** What a cell's price is: minor units, or why it is none. */
export type Parsed = { amount: number } | { problem: string };

/**
 * Minor units of a decimal: "12.5" is 1250 in EUR, "12" is 12 in JPY, "1.234" is 1234 in KWD. No sign, no
 * grouping, and no more decimals than the currency has, were they zeros: "1.500" in EUR may be meant as 1500.
 *
 * @param comma whether a comma may stand for the point, as it does where semicolons separate cells
 */
export function minorUnits(text: string, currency: string, comma: boolean): Parsed {
  const exponent = exponentOf(currency);
  const parts = (comma ? /^(\d+)(?:[.,](\d+))?$/ : /^(\d+)(?:\.(\d+))?$/).exec(text);
  if (parts === null) return { problem: `It is not a price: expected digits, as 1234.50.` };
  const [, whole, decimals = ""] = parts;
  if (decimals.length > exponent) {
    const has = exponent === 0 ? "no decimals" : `${exponent} decimals at most`;
    return { problem: `It is no price in ${currency}, which has ${has}.` };
  }
  const amount = BigInt(whole + decimals.padEnd(exponent, "0"));
  if (amount > largest) return { problem: "It is too much: Stripe takes eight digits at most." };
  return { amount: Number(amount) };
}

/** The decimal that {@linkcode minorUnits} reads as `amount`, with all of the currency's decimals. */
export function decimalOf(amount: number, currency: string): string {
  const exponent = exponentOf(currency);
  const digits = String(amount).padStart(exponent + 1, "0");
  const cut = digits.length - exponent;
  return exponent === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
}
