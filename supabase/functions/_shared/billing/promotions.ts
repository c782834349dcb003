/** Promotion codes as customers type them: found at Stripe, and refused for a reason that can be shown. */
import Stripe from "stripe";
import { type Problem, problem } from "../problem.ts";
import { idOf } from "./records.ts";

/** Why a code is refused. */
export type Refusal = "unknown" | "expired" | "not_applicable";

const details: Record<Refusal, string> = {
  unknown: "There is no such promotion code.",
  expired: "This promotion code is no longer valid.",
  not_applicable: "This promotion code does not apply to this purchase.",
};

/** The problem of a code that cannot be redeemed. */
export function promotionProblem(reason: Refusal): Problem {
  return problem("promotion_code_invalid", { detail: details[reason], extra: { reason } });
}

/** What a code is to be redeemed for; `amount` in Stripe's units, before discounts. */
export interface Purchased {
  customer: string;
  product: string;
  amount: number;
  currency: string;
}

/** A code that may be redeemed, as far as can be seen before Stripe is asked to. */
export interface Promotion {
  id: string;
  /** Whether it counts for one invoice alone. */
  once: boolean;
}

/**
 * Finds a code. What only Stripe can know (a first purchase, a race for the last redemption) is refused
 * by Stripe when it is redeemed, see {@link asPromotionProblem}.
 *
 * @throws {Problem} `promotion_code_invalid` with its `reason`
 */
export async function findPromotion(
  stripe: Stripe,
  typed: string,
  purchased: Purchased,
): Promise<Promotion> {
  const code = typed.trim();
  // Stripe's codes have no other characters, and its search would take a part for the whole.
  if (!/^[\w-]{1,100}$/.test(code)) throw promotionProblem("unknown");
  const found = await stripe.promotionCodes.list({
    code,
    limit: 100,
    expand: ["data.promotion.coupon.applies_to"],
  });
  const promotion = found.data.find((one) => one.active) ?? found.data[0];
  if (promotion === undefined) throw promotionProblem("unknown");
  const coupon = promotion.promotion.coupon;
  if (!promotion.active || coupon === null || typeof coupon === "string" || !coupon.valid) {
    throw promotionProblem("expired");
  }
  const { restrictions } = promotion;
  const limited = coupon.applies_to?.products;
  const minimum = restrictions.minimum_amount;
  const foreign = idOf(promotion.customer) !== null &&
    idOf(promotion.customer) !== purchased.customer;
  const applies = !foreign &&
    (limited === undefined || limited.includes(purchased.product)) &&
    (coupon.currency === null || coupon.currency === purchased.currency) &&
    (minimum === null || (restrictions.minimum_amount_currency === purchased.currency &&
      purchased.amount >= minimum));
  if (!applies) throw promotionProblem("not_applicable");
  return { id: promotion.id, once: coupon.duration === "once" };
}

/** Stripe's refusal to redeem a code as our problem; undefined for any other error. */
export function asPromotionProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return undefined;
  if (error.code === "coupon_expired") return promotionProblem("expired");
  if (/^(promotion_code|coupon)_/.test(error.code ?? "")) return promotionProblem("not_applicable");
  return /^discounts|\bdiscounts\b|promotion_code/.test(error.param ?? "")
    ? promotionProblem("not_applicable")
    : undefined;
}
