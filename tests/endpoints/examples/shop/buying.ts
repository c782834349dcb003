/** The shop, from the list of products to the parcel that comes back. */
import type { TestUser } from "../../../support/users.ts";
import type { Chapter } from "../example.ts";
import type { Story } from "../story.ts";
import { arrived, bought, oneBack, paid, shopOf, twoBowls } from "./story.ts";

/** Two bowls in Ada's cart. */
async function filled(story: Story): Promise<{ ada: TestUser; variant_id: string }> {
  const [ada, { bowl }] = await Promise.all([story.ada(), shopOf(story)]);
  await story.call("POST", "cart", ada, { variant_id: bowl.variant, quantity: 2 });
  return { ada, variant_id: bowl.variant };
}

export const buying: Chapter = {
  name: "shop/buying",
  examples: [
    {
      operation: "shopReconcile",
      title: "One order, and every book agrees",
      async ask(story) {
        await paid(story);
        return { body: { repair: false } };
      },
    },
    {
      operation: "productsList",
      title: "A search with a typing error",
      async ask(story) {
        await shopOf(story);
        return { query: { search: "bowll", in_stock: "true", facets: "true" } };
      },
    },
    {
      operation: "productsGet",
      title: "A product's page in French",
      async ask(story) {
        const { bowl } = await shopOf(story);
        return { params: { product: bowl.slug }, query: { locale: "fr" } };
      },
    },
    {
      operation: "cartAdd",
      title: "A guest's first units",
      async ask(story) {
        const { bowl } = await shopOf(story);
        return { body: { variant_id: bowl.variant, quantity: 2 } };
      },
    },
    {
      operation: "cartGet",
      title: "A user's cart",
      ask: async (story) => ({ as: (await filled(story)).ada, query: {} }),
    },
    {
      operation: "cartSet",
      title: "Three instead",
      async ask(story) {
        const { ada, variant_id } = await filled(story);
        return { as: ada, body: { variant_id, quantity: 3 } };
      },
    },
    {
      operation: "cartRemove",
      title: "Everything out",
      ask: async (story) => ({ as: (await filled(story)).ada, body: { variant_id: "all" } }),
    },
    {
      operation: "checkoutCreate",
      title: "A guest orders two bowls",
      ask: async (story) => ({
        body: { email: story.address("ada"), ...await twoBowls(story) },
      }),
    },
    {
      operation: "checkoutStatus",
      title: "Back from Stripe's page, paid",
      async ask(story) {
        const { buyer, session } = await paid(story);
        return { as: buyer, body: { session_id: session } };
      },
    },
    {
      operation: "order",
      title: "An order that is paid",
      async ask(story) {
        const { buyer, id } = await paid(story);
        return { as: buyer, query: { order_id: id } };
      },
    },
    {
      operation: "orderCancel",
      title: "Before it is packed",
      async ask(story) {
        const { buyer, id } = await bought(story);
        return { as: buyer, body: { order_id: id } };
      },
    },
    {
      operation: "orderReturnRequest",
      title: "One bowl is to go back",
      async ask(story) {
        const order = await arrived(story);
        return {
          as: order.buyer,
          body: {
            order_id: order.id,
            ...await oneBack(story, order),
            reason: "One has a chip in its rim",
          },
        };
      },
    },
    {
      operation: "orderReturnDecide",
      title: "It may, and is paid back",
      async ask(story) {
        const order = await arrived(story);
        const { return_id } = await story.call("POST", "order-return", order.buyer, {
          order_id: order.id,
          ...await oneBack(story, order),
          reason: "One has a chip in its rim",
        });
        return {
          body: {
            return_id,
            decision: "accept",
            restock: false,
            answer: "We are sorry. The money is on its way.",
            reason: "Damaged when it arrived",
          },
        };
      },
    },
    {
      operation: "orderRefund",
      title: "One of two bowls paid back",
      async ask(story) {
        const order = await arrived(story);
        return {
          body: {
            order_id: order.id,
            ...await oneBack(story, order),
            kind: "goodwill",
            reason: "The glaze differs from the picture",
          },
        };
      },
    },
    {
      operation: "orderShip",
      title: "The parcel is on its way",
      async ask(story) {
        const { id } = await bought(story);
        return {
          body: {
            order_id: id,
            status: "shipped",
            carrier: "Colissimo",
            tracking_number: "6A12345678901",
            tracking_url: "https://www.laposte.fr/outils/suivre-vos-envois?code=6A12345678901",
          },
        };
      },
    },
    {
      operation: "ordersList",
      title: "Somebody's paid orders",
      async ask(story) {
        const { buyer } = await paid(story);
        return { query: { email: buyer.email, status: "paid" } };
      },
    },
    {
      operation: "ordersDecide",
      title: "The confirmation once more",
      async ask(story) {
        const { id } = await paid(story);
        return {
          body: {
            order_id: id,
            action: "confirm",
            reason: "The customer asked for it by telephone",
          },
        };
      },
    },
  ],
};
