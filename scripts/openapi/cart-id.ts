/** Which methods read `x-cart-id`, by which a guest is known. */
import type { Declaration } from "../../supabase/functions/_shared/declaration.ts";

/** Those that open a cart; and those with an Idempotency-Key, which is a guest's by the cart (authentication.ts). */
export function readsCartId({ auth, idempotent, problems }: Declaration): boolean {
  return auth === "visitor" && (idempotent === true || problems.includes("cart_unavailable"));
}
