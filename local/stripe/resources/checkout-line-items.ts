import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, notImplemented } from "../errors.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import type { Documents, Wire } from "../wire.ts";
import { costOf } from "./price-rules.ts";
import { newPrice } from "./prices.ts";
import { assertQuantity } from "./subscription-object.ts";
import { createProduct } from "./products.ts";

export type LineItem = Wire<Stripe.LineItem>;
type Price = Documents["price"];
type Given = Stripe.Checkout.SessionCreateParams.LineItem;

/** The parameters of line items that do something here. */
export const lineItemParameters = [
  "line_items.metadata",
  "line_items.price",
  "line_items.price_data.currency",
  "line_items.price_data.product",
  "line_items.price_data.product_data.description",
  "line_items.price_data.product_data.images",
  "line_items.price_data.product_data.metadata",
  "line_items.price_data.product_data.name",
  "line_items.price_data.product_data.tax_code",
  "line_items.price_data.recurring",
  "line_items.price_data.tax_behavior",
  "line_items.price_data.unit_amount",
  "line_items.quantity",
] as const;

/** What a checkout sells, at what price. */
export function lineItemsFor(
  call: Call,
  given: readonly Given[],
  mode: "payment" | "subscription",
): LineItem[] {
  const items = given.map((one, index) => lineItem(call, one, `line_items[${index}]`));
  const currencies = new Set(items.map(({ currency }) => currency));
  if (currencies.size > 1) {
    throw invalid("All line items must have the same currency.", { param: "line_items" });
  }
  const recurring = items.filter(({ price }) => price?.type === "recurring");
  if (mode === "payment" && recurring.length > 0) {
    throw invalid(
      "You specified `payment` mode but passed a recurring price. Either switch to `subscription` " +
        "mode or use only one-time prices.",
      { param: "line_items" },
    );
  }
  if (mode === "subscription" && recurring.length === 0) {
    throw invalid(
      "You must provide at least one recurring price in `subscription` mode when using prices.",
      { param: "line_items" },
    );
  }
  if (mode === "subscription" && recurring.length < items.length) {
    throw notImplemented("one-time prices beside a subscription", "line_items");
  }
  return items;
}

function lineItem(call: Call, given: Given, param: string): LineItem {
  const price = priceFor(call, given, param);
  const metered = price.recurring?.usage_type === "metered";
  assertQuantity(price, given.quantity, `${param}[quantity]`);
  const quantity = metered ? 0 : given.quantity;
  if (quantity === undefined) {
    throw invalid(`Missing required param: ${param}[quantity].`, {
      code: "parameter_missing",
      param: `${param}[quantity]`,
    });
  }
  if (quantity < 1 && !metered) {
    throw invalid("This value must be greater than or equal to 1.", {
      code: "parameter_invalid_integer",
      param: `${param}[quantity]`,
    });
  }
  const amount = metered ? 0 : costOf(call, price, quantity);
  const item: LineItem = {
    id: newId("li"),
    object: "item",
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: call.store.get("product", price.product)?.name ?? null,
    metadata: mergeMetadata({}, given.metadata),
    price,
    quantity: metered ? null : quantity,
  };
  return item;
}

function priceFor(call: Call, { price: id, price_data: adHoc }: Given, param: string): Price {
  if ((id === undefined) === (adHoc === undefined)) {
    throw invalid("You must specify either `price` or `price_data` for each line item.", {
      param,
    });
  }
  if (adHoc === undefined) {
    const price = call.need("price", id ?? "", `${param}[price]`);
    if (!price.active) {
      throw invalid(
        "The price specified is inactive. This field only accepts active prices.",
        { param: `${param}[price]` },
      );
    }
    return price;
  }
  const { product, product_data: data, unit_amount: amount } = adHoc;
  if ((product === undefined) === (data === undefined)) {
    throw invalid("You must specify exactly one of `product` and `product_data`.", {
      param: `${param}[price_data]`,
    });
  }
  if (amount === undefined || amount < 0) {
    throw invalid("This value must be greater than or equal to 0.", {
      param: `${param}[price_data][unit_amount]`,
    });
  }
  // Made for this checkout alone, so inactive, as at Stripe.
  const owner = data === undefined
    ? call.need("product", product ?? "", `${param}[price_data][product]`)
    : createProduct(call, { ...data, active: false });
  return call.create(
    newPrice(call, {
      active: false,
      currency: adHoc.currency,
      product: owner.id,
      recurring: adHoc.recurring,
      tax_behavior: adHoc.tax_behavior,
      unit_amount: amount,
    }),
    "price.created",
  );
}
