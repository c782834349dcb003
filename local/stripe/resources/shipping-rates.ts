import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents } from "../wire.ts";
import { currencyOf } from "./prices.ts";

type ShippingRate = Documents["shipping_rate"];

const create = operation<Stripe.ShippingRateCreateParams>(
  "POST /v1/shipping_rates",
  [
    "delivery_estimate",
    "display_name",
    "fixed_amount.amount",
    "fixed_amount.currency",
    "metadata",
    "tax_behavior",
    "type",
  ],
  createShippingRate,
);

const update = operation<Stripe.ShippingRateUpdateParams>(
  "POST /v1/shipping_rates/{id}",
  ["active", "metadata"],
  (call, params, id) => {
    const rate = call.need("shipping_rate", id);
    return call.update(rate, {
      ...(params.active === undefined ? {} : { active: params.active }),
      metadata: mergeMetadata(rate.metadata, params.metadata),
    });
  },
);

const list = operation<Stripe.ShippingRateListParams>(
  "GET /v1/shipping_rates",
  [...paging, "active", "created", "currency"],
  (call, params) =>
    page(call, "shipping_rate", "/v1/shipping_rates", params, {
      where: { active: params.active, "fixed_amount.currency": params.currency },
      filter: (rate) => within(rate.created, params.created),
    }),
);

/** Makes a shipping rate, for itself or inside a checkout. */
export function createShippingRate(
  call: Call,
  params: Stripe.ShippingRateCreateParams,
): ShippingRate {
  const { fixed_amount: fixed, delivery_estimate: estimate } = params;
  if (fixed === undefined) {
    throw invalid("Missing required param: fixed_amount.", {
      code: "parameter_missing",
      param: "fixed_amount",
    });
  }
  return call.create({
    id: newId("shr"),
    object: "shipping_rate",
    active: true,
    created: call.now(),
    delivery_estimate: estimate === undefined
      ? null
      : { maximum: estimate.maximum ?? null, minimum: estimate.minimum ?? null },
    display_name: params.display_name,
    fixed_amount: { amount: fixed.amount, currency: currencyOf(fixed.currency) },
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    tax_behavior: params.tax_behavior ?? "unspecified",
    tax_code: null,
    type: "fixed_amount",
  });
}

export const shippingRates: Resource = {
  kinds: ["shipping_rate"],
  operations: [create, update, retrieveOperation("shipping_rate", "/v1/shipping_rates"), list],
};
