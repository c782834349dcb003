/** Who is buying what: the caller's cart, or the items that he names. */
import { toHex } from "../../hex.ts";
import { problem } from "../../problem.ts";
import { guestCartOf } from "../cart/cart-id.ts";
import { checkoutCart } from "../cart/checkout.ts";
import type { Shopper } from "../cart/open.ts";

/** What is bought, and by whom. */
export interface Purchase {
  /** As the one pending order that each buyer has is counted: `user:<id>`, `guest:<hash>`. */
  buyer: string;
  items: { variant_id: string; quantity: number }[];
  /** The cart that loses the lines once they are paid; undefined for items that were in none. */
  cart: string | undefined;
  /** A user's: the guest's cart that he had before he signed in, if the request names one. */
  guestCart: string | undefined;
}

/**
 * A guest without a cart is told by his mail address and where he comes from together: by the mail
 * address alone, anybody could end a stranger's checkout by naming it.
 */
async function cartless(email: string, address: string): Promise<string> {
  const known = new TextEncoder().encode(`${address} ${email.toLowerCase()}`);
  return `guest:${toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", known)))}`;
}

/**
 * What a caller buys: the items that he names, else what is in his cart.
 *
 * @throws {Problem} `cart_empty`, `cart_unavailable`; `invalid_header` for a cart id that is not ours
 */
export async function purchaseOf(
  shopper: Shopper,
  items: Purchase["items"] | undefined,
  { email, address }: { email: string; address: string },
): Promise<Purchase> {
  const guestCart = shopper.user && guestCartOf(shopper.headers)?.name;
  if (items !== undefined) {
    const buyer = shopper.user === undefined
      ? guestCartOf(shopper.headers)?.name ?? await cartless(email, address)
      : `user:${shopper.user.id}`;
    return { buyer, items, cart: undefined, guestCart };
  }
  const cart = await checkoutCart(shopper);
  if (cart === undefined) throw problem("cart_empty");
  return {
    buyer: cart.name,
    items: cart.lines.map(({ variantId, quantity }) => ({ variant_id: variantId, quantity })),
    cart: cart.reference,
    guestCart,
  };
}
