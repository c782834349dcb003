import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { discountsFor, endDiscounts } from "./discounts.ts";
import { costOf } from "./price-rules.ts";
import type { Subscription } from "./subscription-object.ts";

/** The discounts that a call leaves: those it names stay, others end, new ones are redeemed. */
export function newDiscounts(
  call: Call,
  subscription: Subscription,
  given: readonly Stripe.SubscriptionUpdateParams.Discount[],
): string[] {
  const kept = given.flatMap(({ discount }) => discount === undefined ? [] : [discount]);
  const foreign = kept.find((id) => !subscription.discounts.includes(id));
  if (foreign !== undefined) {
    throw invalid(`No such discount: '${foreign}'`, {
      code: "resource_missing",
      param: "discounts",
    });
  }
  endDiscounts(call, subscription.discounts.filter((id) => !kept.includes(id)));
  const added = discountsFor(call, given.filter(({ discount }) => discount === undefined), {
    currency: subscription.currency,
    customer: subscription.customer,
    subscription: subscription.id,
    subtotal: subscription.items.data.reduce(
      (sum, { price, quantity }) => sum + costOf(call, price, quantity ?? 0),
      0,
    ),
  });
  return [...kept, ...added.map(({ id }) => id)];
}
