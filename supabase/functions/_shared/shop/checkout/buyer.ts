/** Who is buying, as the one pending order that each has is counted. */
import { toHex } from "../../hex.ts";

/**
 * `user:<id>`; a guest by the cart that he brings. Without one by his mail address and where he comes
 * from together: by the mail address alone, anybody could end a stranger's checkout by naming it.
 */
export async function buyerOf(
  user: { id: string } | undefined,
  headers: Headers,
  email: string,
  address: string,
): Promise<string> {
  if (user !== undefined) return `user:${user.id}`;
  const known = headers.get("x-cart-id") ?? `${address} ${email.toLowerCase()}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(known));
  return `guest:${toHex(new Uint8Array(digest))}`;
}
