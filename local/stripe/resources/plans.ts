import type Stripe from "stripe";
import type { Documents, Wire } from "../wire.ts";

/** The plan that a recurring price also is: subscription items and old events still hold it. */
export function planOf(price: Documents["price"]): Wire<Stripe.Plan> {
  if (price.recurring === null) throw new Error(`${price.id} is not recurring: it is no plan`);
  return {
    id: price.id,
    object: "plan",
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: price.recurring.interval,
    interval_count: price.recurring.interval_count,
    livemode: false,
    metadata: price.metadata,
    meter: price.recurring.meter,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: price.tiers_mode,
    transform_usage: null,
    trial_period_days: null,
    usage_type: price.recurring.usage_type,
  };
}
