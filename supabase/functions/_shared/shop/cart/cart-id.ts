/** A guest's cart id: 128 random bits with our signature, in the header `x-cart-id`. */
import { createHash, randomBytes } from "node:crypto";
import { problem } from "../../problem.ts";
import { readSignedText, signText } from "../../signed-text.ts";
import { cartIdHeader } from "../headers.ts";
import type { CartName } from "./store.ts";

/** A guest's cart: the id as the guest holds it, and the name of the cart that it opens. */
export interface GuestCart {
  id: string;
  name: CartName;
}

/** Redis and orders know a cart by the hash of its id: who reads them cannot open it. */
function nameOf(text: string): CartName {
  return `guest:${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}

/** A cart that nobody has. */
export function newGuestCart(): GuestCart {
  const text = randomBytes(16).toString("base64url");
  return { id: signText("cart", text), name: nameOf(text) };
}

/** What a guest is known by, the id of his cart; undefined where it is none that we gave. */
export function cartOfGuest(headers: Headers): string | undefined {
  const id = headers.get(cartIdHeader);
  const text = id === null ? undefined : readSignedText("cart", id);
  return text === undefined ? undefined : `cart ${text}`;
}

/**
 * The guest's cart that a request names; undefined when it names none.
 *
 * @throws {Problem} `invalid_header` when the id is not one that we gave
 */
export function guestCartOf(headers: Headers): GuestCart | undefined {
  const id = headers.get(cartIdHeader);
  if (id === null) return undefined;
  const text = readSignedText("cart", id);
  if (text === undefined) {
    throw problem("invalid_header", {
      detail: "x-cart-id is no id that `cart` gave: leave it out, and adding gives another.",
    });
  }
  return { id, name: nameOf(text) };
}
