import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { missing } from "../errors.ts";
import { pageOf, paging } from "../pagination.ts";
import { operation, type Resource } from "../resource.ts";
import type { Documents } from "../wire.ts";

const list = operation<Stripe.SubscriptionItemListParams>(
  "GET /v1/subscription_items",
  [...paging, "subscription"],
  (call, params) => {
    const { items } = call.need("subscription", params.subscription, "subscription");
    return pageOf(items.data, "/v1/subscription_items", params);
  },
);

const retrieve = operation("GET /v1/subscription_items/{id}", [], (call, _params, id) => {
  const item = itemOf(call, id);
  if (item === undefined) throw missing("subscription_item", id);
  return item;
});

/** Items are kept inside their subscription: one place that can be right or wrong. */
function itemOf(
  call: Call,
  id: string,
): Documents["subscription"]["items"]["data"][number] | undefined {
  const owner = call.store.hidden<{ subscription: string }>(id)?.subscription;
  if (owner === undefined) return undefined;
  return call.need("subscription", owner).items.data.find((item) => item.id === id);
}

export const subscriptionItems: Resource = {
  kinds: ["subscription_item"],
  operations: [retrieve, list],
};
