import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { includesOf, operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents } from "../wire.ts";
import { planOf } from "./plans.ts";
import { givenRule, keepTiers, ruleParameters, tiersOf } from "./price-rules.ts";
import { createProduct } from "./products.ts";

type Price = Documents["price"];

const create = operation<Stripe.PriceCreateParams>(
  "POST /v1/prices",
  [
    "active",
    "currency",
    "lookup_key",
    "metadata",
    "nickname",
    "product",
    "product_data.active",
    "product_data.id",
    "product_data.metadata",
    "product_data.name",
    "recurring.interval",
    "recurring.interval_count",
    "recurring.meter",
    "recurring.usage_type",
    "tax_behavior",
    "transfer_lookup_key",
    ...ruleParameters,
  ],
  (call, params) => {
    const { tiers, ...rule } = givenRule(params);
    const price = newPrice(call, {
      active: params.active ?? true,
      currency: params.currency,
      lookup_key: lookupKeyOf(call, params),
      metadata: mergeMetadata({}, params.metadata),
      nickname: params.nickname || null,
      product: productFor(call, params).id,
      recurring: recurrenceOf(call, params.recurring),
      tax_behavior: params.tax_behavior,
      ...rule,
    });
    if (tiers !== undefined) keepTiers(call, price.id, tiers);
    if (price.recurring !== null) call.emit("plan.created", planOf(price));
    return call.create(price, "price.created");
  },
);

const update = operation<Stripe.PriceUpdateParams>(
  "POST /v1/prices/{id}",
  ["active", "lookup_key", "metadata", "nickname", "tax_behavior", "transfer_lookup_key"],
  (call, params, id) => {
    const price = call.need("price", id);
    const changes: Partial<Price> = {};
    if (params.active !== undefined) changes.active = params.active;
    if (params.nickname !== undefined) changes.nickname = params.nickname || null;
    if (params.lookup_key !== undefined) changes.lookup_key = lookupKeyOf(call, params, id);
    if (params.metadata !== undefined) {
      changes.metadata = mergeMetadata(price.metadata, params.metadata);
    }
    if (params.tax_behavior !== undefined && params.tax_behavior !== price.tax_behavior) {
      if (price.tax_behavior !== "unspecified") {
        throw invalid("The tax behavior of a price cannot be changed once it is specified.", {
          param: "tax_behavior",
        });
      }
      changes.tax_behavior = params.tax_behavior;
    }
    return call.update(price, changes, "price.updated");
  },
);

const list = operation<Stripe.PriceListParams>(
  "GET /v1/prices",
  [
    ...paging,
    "active",
    "created",
    "currency",
    "lookup_keys",
    "product",
    "recurring.interval",
    "type",
  ],
  (call, params) =>
    page(call, "price", "/v1/prices", params, {
      where: {
        active: params.active,
        currency: params.currency,
        lookup_key: params.lookup_keys,
        product: params.product,
        "recurring.interval": params.recurring?.interval,
        type: params.type,
      },
      filter: (price) => within(price.created, params.created),
    }),
);

/** A new price, not yet kept. */
export function newPrice(
  call: Call,
  given: Pick<Price, "active" | "product"> & Partial<Pick<Price, "lookup_key" | "metadata">> & {
    currency: string;
    nickname?: string | null;
    recurring?: { interval: string; interval_count?: number; meter?: string } | undefined;
    tax_behavior?: Price["tax_behavior"] | undefined;
    tiers_mode?: string | null;
    unit_amount: number | null;
    unit_amount_decimal?: string | null;
  },
): Price {
  return {
    id: newId("price"),
    object: "price",
    active: given.active,
    billing_scheme: given.tiers_mode == null ? "per_unit" : "tiered",
    created: call.now(),
    currency: currencyOf(given.currency),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: given.lookup_key ?? null,
    metadata: given.metadata ?? {},
    nickname: given.nickname ?? null,
    product: given.product,
    recurring: given.recurring === undefined ? null : {
      interval: given.recurring.interval,
      interval_count: given.recurring.interval_count ?? 1,
      meter: given.recurring.meter ?? null,
      trial_period_days: null,
      usage_type: given.recurring.meter === undefined ? "licensed" : "metered",
    },
    tax_behavior: given.tax_behavior ?? "unspecified",
    tiers_mode: given.tiers_mode ?? null,
    transform_quantity: null,
    type: given.recurring === undefined ? "one_time" : "recurring",
    unit_amount: given.unit_amount,
    unit_amount_decimal: given.unit_amount_decimal === undefined
      ? String(given.unit_amount)
      : given.unit_amount_decimal,
  };
}

/** How often a price recurs; a metered one names its meter. */
function recurrenceOf(
  call: Call,
  given: Stripe.PriceCreateParams.Recurring | undefined,
): Stripe.PriceCreateParams.Recurring | undefined {
  if (given === undefined) return undefined;
  const { meter, usage_type: type = "licensed" } = given;
  if ((type === "metered") !== (meter !== undefined)) {
    throw invalid("A metered price, and only a metered price, needs a `meter`.", {
      param: "recurring[meter]",
    });
  }
  if (
    meter !== undefined && call.need("billing.meter", meter, "recurring[meter]").status !== "active"
  ) {
    throw invalid("The meter is not active.", { param: "recurring[meter]" });
  }
  return given;
}

function productFor(call: Call, params: Stripe.PriceCreateParams): Documents["product"] {
  if ((params.product === undefined) === (params.product_data === undefined)) {
    throw invalid("You must provide exactly one of `product` and `product_data`.", {
      param: "product",
    });
  }
  return params.product_data === undefined
    ? call.need("product", params.product ?? "", "product")
    : createProduct(call, params.product_data);
}

/** The lookup key to give a price: free, or taken from its holder where the caller asks so. */
function lookupKeyOf(
  call: Call,
  params: { lookup_key?: string; transfer_lookup_key?: boolean },
  own?: string,
): string | null {
  const key = params.lookup_key;
  if (!key) return null;
  const [holder] = call.store.all("price", { lookup_key: key });
  if (holder === undefined || holder.id === own) return key;
  if (params.transfer_lookup_key !== true) {
    throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, {
      param: "lookup_key",
    });
  }
  call.update(holder, { lookup_key: null }, "price.updated");
  return key;
}

/** A currency as Stripe writes it, lower case; throws for what is no three-letter code. */
export function currencyOf(currency: string): string {
  const lower = currency.toLowerCase();
  if (!/^[a-z]{3}$/.test(lower)) {
    throw invalid(`Invalid currency: ${currency}.`, { param: "currency" });
  }
  return lower;
}

function flatDecimal({ flat_amount: flat }: { flat_amount: number | null }): string | null {
  return flat === null ? null : String(flat);
}

export const prices: Resource = {
  kinds: ["price"],
  operations: [create, update, retrieveOperation("price", "/v1/prices"), list],
  includes: includesOf("price", {
    tiers: (call, { id }) =>
      tiersOf(call, id)?.map((tier) => ({ ...tier, flat_amount_decimal: flatDecimal(tier) })),
  }),
};
