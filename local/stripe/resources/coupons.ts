import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { randomWord } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { includesOf, operation, type Resource, retrieveOperation } from "../resource.ts";
import { due } from "../schedule.ts";
import type { Documents, Wire } from "../wire.ts";
import { currencyOf } from "./prices.ts";

type Coupon = Documents["coupon"];

const create = operation<Stripe.CouponCreateParams>(
  "POST /v1/coupons",
  [
    "amount_off",
    "applies_to.products",
    "currency",
    "duration",
    "duration_in_months",
    "id",
    "max_redemptions",
    "metadata",
    "name",
    "percent_off",
    "redeem_by",
  ],
  (call, params) => {
    const id = params.id ?? randomWord(8);
    if (call.store.find(id) !== undefined) {
      throw invalid("Coupon already exists.", { code: "resource_already_exists", param: "id" });
    }
    assertReduces(params);
    const duration = params.duration ?? "once";
    if ((duration === "repeating") !== (params.duration_in_months !== undefined)) {
      throw invalid("`duration_in_months` is for coupons whose duration is `repeating`.", {
        param: "duration_in_months",
      });
    }
    const products = params.applies_to?.products;
    for (const product of products ?? []) {
      call.need("product", product, "applies_to[products]");
    }
    if (products !== undefined) call.store.hide(`coupon ${id}`, { products });
    return call.create<Coupon>({
      id,
      object: "coupon",
      amount_off: params.amount_off ?? null,
      created: call.now(),
      currency: params.currency === undefined ? null : currencyOf(params.currency),
      duration,
      duration_in_months: params.duration_in_months ?? null,
      livemode: false,
      max_redemptions: params.max_redemptions ?? null,
      metadata: mergeMetadata({}, params.metadata),
      name: params.name || null,
      percent_off: params.percent_off ?? null,
      redeem_by: params.redeem_by ?? null,
      times_redeemed: 0,
      valid: true,
    }, "coupon.created");
  },
);

const update = operation<Stripe.CouponUpdateParams>(
  "POST /v1/coupons/{id}",
  ["metadata", "name"],
  (call, params, id) => {
    const coupon = call.need("coupon", id);
    return call.update(coupon, {
      ...(params.name === undefined ? {} : { name: params.name || null }),
      metadata: mergeMetadata(coupon.metadata, params.metadata),
    }, "coupon.updated");
  },
);

/** Nobody can redeem it any more; discounts that were given stay. */
const del = operation("DELETE /v1/coupons/{id}", [], (call, _params, id) => {
  const coupon = call.need("coupon", id);
  call.store.remove(id);
  call.emit("coupon.deleted", coupon);
  const deleted: Wire<Stripe.DeletedCoupon> = { id, object: "coupon", deleted: true };
  return deleted;
});

const list = operation<Stripe.CouponListParams>(
  "GET /v1/coupons",
  [...paging, "created"],
  (call, params) =>
    page(call, "coupon", "/v1/coupons", params, {
      filter: (coupon) => within(coupon.created, params.created),
    }),
);

function assertReduces(params: Stripe.CouponCreateParams): void {
  const { amount_off: amount, percent_off: percent, currency } = params;
  if ((amount === undefined) === (percent === undefined)) {
    throw invalid("You must pass exactly one of `amount_off` and `percent_off`.", {
      param: "percent_off",
    });
  }
  if (percent !== undefined && !(percent > 0 && percent <= 100)) {
    throw invalid("Invalid percent_off: must be above 0 and at most 100.", {
      param: "percent_off",
    });
  }
  if (amount !== undefined && amount < 1) {
    throw invalid("This value must be greater than or equal to 1.", { param: "amount_off" });
  }
  if (amount !== undefined && currency === undefined) {
    throw invalid("You must pass `currency` when passing `amount_off`.", { param: "currency" });
  }
}

/** Counts a redemption; the last one that is allowed ends the coupon. */
export function redeem(call: Call, coupon: Coupon): void {
  const times = coupon.times_redeemed + 1;
  call.update(coupon, {
    times_redeemed: times,
    valid: coupon.valid && (coupon.max_redemptions === null || times < coupon.max_redemptions),
  }, "coupon.updated");
}

export const coupons: Resource = {
  kinds: ["coupon"],
  operations: [create, update, retrieveOperation("coupon", "/v1/coupons"), del, list],
  due: [due(
    "coupon ends",
    "coupon",
    ({ valid, redeem_by }) => valid ? redeem_by : null,
    (call, id) => call.update(call.need("coupon", id), { valid: false }, "coupon.updated"),
  )],
  includes: includesOf("coupon", {
    applies_to: (call, { id }) => call.store.hidden(`coupon ${id}`) ?? null,
  }),
};
