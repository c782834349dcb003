/** The plans on sale that include more of a feature, as the declaration says. */
import { plans } from "../../supabase/functions/_shared/billing/plans.ts";

/** Ids from the smallest plan, of those with a price and more than `above` of the feature. */
export function plansGranting(feature: string, above = 0): string[] {
  return plans.filter(({ features, prices }) => {
    const limit = features[feature];
    return prices.length > 0 && (limit === true || (limit ?? 0) > above);
  }).map(({ id }) => id);
}
