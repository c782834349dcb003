import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { newId, randomWord } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import { due } from "../schedule.ts";
import type { Documents } from "../wire.ts";
import { customerOf } from "./customers.ts";

type PromotionCode = Documents["promotion_code"];

const create = operation<Stripe.PromotionCodeCreateParams>(
  "POST /v1/promotion_codes",
  [
    "active",
    "code",
    "customer",
    "expires_at",
    "max_redemptions",
    "metadata",
    "promotion.coupon",
    "promotion.type",
    "restrictions.first_time_transaction",
    "restrictions.minimum_amount",
    "restrictions.minimum_amount_currency",
  ],
  (call, params) => {
    const coupon = call.need("coupon", params.promotion.coupon ?? "", "promotion[coupon]");
    const code = params.code ?? randomWord(8).toUpperCase();
    if (!/^[A-Za-z0-9-]+$/.test(code)) {
      throw invalid("A promotion code has letters, digits and dashes only.", { param: "code" });
    }
    if (activeCode(call, code) !== undefined) {
      throw invalid(`An active promotion code with \`code: ${code}\` already exists.`, {
        param: "code",
      });
    }
    const { minimum_amount: minimum, minimum_amount_currency: currency } = params.restrictions ??
      {};
    if ((minimum === undefined) !== (currency === undefined)) {
      throw invalid("`minimum_amount` and `minimum_amount_currency` go together.", {
        param: "restrictions[minimum_amount]",
      });
    }
    return call.create<PromotionCode>({
      id: newId("promo"),
      object: "promotion_code",
      active: params.active ?? true,
      code,
      created: call.now(),
      customer: params.customer === undefined ? null : customerOf(call, params.customer).id,
      customer_account: null,
      expires_at: params.expires_at ?? null,
      livemode: false,
      max_redemptions: params.max_redemptions ?? null,
      metadata: mergeMetadata({}, params.metadata),
      promotion: { coupon: coupon.id, type: "coupon" },
      restrictions: {
        first_time_transaction: params.restrictions?.first_time_transaction ?? false,
        minimum_amount: minimum ?? null,
        minimum_amount_currency: currency ?? null,
      },
      times_redeemed: 0,
    }, "promotion_code.created");
  },
);

const update = operation<Stripe.PromotionCodeUpdateParams>(
  "POST /v1/promotion_codes/{id}",
  ["active", "metadata"],
  (call, params, id) => {
    const promotion = call.need("promotion_code", id);
    return call.update(promotion, {
      ...(params.active === undefined ? {} : { active: params.active }),
      metadata: mergeMetadata(promotion.metadata, params.metadata),
    }, "promotion_code.updated");
  },
);

const list = operation<Stripe.PromotionCodeListParams>(
  "GET /v1/promotion_codes",
  [...paging, "active", "code", "coupon", "created", "customer"],
  (call, params) =>
    page(call, "promotion_code", "/v1/promotion_codes", params, {
      where: {
        active: params.active,
        customer: params.customer,
        "promotion.coupon": params.coupon,
      },
      filter: (promotion) =>
        within(promotion.created, params.created) &&
        (params.code === undefined || sameCode(promotion.code, params.code)),
    }),
);

/** The active promotion of a code, as a customer types it: case does not count. */
export function activeCode(call: Call, code: string): PromotionCode | undefined {
  return call.store.all("promotion_code", { active: true }).find((one) => sameCode(one.code, code));
}

function sameCode(one: string, other: string): boolean {
  return one.toLowerCase() === other.trim().toLowerCase();
}

/** Counts a redemption; the last one that is allowed ends the code. */
export function redeemCode(call: Call, promotion: PromotionCode): void {
  const times = promotion.times_redeemed + 1;
  const ends = promotion.max_redemptions !== null && times >= promotion.max_redemptions;
  call.update(promotion, {
    active: promotion.active && !ends,
    times_redeemed: times,
  }, "promotion_code.updated");
}

export const promotionCodes: Resource = {
  kinds: ["promotion_code"],
  operations: [
    create,
    update,
    retrieveOperation("promotion_code", "/v1/promotion_codes"),
    list,
  ],
  due: [due(
    "promotion code ends",
    "promotion_code",
    ({ active, expires_at }) => active ? expires_at : null,
    (call, id) =>
      call.update(call.need("promotion_code", id), { active: false }, "promotion_code.updated"),
  )],
};
