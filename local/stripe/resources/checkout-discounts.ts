import type { Call } from "../call.ts";
import { sharesOf } from "../billing/discounts.ts";
import { invalid } from "../errors.ts";
import type { CheckoutSession, Order } from "./checkout-session-object.ts";
import { orderOf } from "./checkout-session-object.ts";
import { taxed } from "./checkout-taxes.ts";
import { redeem } from "./coupons.ts";
import { type GivenDiscount, redeemable, reductionOf } from "./discounts.ts";
import { activeCode, redeemCode } from "./promotion-codes.ts";

/**
 * What a discount changes on a checkout: the amounts of its line items and of the whole. Nothing is
 * redeemed before the checkout is complete.
 */
export function discounted(
  call: Call,
  session: CheckoutSession,
  items: Order["lineItems"],
  given: GivenDiscount,
): { lineItems: Order["lineItems"]; changes: Partial<CheckoutSession> } {
  const { coupon, promotion } = redeemable(call, given, {
    currency: session.currency ?? "",
    customer: session.customer,
    subtotal: items.reduce((sum, item) => sum + item.amount_subtotal, 0),
  }, "discounts[0]");
  const shares = sharesOf(
    reductionOf(call, coupon),
    items.map((item) => ({
      amount: item.amount_subtotal,
      product: item.price?.product ?? "",
      proration: false,
    })),
  );
  const lineItems = items.map((item, index) => ({
    ...item,
    amount_discount: shares[index] ?? 0,
    amount_total: item.amount_subtotal - (shares[index] ?? 0),
  }));
  // During a trial nothing is due, so nothing is taken off.
  const off = session.amount_subtotal === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0);
  return {
    lineItems,
    changes: {
      amount_total: (session.amount_subtotal ?? 0) - off +
        (session.shipping_cost?.amount_total ?? 0),
      discounts: [{ coupon: coupon.id, promotion_code: promotion?.id ?? null }],
      ...(session.total_details === null
        ? {}
        : { total_details: { ...session.total_details, amount_discount: off } }),
    },
  };
}

/** Takes a code that the customer has typed; throws, in words for him, where it does not count. */
export function typeCode(call: Call, session: CheckoutSession, code: string): CheckoutSession {
  if (session.allow_promotion_codes !== true) {
    throw invalid("This checkout takes no codes.", { param: "promotion_code" });
  }
  const promotion = activeCode(call, code);
  if (promotion === undefined) {
    throw invalid("This code is invalid.", { param: "promotion_code" });
  }
  const order = orderOf(call, session.id);
  if (order.made.subscription !== undefined) {
    throw invalid("A code cannot be entered after the first attempt to pay.", {
      param: "promotion_code",
    });
  }
  const { lineItems, changes } = discounted(call, session, order.lineItems, {
    promotion_code: promotion.id,
  });
  const reduced = call.update(session, changes);
  const { lineItems: counted, changes: taxes } = taxed(call, reduced, lineItems);
  call.store.hide(session.id, { ...order, lineItems: counted });
  return call.update(reduced, taxes);
}

/** The discounts of a checkout as a subscription takes them. */
export function givenDiscounts({ discounts }: CheckoutSession): GivenDiscount[] {
  return (discounts ?? []).map(({ coupon, promotion_code: promotion }) =>
    promotion === null ? { coupon: coupon ?? "" } : { promotion_code: promotion }
  );
}

/** Counts what a single payment has redeemed. */
export function redeemDiscounts(call: Call, session: CheckoutSession): void {
  for (const { coupon, promotion_code: promotion } of session.discounts ?? []) {
    const redeemed = call.store.get("coupon", coupon ?? "");
    if (redeemed !== undefined) redeem(call, redeemed);
    if (promotion !== null) redeemCode(call, call.need("promotion_code", promotion));
  }
}
