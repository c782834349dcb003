/** What `cart` does: show, add, set, remove. */
import type * as z from "zod";
import { problem } from "../../problem.ts";
import { guestCartOf, newGuestCart } from "./cart-id.ts";
import { readFacts } from "./facts.ts";
import { inCarts, type OpenCart, openCart, type Shopper } from "./open.ts";
import { maxLines, maxQuantity } from "./scripts.ts";
import {
  addToCart,
  type CartName,
  type Changed,
  clearCart,
  emptyCart,
  removeLine,
  setQuantity,
} from "./store.ts";
import { type Cart, viewCart } from "./view.ts";

type CartView = z.infer<typeof Cart>;

/** What whoever has no cart sees, or one that was merged. */
const none: OpenCart = { name: undefined, cartId: null, cart: emptyCart };

async function show(shopper: Shopper, { cart, cartId }: OpenCart): Promise<CartView> {
  return viewCart(cart, await readFacts(shopper, cart.lines), cartId);
}

/** Shows the caller's cart. @throws {Problem} as openCart */
export async function showCart(shopper: Shopper): Promise<CartView> {
  return await show(shopper, await openCart(shopper));
}

/** Where the caller's changes go; undefined for a guest who has no cart yet. */
async function target(
  shopper: Shopper,
): Promise<{ name: CartName; cartId: string | null } | undefined> {
  const guest = guestCartOf(shopper.headers);
  if (shopper.user === undefined) return guest && { name: guest.name, cartId: guest.id };
  // Merges first: a change of what the guest put in must find it.
  if (guest !== undefined) await openCart(shopper);
  return { name: `user:${shopper.user.id}`, cartId: null };
}

/**
 * Adds units of a variant; a guest's first ones make the cart.
 *
 * @param once the request's Idempotency-Key
 * @throws {Problem} as openCart; `variant_not_found` when it is not on sale; `cart_limit_reached`
 */
export async function addLine(
  shopper: Shopper,
  { variantId, quantity }: { variantId: string; quantity: number },
  once: string | undefined,
): Promise<CartView> {
  const facts = await readFacts(shopper, [{ variantId, quantity }]);
  const item = facts.lines.get(variantId);
  if (item === undefined) {
    throw problem("variant_not_found", {
      detail: `No variant ${variantId} is sold by the price list ${facts.priceListId}.`,
    });
  }
  const line = {
    variantId,
    quantity,
    unitAmount: item.unit_amount,
    priceListId: facts.priceListId,
  };
  let into = await target(shopper) ?? newCart();
  let added = await inCarts((redis) => addToCart(redis, into.name, line, once));
  if ("refused" in added && added.refused === "dead") {
    // Merged into a user's meanwhile: what a guest adds now is a cart of its own, merged at the next login.
    into = newCart();
    added = await inCarts((redis) => addToCart(redis, into.name, line, once));
  }
  if ("refused" in added) {
    // Its units went into the user's cart with the others.
    if (added.refused === "done") return await show(shopper, none);
    throw problem("cart_limit_reached", {
      detail: added.refused === "full"
        ? `A cart holds at most ${maxLines} lines: take one out first.`
        : `A line holds at most ${maxQuantity} units.`,
    });
  }
  return await show(shopper, { ...into, cart: added.cart });
}

function newCart(): { name: CartName; cartId: string | null } {
  const { id, name } = newGuestCart();
  return { name, cartId: id };
}

/** Carries a change out; whoever has no cart, or one that was merged, has an empty one. */
async function change<Refusal extends string>(
  shopper: Shopper,
  how: (name: CartName) => Promise<Changed<Refusal>>,
): Promise<CartView | { refused: Refusal }> {
  const into = await target(shopper);
  const done = into && await how(into.name);
  if (into === undefined || done === undefined || "refused" in done && done.refused === "dead") {
    return await show(shopper, none);
  }
  if ("refused" in done) return { refused: done.refused as Refusal };
  return await show(shopper, { ...into, cart: done.cart });
}

/** Sets a line's quantity; 0 takes it out. @throws {Problem} as openCart; `cart_line_not_found` */
export async function setLine(
  shopper: Shopper,
  { variantId, quantity }: { variantId: string; quantity: number },
): Promise<CartView> {
  if (quantity === 0) return await deleteLines(shopper, variantId);
  const shown = await change(
    shopper,
    (name) => inCarts((redis) => setQuantity(redis, name, variantId, quantity)),
  );
  if ("refused" in shown || !shown.lines.some((line) => line.variant_id === variantId)) {
    throw problem("cart_line_not_found", {
      detail: `The cart has no line of variant ${variantId}: add it.`,
    });
  }
  return shown;
}

/** Takes a line out, or all. @throws {Problem} as openCart */
export async function deleteLines(shopper: Shopper, variantId: string | "all"): Promise<CartView> {
  const shown = await change<never>(
    shopper,
    (name) =>
      inCarts((redis) =>
        variantId === "all" ? clearCart(redis, name) : removeLine(redis, name, variantId)
      ),
  );
  return shown as CartView;
}
