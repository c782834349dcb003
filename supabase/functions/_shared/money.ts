/**
 * Money: an integer of minor units and an ISO 4217 currency. No operation passes through a float:
 * products and quotients are taken in `bigint`, and a result beyond 2^53 throws instead of rounding.
 */
import * as z from "zod";
import { exponentOf, isCurrency, stripeExponentOf } from "./currencies.ts";

/** An amount of minor units (1900 is 19.00 EUR, 1900 JPY, 1.900 KWD) in an upper-case currency. */
export const Money = z.strictObject({
  amount: z.int(),
  currency: z.string().refine(isCurrency, "expected an upper-case ISO 4217 code"),
});
export type Money = z.infer<typeof Money>;

/**
 * Checks and makes a {@linkcode Money}; the currency may be lower case, as Stripe writes it.
 *
 * @param amount minor units; a `bigint` column is taken as it comes
 * @throws {RangeError} the amount is not a safe integer, or the currency is unknown
 */
export function money(amount: number | bigint, currency: string): Money {
  const code = currency.toUpperCase();
  exponentOf(code);
  return { amount: safe(amount), currency: code };
}

/** @throws {TypeError} the currencies differ */
export function add(a: Money, b: Money): Money {
  assertSameCurrency("add", a, b);
  return money(safe(a.amount) + safe(b.amount), a.currency);
}

/** `a - b`; may be negative. @throws {TypeError} the currencies differ */
export function subtract(a: Money, b: Money): Money {
  assertSameCurrency("subtract", a, b);
  return money(safe(a.amount) - safe(b.amount), a.currency);
}

/** @param quantity an integer; negative gives a credit. @throws {RangeError} it is a fraction */
export function multiply(price: Money, quantity: number): Money {
  return money(integer(price.amount) * integer(quantity), price.currency);
}

/**
 * `basisPoints` hundredths of a percent of an amount (2000 is 20 %), rounded half away from zero.
 *
 * Half away from zero and not half to even: it is how a customer checks a tax line by hand, and it
 * gives a refund the mirror image of its charge. What half to even is good for, many roundings that
 * must add up, is the work of {@linkcode apportion}.
 */
export function percentage(of: Money, basisPoints: number): Money {
  return money(divideHalfAway(integer(of.amount) * integer(basisPoints), 10_000n), of.currency);
}

/**
 * Splits `total` in proportion to `weights` by largest remainder: the parts add up to the total
 * exactly, none is more than one minor unit off its share, none has the other sign, and a weight of
 * 0 gets 0. Equal remainders go to the earlier weight, so the same call gives the same parts.
 *
 * @param weights integers of 0 or more, at least one above 0
 * @throws {RangeError} a weight is negative or a fraction, or all are 0
 */
export function apportion(total: Money, weights: readonly number[]): Money[] {
  const shares = weights.map(integer);
  const whole = shares.reduce((sum, share) => sum + share, 0n);
  if (shares.some((share) => share < 0n) || whole === 0n) {
    throw new RangeError("cannot apportion: weights must be 0 or more, and one above 0");
  }
  const amount = integer(total.amount);
  const sign = amount < 0n ? -1n : 1n;
  const size = amount * sign;

  const parts = shares.map((share) => size * share / whole);
  const missing = size - parts.reduce((sum, part) => sum + part, 0n);
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: size * share % whole }))
    .sort((a, b) =>
      a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1
    )
    .slice(0, Number(missing));
  const raised = new Set(byRemainder.map(({ index }) => index));
  return parts.map((part, index) =>
    money(sign * (raised.has(index) ? part + 1n : part), total.currency)
  );
}

/**
 * The amount as a reader of `locale` writes it: "19,00 €" in fr, "€19.00" in en, with the spaces
 * that don't break which that language uses.
 *
 * @param locale BCP 47, such as "fr"
 */
export function formatMoney({ amount, currency }: Money, locale: string): string {
  const decimals = exponentOf(currency);
  // From the table, not from Intl, whose digits differ (IQD). A decimal string keeps every digit.
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(decimalString(safe(amount), decimals) as `${number}`);
}

/**
 * Amount and currency as Stripe's API takes them: in its own decimals, the code in lower case.
 *
 * @throws {RangeError} Stripe cannot charge this amount exactly: three-decimal currencies go in
 * tens, MGA in whole units. Pass it through {@linkcode roundToChargeable} first if it was computed.
 * @see https://docs.stripe.com/currencies#special-cases
 */
export function toStripeAmount(price: Money): { amount: number; currency: string } {
  const { scale, step } = stripeScale(price.currency);
  const amount = integer(price.amount);
  if (amount % step !== 0n) {
    throw new RangeError(
      `cannot charge ${decimalString(price.amount, exponentOf(price.currency))} ` +
        `${price.currency}: Stripe takes multiples of ${step} minor units`,
    );
  }
  return {
    amount: safe(scale > 0 ? amount * 10n ** BigInt(scale) : amount / 10n ** BigInt(-scale)),
    currency: price.currency.toLowerCase(),
  };
}

/**
 * The money that Stripe means by `amount` and `currency` (either case).
 *
 * @throws {RangeError} the currency is unknown, or the amount has decimals that it does not have
 */
export function fromStripeAmount(amount: number, currency: string): Money {
  const code = currency.toUpperCase();
  const { scale } = stripeScale(code);
  const stripe = integer(amount);
  if (scale <= 0) return money(stripe * 10n ** BigInt(-scale), code);
  const factor = 10n ** BigInt(scale);
  if (stripe % factor !== 0n) {
    throw new RangeError(
      `cannot hold Stripe's ${amount} ${code}: it is no multiple of ${factor}, ` +
        `and ${code} has no decimals`,
    );
  }
  return money(stripe / factor, code);
}

/** The nearest amount that {@linkcode toStripeAmount} accepts, halves away from zero. */
export function roundToChargeable(price: Money): Money {
  const { step } = stripeScale(price.currency);
  return money(divideHalfAway(integer(price.amount), step) * step, price.currency);
}

/** Powers of ten from our minor units to Stripe's, and the steps in which it can be charged. */
function stripeScale(currency: string): { scale: number; step: bigint } {
  const exponent = exponentOf(currency);
  const scale = stripeExponentOf(currency) - exponent;
  return { scale, step: exponent === 3 ? 10n : scale < 0 ? 10n ** BigInt(-scale) : 1n };
}

function assertSameCurrency(verb: string, a: Money, b: Money): void {
  if (a.currency !== b.currency) {
    throw new TypeError(
      `cannot ${verb} ${a.currency} and ${b.currency}: convert one of them first`,
    );
  }
}

/** `n / d` to the nearest integer, halves away from zero; `d` is positive. */
function divideHalfAway(n: bigint, d: bigint): bigint {
  return n < 0n ? -((-n * 2n + d) / (d * 2n)) : (n * 2n + d) / (d * 2n);
}

function decimalString(amount: number, decimals: number): string {
  const digits = String(Math.abs(amount)).padStart(decimals + 1, "0");
  const cut = digits.length - decimals;
  return (amount < 0 ? "-" : "") + digits.slice(0, cut) +
    (decimals === 0 ? "" : "." + digits.slice(cut));
}

function integer(value: number): bigint {
  return BigInt(safe(value));
}

/** The value as a safe integer, -0 as 0. */
function safe(value: number | bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new RangeError(`not a whole amount within ±(2^53 - 1): ${value}`);
  }
  return number === 0 ? 0 : number;
}
