/** What a coupon takes off, and of what. */
export interface Reduction {
  /** Up to two decimals: `12.5`. */
  percent_off: number | null;
  /** Minor units. */
  amount_off: number | null;
  /** Products that it is limited to; all without. */
  applies_to?: { products: string[] };
}

/** One line that may be reduced; amounts are minor units, negative for a credit. */
export interface Reducible {
  amount: number;
  product: string;
  proration: boolean;
}

/**
 * What a coupon takes off each line. A percentage counts on every line, rounded per line, half up,
 * so that a credit of what was bought with it is reduced alike. An amount is taken off what is
 * bought, at most all of it, in proportion to the lines, by largest remainder: the parts always add
 * up to the whole.
 */
export function sharesOf(coupon: Reduction, lines: readonly Reducible[]): number[] {
  const eligible = lines.map(({ product }) =>
    coupon.applies_to === undefined || coupon.applies_to.products.includes(product)
  );
  if (coupon.percent_off !== null) {
    const hundredths = BigInt(Math.round(coupon.percent_off * 100));
    return lines.map(({ amount }, index) => {
      if (eligible[index] !== true) return 0;
      const off = (BigInt(Math.abs(amount)) * hundredths * 2n + 10_000n) / 20_000n;
      return Number(amount < 0 ? -off : off);
    });
  }
  const weights = lines.map(({ amount, proration }, index) =>
    eligible[index] === true && !proration ? Math.max(0, amount) : 0
  );
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return apportion(Math.min(coupon.amount_off ?? 0, whole), weights);
}

/** Splits an amount by weights, by largest remainder, the first line first among equals. */
function apportion(amount: number, weights: readonly number[]): number[] {
  const whole = BigInt(weights.reduce((sum, weight) => sum + weight, 0));
  if (whole === 0n || amount === 0) return weights.map(() => 0);
  const parts = weights.map((weight, index) => {
    const product = BigInt(amount) * BigInt(weight);
    return { index, share: Number(product / whole), rest: product % whole };
  });
  let left = amount - parts.reduce((sum, { share }) => sum + share, 0);
  const shares = parts.map(({ share }) => share);
  const byRest = parts.toSorted((a, b) =>
    a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1
  );
  for (const { index } of byRest) {
    if (left-- <= 0) break;
    shares[index] = (shares[index] ?? 0) + 1;
  }
  return shares;
}
