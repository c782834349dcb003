/** Amounts as staff type them, in minor units: no float on the way. */
import { exponentOf } from "../../../../supabase/functions/_shared/currencies.ts";
import { ProblemError } from "../../problem.ts";

/**
 * Minor units of what was typed, with a point or a comma: "12,5" is 1250 in EUR, "12" is 12 in JPY. No sign,
 * no grouping, and no more decimals than the currency has.
 *
 * @param field names it where it is no amount
 * @returns undefined for nothing
 * @throws {ProblemError} `invalid_amount`
 */
export function amountTyped(
  text: string | undefined,
  currency: string,
  field: string,
): number | undefined {
  const typed = text?.trim() ?? "";
  if (typed === "") return undefined;
  const exponent = exponentOf(currency);
  const parts = /^(\d{1,11})(?:[.,](\d+))?$/.exec(typed);
  const [, whole = "", decimals = ""] = parts ?? [];
  if (parts === null || decimals.length > exponent) {
    const decimal = exponent === 0 ? "1234" : `1234.${"50".padEnd(exponent, "0")}`;
    throw new ProblemError({
      code: "invalid_amount",
      status: 422,
      title: "This is not an amount",
      errors: [{ pointer: `/${field}`, detail: `expected digits, as ${decimal}` }],
    });
  }
  return Number(whole + decimals.padEnd(exponent, "0"));
}

/** An amount as one may go on typing it; nothing for none. */
export function typedAmount(amount: number | null | undefined, currency: string): string {
  if (amount == null) return "";
  const exponent = exponentOf(currency);
  if (exponent === 0) return String(amount);
  const digits = String(amount).padStart(exponent + 1, "0");
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
