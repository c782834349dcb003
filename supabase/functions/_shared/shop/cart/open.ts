/** Whose cart a request means, and the merge of a guest's cart into a user's. */
import type { Redis } from "@upstash/redis";
import { describeError, log } from "../../log.ts";
import { problem } from "../../problem.ts";
import { RedisUnavailable, redisWithPauses } from "../../redis.ts";
import { type GuestCart, guestCartOf } from "./cart-id.ts";
import { type FactsAsked, readFacts } from "./facts.ts";
import { maxQuantity } from "./scripts.ts";
import {
  type CartName,
  emptyCart,
  mergeCarts,
  readCart,
  readCarts,
  type StoredCart,
} from "./store.ts";

/** Who asks, and for what currency. */
export interface Shopper extends FactsAsked {
  /** Undefined for a guest. */
  user: { id: string } | undefined;
  /** Of the request: `x-cart-id` is read. */
  headers: Headers;
}

/** A cart that was opened. */
export interface OpenCart {
  /** Undefined for a guest who has none yet. */
  name: CartName | undefined;
  /** The guest's, while it is good. */
  cartId: string | null;
  cart: StoredCart;
}

/** Short: without it there are no carts, and one slow moment must not close the shop. */
const askRedis = redisWithPauses(1000);

/** Asks Redis for carts. @throws {Problem} `cart_unavailable` */
export async function inCarts<T>(ask: (redis: Redis) => Promise<T>): Promise<T> {
  try {
    return await askRedis(ask);
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) throw error;
    log("warn", { event: "cart_without_redis", error: describeError(error) });
    throw problem("cart_unavailable", { retryAfterSeconds: error.retryAfterSeconds, cause: error });
  }
}

/**
 * How many units of what the guest's cart holds can be had: not only as many as both hold now, since more
 * may come before they are merged. What is not on sale is not cut.
 */
async function mostOf(shopper: Shopper, guest: StoredCart): Promise<Map<string, number>> {
  const wanted = guest.lines.map(({ variantId }) => ({ variantId, quantity: maxQuantity }));
  const { lines, canHave } = await readFacts(shopper, wanted);
  return new Map([...lines.keys()].map((variantId) => [variantId, canHave.get(variantId) ?? 0]));
}

/** A user's cart; that of the guest who the user was is merged into it first. */
async function openUserCart(shopper: Shopper, userId: string): Promise<OpenCart> {
  const name: CartName = `user:${userId}`;
  const guest = guestCartOf(shopper.headers);
  if (guest === undefined) {
    const cart = await inCarts((redis) => readCart(redis, name));
    return { name, cartId: null, cart: cart ?? emptyCart };
  }
  const [theirs, own = emptyCart] = await inCarts((redis) => readCarts(redis, [guest.name, name]));
  // Merged before, or expired: there is nothing to lose.
  if (theirs === undefined) return { name, cartId: null, cart: own };
  const most = theirs.lines.length === 0 ? new Map() : await mostOf(shopper, theirs);
  const cart = await inCarts((redis) => mergeCarts(redis, guest.name, name, most));
  return { name, cartId: null, cart };
}

async function openGuestCart(guest: GuestCart): Promise<OpenCart> {
  const cart = await inCarts((redis) => readCart(redis, guest.name));
  return cart === undefined
    ? { name: undefined, cartId: null, cart: emptyCart }
    : { name: guest.name, cartId: guest.id, cart };
}

/**
 * Opens the caller's cart.
 *
 * @throws {Problem} `cart_unavailable`, `price_list_not_found`; `invalid_header` for a cart id that is not ours
 */
export async function openCart(shopper: Shopper): Promise<OpenCart> {
  if (shopper.user !== undefined) return await openUserCart(shopper, shopper.user.id);
  const guest = guestCartOf(shopper.headers);
  return guest === undefined
    ? { name: undefined, cartId: null, cart: emptyCart }
    : await openGuestCart(guest);
}
