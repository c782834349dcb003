import type { Documents } from "../wire.ts";

type Tax = NonNullable<Documents["invoice"]["total_taxes"]>[number];

/** Taxes of lines as the whole shows them: one of each rate and reason. */
export function sumTaxes(taxes: readonly Tax[]): Tax[] {
  const alike = Map.groupBy(
    taxes,
    ({ tax_behavior, tax_rate_details: rate, taxability_reason: reason }) =>
      JSON.stringify([tax_behavior, rate?.tax_rate, reason]),
  );
  return [...alike.values()].flatMap((all) => {
    const [first] = all;
    return first === undefined ? [] : [{
      ...first,
      amount: all.reduce((sum, { amount }) => sum + amount, 0),
      taxable_amount: all.reduce((sum, one) => sum + (one.taxable_amount ?? 0), 0),
    }];
  });
}
