/** What shipping costs: the rates that staff wrote, those for this cart and country. */
import { ProblemError, problemOf } from "../../problem.ts";
import type { Supabase } from "../../supabase.ts";
import type { Cart } from "../types.ts";

/** Reads the rates on offer, cheapest of the same place first. @throws {ProblemError} */
export async function readRates(supabase: Supabase) {
  const { data, error } = await supabase.from("shipping_rates").select(`
    id, name_en, name_fr, price_list_id, amount, countries, min_weight, max_weight, min_total,
    max_total, min_days, max_days
  `).eq("active", true).order("position").order("amount");
  if (error !== null) throw new ProblemError(await problemOf(error));
  return data;
}

export type Rate = Awaited<ReturnType<typeof readRates>>[number];

/** Grams of all that is in the cart. */
export function weightOf(cart: Cart): number {
  return cart.lines.reduce(
    (sum, { item, quantity }) => sum + (item?.weight_grams ?? 0) * quantity,
    0,
  );
}

/** The rates that this cart can be sent by. A discount may yet change that: the order has the last word. */
export function ratesFor(rates: Rate[], cart: Cart, country: string): Rate[] {
  const within = (value: number, from: number | null, below: number | null) =>
    value >= (from ?? 0) && (below === null || value < below);
  return rates.filter((rate) =>
    rate.price_list_id === cart.price_list &&
    (rate.countries === null || rate.countries.includes(country)) &&
    within(weightOf(cart), rate.min_weight, rate.max_weight) &&
    within(cart.subtotal_amount, rate.min_total, rate.max_total)
  );
}
