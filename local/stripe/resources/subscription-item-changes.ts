import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { mergeMetadata } from "../metadata.ts";
import { planOf } from "./plans.ts";
import type { ItemChange } from "./subscription-prorations.ts";
import {
  assertQuantity,
  assertTogether,
  newItem,
  recurringPrice,
  type Subscription,
  type SubscriptionItem,
} from "./subscription-object.ts";

/** The parameters of an item that do something here. */
export const itemParameters = [
  "items.deleted",
  "items.id",
  "items.metadata",
  "items.price",
  "items.quantity",
] as const;

/**
 * What a call asks of a subscription's items: all of them, changed or not, in their order.
 * @param inactive true where a price may be inactive by now: one that was chosen before.
 */
export function itemChanges(
  call: Call,
  subscription: Subscription,
  given: readonly Stripe.SubscriptionUpdateParams.Item[],
  inactive = false,
): ItemChange[] {
  const changes = new Map<string, ItemChange>(
    subscription.items.data.map((item) => [item.id, { before: item, after: item }]),
  );
  for (const [index, params] of given.entries()) {
    const param = `items[${index}]`;
    if (params.quantity !== undefined && params.quantity < 0) {
      throw invalid("This value must be greater than or equal to 0.", {
        param: `${param}[quantity]`,
      });
    }
    if (params.id === undefined) {
      const item = added(call, subscription, params, { param, inactive });
      changes.set(item.id, { after: item });
      continue;
    }
    const before = changes.get(params.id)?.before;
    if (before === undefined) {
      throw invalid(`No such subscription item: '${params.id}'`, {
        code: "resource_missing",
        param: `${param}[id]`,
      });
    }
    changes.set(
      before.id,
      params.deleted === true
        ? { before }
        : { before, after: changed(call, before, params, { param, inactive }) },
    );
  }
  const all = [...changes.values()];
  const after = all.flatMap((change) => change.after === undefined ? [] : [change.after]);
  if (after.length === 0) {
    throw invalid("A subscription must have at least one active plan.", { param: "items" });
  }
  assertTogether(after);
  if (after[0]?.price.currency !== subscription.currency) {
    throw invalid("The currency of a subscription cannot be changed.", { param: "items" });
  }
  return all;
}

function changed(
  call: Call,
  before: SubscriptionItem,
  { price: id, quantity, metadata }: Stripe.SubscriptionUpdateParams.Item,
  { param, inactive }: { param: string; inactive: boolean },
): SubscriptionItem {
  const price = id === undefined || id === before.price.id
    ? before.price
    : recurringPrice(call, id, `${param}[price]`, inactive);
  assertQuantity(price, quantity, `${param}[quantity]`);
  const { quantity: counted, ...item } = before;
  return {
    ...item,
    metadata: mergeMetadata(before.metadata, metadata),
    plan: planOf(price),
    price,
    ...(price.recurring?.usage_type === "metered" ? {} : { quantity: quantity ?? counted ?? 1 }),
  };
}

function added(
  call: Call,
  subscription: Subscription,
  { price: id, quantity, metadata }: Stripe.SubscriptionUpdateParams.Item,
  { param, inactive }: { param: string; inactive: boolean },
): SubscriptionItem {
  const [other] = subscription.items.data;
  if (id === undefined || other === undefined) {
    throw invalid(`Missing required param: ${param}[price].`, {
      code: "parameter_missing",
      param: `${param}[price]`,
    });
  }
  const price = recurringPrice(call, id, `${param}[price]`, inactive);
  assertQuantity(price, quantity, `${param}[quantity]`);
  return newItem(call, subscription.id, price, {
    start: other.current_period_start,
    end: other.current_period_end,
    quantity,
    metadata: mergeMetadata({}, metadata),
  });
}
