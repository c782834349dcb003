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
    const billed = {
      item,
      period: { start: item.current_period_start, end: until },
      free: subscription.status === "trialing",
    };
    return { ...billed, usage: usageIn(call, subscription, billed) };
  });
}

/** What a metered item has used in a period, by what is known now. */
export function usageIn(call: Call, { customer }: Subscription, { item, period }: Billed): number {
  const meter = call.need("billing.meter", item.price.recurring?.meter ?? "");
  // A balance of corrections below nothing is nothing.
  return Math.max(0, usageOf(call, meter, customer, period).value);
}
