import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import type { CheckoutSession } from "./checkout-session-object.ts";
import { createShippingRate } from "./shipping-rates.ts";

type ShippingOption = CheckoutSession["shipping_options"][number];

/** How a checkout's goods can be sent; the first is chosen until the customer chooses another. */
export function shippingOptionsFor(
  call: Call,
  given: readonly Stripe.Checkout.SessionCreateParams.ShippingOption[],
  currency: string | null,
): ShippingOption[] {
  return given.map(({ shipping_rate: id, shipping_rate_data: adHoc }, index) => {
    const param = `shipping_options[${index}]`;
    if ((id === undefined) === (adHoc === undefined)) {
      throw invalid("You must specify exactly one of `shipping_rate`, `shipping_rate_data`.", {
        param,
      });
    }
    const rate = adHoc === undefined
      ? call.need("shipping_rate", id ?? "", `${param}[shipping_rate]`)
      : createShippingRate(call, adHoc);
    const { amount = 0, currency: own } = rate.fixed_amount ?? {};
    if (own !== currency) {
      throw invalid("The shipping rate must have the same currency as the line items.", { param });
    }
    return { shipping_amount: amount, shipping_rate: rate.id };
  });
}

/** What a chosen way of shipping costs. */
export function shippingCostOf(
  option: ShippingOption | undefined,
): CheckoutSession["shipping_cost"] {
  if (option === undefined) return null;
  return {
    amount_subtotal: option.shipping_amount,
    amount_tax: 0,
    amount_total: option.shipping_amount,
    shipping_rate: option.shipping_rate,
  };
}

/** What changes when the customer chooses a way of shipping. */
export function chosenShipping(
  session: CheckoutSession,
  rate: string | undefined,
): Partial<CheckoutSession> {
  if (rate === undefined) return {};
  const option = session.shipping_options.find((one) => one.shipping_rate === rate);
  if (option === undefined) {
    throw invalid("This way of shipping is not offered.", { param: "shipping_rate" });
  }
  const cost = option.shipping_amount;
  const before = session.shipping_cost?.amount_total ?? 0;
  return {
    amount_total: (session.amount_total ?? 0) - before + cost,
    shipping_cost: shippingCostOf(option),
    ...(session.total_details === null
      ? {}
      : { total_details: { ...session.total_details, amount_shipping: cost } }),
  };
}
