/** From what one chooses (a size, a colour) to what is bought. */
import type { Variant } from "../types.ts";

/** An option and its values, in the variants' order. */
export interface Option {
  name: string;
  values: string[];
}

const valueOf = ({ options }: Variant, name: string) => String(options[name] ?? "");

/** What the variants differ by; empty where they do not, or where that does not tell them apart. */
export function optionsOf(variants: Variant[]): Option[] {
  const names = [...new Set(variants.flatMap(({ options }) => Object.keys(options)))];
  const kinds = new Set(variants.map((one) => JSON.stringify(names.map((n) => valueOf(one, n)))));
  if (kinds.size < variants.length) return [];
  return names.map((name) => ({
    name,
    values: [...new Set(variants.map((one) => valueOf(one, name)).filter((one) => one !== ""))],
  }));
}

/** What is shown first: the first that can be had, else the first. */
export function firstChoice(variants: Variant[]): Variant | undefined {
  return variants.find(({ availability }) => availability !== "out_of_stock") ?? variants[0];
}

/**
 * The variant with a value chosen anew: that which keeps most of what was chosen before, and can be had if
 * several do.
 */
export function withOption(
  variants: Variant[],
  chosen: Variant,
  name: string,
  value: string,
): Variant | undefined {
  const kept = (one: Variant) =>
    Object.keys(chosen.options).filter((other) => valueOf(one, other) === valueOf(chosen, other))
      .length;
  const score = (one: Variant) => kept(one) * 2 + Number(one.availability !== "out_of_stock");
  return variants.filter((one) => valueOf(one, name) === value)
    .toSorted((one, other) => score(other) - score(one))[0];
}
