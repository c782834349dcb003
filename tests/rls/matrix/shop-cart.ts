/** Who may execute the functions of the cart; carts themselves are in Redis. */
import type { FunctionAccess } from "../access.ts";

export const shopCartFunctions: Record<string, FunctionAccess> = {
  "private.stock_left(uuid,integer)": {
    execute: ["anon", "authenticated", "service_role"],
    definer: true,
  },
  "public.cart_facts(uuid[],integer[],text)": {
    execute: ["anon", "authenticated", "service_role"],
  },
};
