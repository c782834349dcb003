/** The plans on sale, as anyone may see them. */
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { plans } from "./plans.ts";

/** A price; `unit_amount` in minor units of `currency` (ISO 4217). */
export const Price = z.object({
  id: z.string(),
  lookup_key: z.string().nullable(),
  currency: z.string(),
  unit_amount: z.int(),
  interval: z.enum(["day", "week", "month", "year"]),
  interval_count: z.int(),
});

/** A plan with what it includes (`limit` null: without a limit) and what it costs. */
export const Plan = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  /** Whether its prices are for one member. */
  per_seat: z.boolean(),
  features: z.array(z.object({ feature: z.string(), limit: z.int().nullable() })),
  prices: z.array(Price),
  /** The trial that it is offered with: `trial: true` of subscription-create or -checkout. */
  trial: z.object({ days: z.int(), needs_card: z.boolean() }).nullable(),
});

function trialOf(plan: string): z.input<typeof Plan>["trial"] {
  const declared = plans.find(({ id }) => id === plan);
  return declared?.trialDays === undefined
    ? null
    : { days: declared.trialDays, needs_card: declared.trialNeedsCard ?? false };
}

/** All plans on sale from the smallest to the largest, in one query under RLS. */
export async function plansOnSale(db: Db): Promise<z.input<typeof Plan>[]> {
  const onSale = await rows(
    db.from("plans").select(`
      id, name, description, rank, per_seat,
      plan_features (feature, limit:limit_value),
      prices (id, lookup_key, currency, unit_amount, interval, interval_count)
    `).order("rank"),
  );
  return onSale.map(({ plan_features, prices, rank: _rank, ...plan }) => ({
    ...plan,
    trial: trialOf(plan.id),
    features: plan_features.toSorted((a, b) => a.feature.localeCompare(b.feature)),
    prices: prices.toSorted((a, b) => a.unit_amount - b.unit_amount)
      .map((price) => ({ ...price, interval: Price.shape.interval.parse(price.interval) })),
  }));
}
