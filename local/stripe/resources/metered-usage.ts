import type { Call } from "../call.ts";
import type { Billed } from "./invoice-lines.ts";
import { usageOf } from "./meter-events.ts";
import type { Subscription, SubscriptionItem } from "./subscription-object.ts";

/** Whether an item is billed by what was used, after its period. */
export function isMetered({ price }: SubscriptionItem): boolean {
  return price.recurring?.usage_type === "metered";
}

/** What a subscription that ends, or stops, now has used and not been billed for. */
export function usedSoFar(call: Call, subscription: Subscription): Billed[] {
  // No period follows that could count what is used in this second.
  return usedUntil(call, subscription, call.now() + 1)
    .filter(({ usage }) => usage !== 0)
    .map((one) => ({ ...one, period: { ...one.period, end: call.now() } }));
}

/** What a subscription's metered items have used of their period until before a time. */
export function usedUntil(call: Call, subscription: Subscription, until: number): Billed[] {
  return subscription.items.data.filter(isMetered).map((item) => {
    const period = { start: item.current_period_start, end: until };
    const meter = call.need("billing.meter", item.price.recurring?.meter ?? "");
    const { value } = usageOf(call, meter, subscription.customer, period);
    return {
      item,
      period,
      free: subscription.status === "trialing",
      // A balance of corrections below nothing is nothing.
      usage: Math.max(0, value),
    };
  });
}
