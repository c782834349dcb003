/**
 * An order as Stripe's page lists it, so that its lines add up to the order to the last minor unit.
 *
 * A discount is in the lines and not a coupon: a coupon would be one more object for each order, and
 * Stripe would spread it over all lines, also over those that the code does not cover, and tax it so.
 */
import type Stripe from "stripe";
import { formatMoney, money, toStripeAmount } from "../../money.ts";
import type { CheckoutItem, CheckoutOrder } from "./order.ts";

type LineItem = Stripe.Checkout.SessionCreateParams.LineItem;

/** Lines that a session takes. https://docs.stripe.com/api/checkout/sessions/create */
const maxLines = 100;
/** "Shipping". https://docs.stripe.com/tax/tax-codes */
const shippingTaxCode = "txcd_92010001";

const words = {
  en: { shipping: "Shipping", instead: "instead of" },
  fr: { shipping: "Livraison", instead: "au lieu de" },
};

/** What one unit costs after discount, and how many: 29.99 for three is two at 10.00 and one at 9.99. */
function unitPrices({ total_amount, quantity }: CheckoutItem, step: number): [number, number][] {
  const steps = total_amount / step;
  const low = Math.floor(steps / quantity);
  const higher = steps - low * quantity;
  const prices: [number, number][] = [
    [(low + 1) * step, higher],
    [low * step, quantity - higher],
  ];
  return prices.filter(([, units]) => units > 0);
}

/** Steps in which a currency is charged, in minor units: 10 for KWD. */
function chargeStep(currency: string): number {
  for (const step of [1, 10, 100]) {
    try {
      toStripeAmount(money(step, currency));
      return step;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new RangeError(`cannot charge ${currency}`);
}

/** The lines of an order's session. Without a discount one for each of the order's. */
export function lineItemsOf(order: CheckoutOrder): LineItem[] {
  const { locale, currency, taxed } = order;
  const step = chargeStep(currency);
  const line = (
    name: string,
    unitAmount: number,
    quantity: number,
    more: { description?: string | undefined; tax_code?: string | undefined },
  ): LineItem => ({
    quantity,
    price_data: {
      currency: currency.toLowerCase(),
      unit_amount: toStripeAmount(money(unitAmount, currency)).amount,
      ...(taxed && { tax_behavior: "exclusive" as const }),
      product_data: {
        name,
        ...(more.description && { description: more.description }),
        ...(more.tax_code && { tax_code: more.tax_code }),
      },
    },
  });
  const goods = order.items.map((item) => {
    const name = item[`name_${locale}`];
    const before = item.discount_amount > 0
      ? `${order.discount_code}: ${words[locale].instead} ${
        formatMoney(money(item.unit_amount, currency), locale)
      }`
      : undefined;
    const description = [...Object.values(item.options), before].filter(Boolean).join(" · ");
    const more = { description, tax_code: item.tax_code ?? undefined };
    return { name, item, more };
  });
  const shipping = order.shipping_rate === null || order.shipping_amount === 0 ? [] : [
    line(
      `${words[locale].shipping}: ${order.shipping_rate[`name_${locale}`]}`,
      order.shipping_amount,
      1,
      { tax_code: shippingTaxCode },
    ),
  ];
  let room = maxLines - goods.length - shipping.length;
  return [
    ...goods.flatMap(({ name, item, more }) => {
      const prices = unitPrices(item, step);
      if (prices.length > 1 && room-- <= 0) {
        return [line(`${item.quantity} × ${name}`, item.total_amount, 1, more)];
      }
      return prices.map(([unitAmount, units]) => line(name, unitAmount, units, more));
    }),
    ...shipping,
  ];
}
