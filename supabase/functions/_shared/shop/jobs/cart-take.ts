import * as z from "zod";
import { CartReference, takeBought } from "../cart/checkout.ts";
import { readOrder } from "../checkout/order.ts";
import { jobKind, succeeded } from "../../jobs/kind.ts";

/** Takes what a paid order bought out of the cart that it came from. */
export const cartTake = jobKind({
  schema: z.object({ cart: CartReference, order_id: z.guid() }),
  timeoutMs: 30_000,
  async handle({ admin }, { cart, order_id }) {
    const order = await readOrder(admin, order_id);
    const bought = (order?.items ?? []).flatMap(({ variant_id, quantity }) =>
      variant_id === null ? [] : [{ variantId: variant_id, quantity }]
    );
    await takeBought(cart, order_id, bought);
    return succeeded;
  },
});
