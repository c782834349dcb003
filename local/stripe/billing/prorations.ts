/** A span of time in whole seconds. */
export interface Period {
  start: number;
  end: number;
}

/**
 * The part of a period's amount that falls on the time from `from` to its end, by the second, in
 * whole minor units, half rounded up, as at Stripe:
 * https://docs.stripe.com/billing/subscriptions/prorations
 * BigInt, because a large amount times the seconds of a year passes 2^53.
 */
export function amountFrom(amount: number, from: number, { start, end }: Period): number {
  if (from <= start) return amount;
  if (from >= end) return 0;
  const left = BigInt(end - from);
  const whole = BigInt(end - start);
  return Number((BigInt(amount) * left * 2n + whole) / (whole * 2n));
}
