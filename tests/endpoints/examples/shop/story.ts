/** What is bought in the examples. */
import { strictEqual } from "node:assert/strict";
import { payPage } from "../../../support/pay-page.ts";
import type { TestUser } from "../../../support/users.ts";
import type { Story } from "../story.ts";
import { type Shop, stockShop } from "./stock.ts";

/** An order as its buyer has it. */
export interface Bought {
  buyer: TestUser;
  id: string;
  session: string;
}

const shops = new WeakMap<Story, Promise<Shop>>();
const orders = new WeakMap<Story, Promise<Bought>>();

/** What there is to buy. */
export function shopOf(story: Story): Promise<Shop> {
  const shop = shops.get(story) ?? stockShop(story.sql);
  shops.set(story, shop);
  return shop;
}

/** What a checkout of two bowls is asked by. */
export async function twoBowls(story: Story) {
  const { bowl, rate } = await shopOf(story);
  return {
    items: [{ variant_id: bowl.variant, quantity: 2 }],
    shipping_address: {
      name: "Ada Lovelace",
      line1: "12 rue des Tournelles",
      postal_code: "75004",
      city: "Paris",
      country: "FR",
    },
    shipping_rate_id: rate,
    success_url: `${story.at.siteUrl}/order/return?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${story.at.siteUrl}/cart`,
  };
}

/** Two bowls that Ada has ordered, and paid for. */
export async function bought(story: Story): Promise<Bought> {
  const buyer = await story.ada();
  const placed = await story.call("POST", "checkout-create", buyer, await twoBowls(story));
  await payPage(placed.checkout_url);
  await story.settled();
  const { order } = await story.call("GET", `order?order_id=${placed.order_id}`, buyer);
  strictEqual(order.status, "paid");
  return { buyer, id: placed.order_id, session: placed.session_id };
}

/** The same, for examples that leave the order as it is. */
export function paid(story: Story): Promise<Bought> {
  const order = orders.get(story) ?? bought(story);
  orders.set(story, order);
  return order;
}

/** Two bowls that have arrived. */
export async function arrived(story: Story): Promise<Bought> {
  const order = await bought(story);
  for (const status of ["shipped", "delivered"]) {
    const body = { order_id: order.id, status };
    await story.call("POST", "order-ship", await story.staff(), body);
  }
  return order;
}

/** One of them, as a return or a refund names it. */
export async function oneBack(story: Story, { buyer, id }: Bought) {
  const { order } = await story.call("GET", `order?order_id=${id}`, buyer);
  return { lines: [{ order_item_id: order.items[0].id as string, quantity: 1 }] };
}
