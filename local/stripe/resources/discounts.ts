import { after } from "../billing/periods.ts";
import { type Reducible, type Reduction, sharesOf } from "../billing/discounts.ts";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Resource } from "../resource.ts";
import type { Documents } from "../wire.ts";
import { redeem } from "./coupons.ts";
import { redeemCode } from "./promotion-codes.ts";

export type Discount = Documents["discount"];
type Coupon = Documents["coupon"];

/** A discount as calls name it. */
export interface GivenDiscount {
  coupon?: string;
  promotion_code?: string;
  discount?: string;
}

/** What a discount is for. */
export interface DiscountOwner {
  currency: string;
  customer: string | null;
  /** What is bought, before discounts. */
  subtotal: number;
}

/** The coupon that a call names, which may be redeemed; throws Stripe's error where it may not. */
export function redeemable(
  call: Call,
  given: GivenDiscount,
  owner: DiscountOwner,
  param: string,
): { coupon: Coupon; promotion: Documents["promotion_code"] | undefined } {
  if ((given.coupon === undefined) === (given.promotion_code === undefined)) {
    throw invalid("You must pass exactly one of `coupon` and `promotion_code`.", { param });
  }
  const promotion = given.promotion_code === undefined
    ? undefined
    : call.need("promotion_code", given.promotion_code, `${param}[promotion_code]`);
  if (promotion !== undefined) assertPromotion(call, promotion, owner, param);
  const coupon = call.need("coupon", given.coupon ?? promotion?.promotion.coupon ?? "", param);
  if (!coupon.valid) {
    throw invalid(`Coupon expired: ${coupon.id}`, { code: "coupon_expired", param });
  }
  if (coupon.currency !== null && coupon.currency !== owner.currency) {
    throw invalid(`The coupon is in ${coupon.currency}, what is bought in ${owner.currency}.`, {
      param,
    });
  }
  return { coupon, promotion };
}

function assertPromotion(
  call: Call,
  promotion: Documents["promotion_code"],
  { customer, currency, subtotal }: DiscountOwner,
  param: string,
): void {
  const { first_time_transaction: first, minimum_amount: minimum, minimum_amount_currency } =
    promotion.restrictions;
  if (!promotion.active) {
    throw invalid("This promotion code is no longer active.", { code: "coupon_expired", param });
  }
  if (promotion.customer !== null && promotion.customer !== customer) {
    throw invalid("This promotion code is for another customer.", { param });
  }
  if (minimum !== null && (minimum_amount_currency !== currency || subtotal < minimum)) {
    throw invalid("This promotion code requires a larger purchase.", { param });
  }
  const bought = customer !== null &&
    call.store.all("charge", { customer }).some(({ paid }) => paid);
  if (first && bought) {
    throw invalid("This promotion code is for customers who have not bought yet.", { param });
  }
}

/** Redeems what a call names: discounts of a subscription, from now on. */
export function discountsFor(
  call: Call,
  given: readonly GivenDiscount[],
  owner: DiscountOwner & { subscription: string | null; checkoutSession?: string | null },
): Discount[] {
  return given.map((one, index) => {
    const { coupon, promotion } = redeemable(call, one, owner, `discounts[${index}]`);
    const months = coupon.duration === "repeating" ? coupon.duration_in_months : null;
    const discount: Discount = {
      id: newId("di"),
      object: "discount",
      checkout_session: owner.checkoutSession ?? null,
      customer: owner.customer,
      customer_account: null,
      end: months === null
        ? null
        : after(call.now(), { interval: "month", interval_count: months }),
      invoice: null,
      invoice_item: null,
      promotion_code: promotion?.id ?? null,
      source: { coupon: coupon.id, type: "coupon" },
      start: call.now(),
      subscription: owner.subscription,
      subscription_item: null,
    };
    // A coupon may be deleted later: the discount goes on as it was given.
    call.store.hide(discount.id, reductionOf(call, coupon));
    redeem(call, coupon);
    if (promotion !== undefined) redeemCode(call, promotion);
    return call.create(discount, "customer.discount.created");
  });
}

/** What a coupon takes off. */
export function reductionOf(
  call: Call,
  coupon: Coupon,
): Reduction & { duration: string } {
  const limits = call.store.hidden<{ products: string[] }>(`coupon ${coupon.id}`);
  return {
    percent_off: coupon.percent_off,
    amount_off: coupon.amount_off,
    duration: coupon.duration,
    ...(limits === undefined ? {} : { applies_to: limits }),
  };
}

/** What each discount takes off each line that it is for, one after the other. */
export function discountLines(
  call: Call,
  discounts: readonly string[],
  lines: readonly (Reducible & { discounts: readonly string[] })[],
): { discount: string; shares: number[] }[] {
  let left = [...lines];
  return discounts.map((discount) => {
    const reduction = call.store.hidden<Reduction>(discount);
    if (reduction === undefined) throw new Error(`${discount} takes nothing off`);
    const shares = sharesOf(
      reduction,
      left.map((line) => line.discounts.includes(discount) ? line : { ...line, amount: 0 }),
    );
    left = left.map((line, index) => ({ ...line, amount: line.amount - (shares[index] ?? 0) }));
    return { discount, shares };
  });
}

/** The discounts of a subscription that still count for a period that starts at a time. */
export function discountsAt(call: Call, discounts: readonly string[], start: number): string[] {
  return discounts.filter((id) => {
    const { end } = call.need("discount", id);
    const once = call.store.hidden<{ duration: string }>(id)?.duration === "once";
    return !once && (end === null || end > start);
  });
}

/** Ends discounts: of a subscription that has had what it was promised, or no longer wants them. */
export function endDiscounts(call: Call, discounts: readonly string[]): void {
  for (const id of discounts) call.emit("customer.discount.deleted", call.need("discount", id));
}

export const discounts: Resource = { kinds: ["discount"], operations: [] };
