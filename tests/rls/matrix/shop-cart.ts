/** Who may execute the functions of the cart; carts themselves are in Redis. */
import type { FunctionAccess } from "../access.ts";

export const shopCartFunctions: Record<string, FunctionAccess> = {
  "public.cart_facts(uuid[],text)": { execute: ["anon", "authenticated", "service_role"] },
  "public.cart_stock(uuid[],integer[])": { execute: ["service_role"] },
};
