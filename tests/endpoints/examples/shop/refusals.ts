/** Refusals that buyers meet. */
import type { Chapter } from "../example.ts";
import { arrived, shopOf, twoBowls } from "./story.ts";

export const shopRefusals: Chapter = {
  name: "shop/refusals",
  examples: [
    {
      operation: "productsList",
      title: "A page that is too large",
      refused: "invalid_query",
      ask: () => ({ query: { page_size: "1000" } }),
    },
    {
      operation: "productsGet",
      title: "No such product",
      refused: "product_not_found",
      ask: () => ({ params: { product: "glass-bowl" } }),
    },
    {
      operation: "checkoutCreate",
      title: "More than there are",
      refused: "out_of_stock",
      async ask(story) {
        const { bowl } = await shopOf(story);
        return {
          as: await story.ada(),
          body: {
            ...await twoBowls(story),
            items: [{ variant_id: bowl.variant, quantity: 1000 }],
          },
        };
      },
    },
    {
      operation: "checkoutCreate",
      title: "A code that is not one",
      refused: "discount_invalid",
      ask: async (story) => ({
        as: await story.ada(),
        body: { ...await twoBowls(story), discount_code: "SPRING" },
      }),
    },
    {
      operation: "checkoutCreate",
      title: "A parcel that goes nowhere",
      refused: "shipping_unavailable",
      async ask(story) {
        const wish = await twoBowls(story);
        return {
          as: await story.ada(),
          body: { ...wish, shipping_address: { ...wish.shipping_address, country: "JP" } },
        };
      },
    },
    {
      operation: "orderCancel",
      title: "The parcel has left",
      refused: "order_not_cancellable",
      async ask(story) {
        const { buyer, id } = await arrived(story);
        return { as: buyer, body: { order_id: id } };
      },
    },
  ],
};
