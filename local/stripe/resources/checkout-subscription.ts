import type { Call } from "../call.ts";
import { givenDiscounts } from "./checkout-discounts.ts";
import { type CheckoutSession, type Order, remember } from "./checkout-session-object.ts";
import { hasEnded } from "./subscription-endings.ts";
import type { Subscription } from "./subscription-object.ts";
import { startSubscription } from "./subscription-start.ts";

/**
 * The subscription that a checkout makes: the one of an earlier attempt to pay, else a new one.
 * @param method the card that was set up for it, where it starts free.
 */
export function subscriptionFor(
  call: Call,
  session: CheckoutSession,
  order: Order,
  { customer, method }: { customer: string; method: string | null },
): Subscription {
  const made = order.made.subscription === undefined
    ? undefined
    : call.need("subscription", order.made.subscription);
  // One that was left unpaid for 23 hours has expired: this attempt starts anew.
  if (made !== undefined && !hasEnded(made)) return made;
  const { missing_payment_method: missing, ...data } = order.subscription;
  const subscription = startSubscription(call, {
    customer,
    discounts: givenDiscounts(session),
    items: order.lineItems.map(({ price, quantity }) => ({
      price: price?.id ?? "",
      ...(quantity === null ? {} : { quantity }),
    })),
    payment_behavior: "default_incomplete",
    ...(session.automatic_tax.enabled ? { automatic_tax: { enabled: true } } : {}),
    payment_settings: { save_default_payment_method: "on_subscription" },
    ...(method === null ? {} : { default_payment_method: method }),
    ...data,
    ...(missing === undefined
      ? {}
      : { trial_settings: { end_behavior: { missing_payment_method: missing } } }),
  }, { adHoc: true, checkoutSession: session.id });
  remember(call, session, order, { customer, subscription: subscription.id });
  return subscription;
}
