import type Stripe from "stripe";
import { amountFor, type PriceRule, type Tier } from "../billing/price-amounts.ts";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import type { Documents } from "../wire.ts";

type Price = Documents["price"];

/** The parameters of what a price costs. */
export const ruleParameters = [
  "billing_scheme",
  "tiers.flat_amount",
  "tiers.unit_amount",
  "tiers.unit_amount_decimal",
  "tiers.up_to",
  "tiers_mode",
  "unit_amount",
  "unit_amount_decimal",
] as const;

const keyOf = (price: string) => `tiers of ${price}`;

/** What a quantity of a price costs. */
export function costOf(call: Call, price: Price, quantity: number): number {
  return amountFor(ruleOf(call, price), quantity);
}

function ruleOf(call: Call, price: Price): PriceRule {
  const tiers = tiersOf(call, price.id);
  const { tiers_mode, unit_amount, unit_amount_decimal } = price;
  return {
    tiers_mode,
    unit_amount,
    unit_amount_decimal,
    ...(tiers === undefined ? {} : { tiers }),
  };
}

/** The tiers of a price, which Stripe shows only when they are expanded. */
export function tiersOf(call: Call, price: string): Tier[] | undefined {
  return call.store.hidden<Tier[]>(keyOf(price));
}

/** Keeps the tiers of a new price. */
export function keepTiers(call: Call, price: string, tiers: readonly Tier[]): void {
  call.store.hide(keyOf(price), tiers);
}

/** What a price is to cost, checked as Stripe does. */
export function givenRule(params: Stripe.PriceCreateParams): PriceRule {
  const { billing_scheme: scheme = "per_unit", tiers, tiers_mode: mode } = params;
  const decimal = params.unit_amount_decimal?.toString();
  if (scheme === "tiered") {
    if (tiers === undefined || mode === undefined) {
      throw invalid("A tiered price needs `tiers` and `tiers_mode`.", { param: "tiers" });
    }
    if (params.unit_amount !== undefined || decimal !== undefined) {
      throw invalid("A tiered price has its amounts in its tiers.", { param: "unit_amount" });
    }
    return {
      tiers: givenTiers(tiers),
      tiers_mode: mode,
      unit_amount: null,
      unit_amount_decimal: null,
    };
  }
  if (tiers !== undefined || mode !== undefined) {
    throw invalid("Only a price with `billing_scheme=tiered` has tiers.", { param: "tiers" });
  }
  if ((params.unit_amount === undefined) === (decimal === undefined)) {
    throw invalid(
      params.unit_amount === undefined
        ? "Missing required param: unit_amount."
        : "You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
      {
        ...(params.unit_amount === undefined ? { code: "parameter_missing" } : {}),
        param: "unit_amount",
      },
    );
  }
  return { tiers_mode: null, ...unit(params.unit_amount, decimal, "unit_amount") };
}

function givenTiers(given: readonly Stripe.PriceCreateParams.Tier[]): Tier[] {
  return given.map((tier, index) => {
    const param = `tiers[${index}]`;
    const last = index === given.length - 1;
    const before = given[index - 1]?.up_to ?? 0;
    const rises = typeof tier.up_to === "number" && typeof before === "number" &&
      tier.up_to > before;
    if (last ? tier.up_to !== "inf" : !rises) {
      throw invalid("Tiers must rise, and the last one's `up_to` be `inf`.", {
        param: `${param}[up_to]`,
      });
    }
    return {
      flat_amount: tier.flat_amount ?? null,
      up_to: typeof tier.up_to === "number" ? tier.up_to : null,
      ...unit(tier.unit_amount ?? 0, tier.unit_amount_decimal?.toString(), `${param}[unit_amount]`),
    };
  });
}

function unit(
  whole: number | undefined,
  decimal: string | undefined,
  param: string,
): { unit_amount: number | null; unit_amount_decimal: string } {
  const text = decimal ?? String(whole ?? 0);
  if (!/^\d+(\.\d{1,12})?$/.test(text)) {
    throw invalid("This value must be greater than or equal to 0, with at most 12 decimals.", {
      param,
    });
  }
  return { unit_amount: text.includes(".") ? null : Number(text), unit_amount_decimal: text };
}
