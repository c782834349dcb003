/** What a unit costs: whole minor units, or a decimal of them as text. */
export interface UnitPrice {
  unit_amount: number | null;
  unit_amount_decimal: string | null;
}

/** One step of a tiered price; the last has no end. */
export interface Tier extends UnitPrice {
  flat_amount: number | null;
  up_to: number | null;
}

/** How a price turns a quantity into an amount. */
export interface PriceRule extends UnitPrice {
  tiers_mode: string | null;
  tiers?: readonly Tier[];
}

/** Stripe takes twelve decimals of a minor unit. */
const scale = 12;
const one = 10n ** BigInt(scale);

/** What a quantity costs, in whole minor units, half rounded up. */
export function amountFor(rule: PriceRule, quantity: number): number {
  const exact = rule.tiers === undefined
    ? scaled(rule) * BigInt(quantity)
    : rule.tiers_mode === "volume"
    ? volume(rule.tiers, quantity)
    : graduated(rule.tiers, quantity);
  const negative = exact < 0n;
  const rounded = ((negative ? -exact : exact) * 2n + one) / (one * 2n);
  return Number(negative ? -rounded : rounded);
}

/** Each unit costs what the tier says that it lies in. */
function graduated(tiers: readonly Tier[], quantity: number): bigint {
  let sum = 0n;
  let from = 0;
  for (const tier of tiers) {
    const until = Math.min(quantity, tier.up_to ?? Infinity);
    // A tier's flat part is due as soon as the tier is reached, the first one's always.
    if (quantity > from || from === 0) sum += BigInt(tier.flat_amount ?? 0) * one;
    if (until > from) sum += scaled(tier) * BigInt(until - from);
    if (quantity <= until) break;
    from = until;
  }
  return sum;
}

/** All units cost what the tier says that their number lies in. */
function volume(tiers: readonly Tier[], quantity: number): bigint {
  const tier = tiers.find(({ up_to: end }) => end === null || quantity <= end);
  if (tier === undefined) throw new Error(`no tier holds ${quantity}`);
  return BigInt(tier.flat_amount ?? 0) * one + scaled(tier) * BigInt(quantity);
}

function scaled({ unit_amount: whole, unit_amount_decimal: decimal }: UnitPrice): bigint {
  const [, sign = "", digits = "0", rest = ""] = /^(-?)(\d+)(?:\.(\d+))?$/
    .exec(decimal ?? String(whole ?? 0)) ?? [];
  const value = BigInt(digits + rest.slice(0, scale).padEnd(scale, "0"));
  return sign === "-" ? -value : value;
}
