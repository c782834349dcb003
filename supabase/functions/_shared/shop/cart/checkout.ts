/** What a checkout takes from carts: the lines to order, and, once it is paid, those lines out of it. */
import * as z from "zod";
import { inCarts, openCart, type Shopper } from "./open.ts";
import { type CartName, takeFromCart } from "./store.ts";

/** A cart as a checkout finds it. */
export interface CheckoutCart {
  /** Whose: `user:<id>`, or `guest:<hash>`. The same for every checkout of one cart. */
  name: CartName;
  /** Names the cart as it is now: keep it with the order, {@link takeBought} wants it. Not secret. */
  reference: string;
  /** One line a variant, in the order in which they were put in. */
  lines: { variantId: string; quantity: number }[];
}

/**
 * The caller's cart, after any merge; undefined when there is nothing in it. What it says of quantities
 * is what was wanted: whether it can be had, the order's own transaction decides.
 *
 * @throws {Problem} `cart_unavailable`, `price_list_not_found`; `invalid_header` for a cart id that is not ours
 */
export async function checkoutCart(shopper: Shopper): Promise<CheckoutCart | undefined> {
  const { name, cart } = await openCart(shopper);
  if (name === undefined || cart.lines.length === 0) return undefined;
  return {
    name,
    reference: `${name}@${cart.clock}`,
    lines: cart.lines.map(({ variantId, quantity }) => ({ variantId, quantity })),
  };
}

/** What {@link CheckoutCart.reference} looks like. */
export const CartReference = z.string().regex(/^(user:[0-9a-f-]{36}|guest:[0-9a-f]{32})@\d{1,16}$/);

/**
 * Takes what a paid order bought out of the cart that it was placed from: once for each order, however
 * often it is called. What was put in since stays; a guest's cart that was merged into a user's is
 * followed there; a cart that is no more is none.
 *
 * @throws {Problem} `cart_unavailable`: call it again later
 */
export async function takeBought(
  reference: string,
  orderId: string,
  bought: { variantId: string; quantity: number }[],
): Promise<void> {
  const [name, clock] = CartReference.parse(reference).split("@") as [CartName, string];
  await inCarts((redis) => takeFromCart(redis, name, Number(clock), orderId, bought));
}
