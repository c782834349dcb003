import * as z from "zod";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { readIdempotencyKey } from "../_shared/idempotency.ts";
import { addLine, deleteLines, setLine, showCart } from "../_shared/shop/cart/change.ts";
import { cartIdHeader } from "../_shared/shop/headers.ts";
import type { Shopper } from "../_shared/shop/cart/open.ts";
import { maxQuantity } from "../_shared/shop/cart/scripts.ts";
import { Cart } from "../_shared/shop/cart/view.ts";

const Query = z.strictObject({
  /** By which prices; default: the shop's default list. */
  price_list: z.string().max(40).optional(),
});
const elevated =
  "asks whether there is enough in stock, which buyers may not count; everything else is read as the caller";
const Reply = z.object({ cart: Cart });
const problems = ["cart_unavailable", "price_list_not_found", "invalid_header"] as const;

function shopperOf(
  { db, admin, user, request, query }: Pick<Shopper, "db" | "admin" | "user"> & {
    request: Request;
    query: z.output<typeof Query>;
  },
): Shopper {
  return { db, admin, user, headers: request.headers, priceListId: query.price_list };
}

/** Tells a guest the cart's id in the header as well, where whatever keeps headers finds it. */
function told(headers: Headers, cart: z.infer<typeof Cart>): z.infer<typeof Reply> {
  if (cart.cart_id !== null) headers.set(cartIdHeader, cart.cart_id);
  return { cart };
}

/** Shows the cart: of the user, else the guest's whose id comes as `x-cart-id`. */
const read = endpoint({
  summary: "Read the cart, with prices and availability as they are now.",
  method: "GET",
  auth: "visitor",
  elevated,
  limit: "read",
  // The guest's cart becomes the user's at the first look after signing in.
  writes: true,
  query: Query,
  reply: Reply,
  problems,
}, async (context) => told(context.headers, await showCart(shopperOf(context))));

/** Adds units of a variant to its line. A guest's first ones make a cart, whose id the reply tells. */
const add = endpoint({
  summary: "Add units of a variant to the cart.",
  method: "POST",
  auth: "visitor",
  elevated,
  limit: "cart",
  idempotent: true,
  query: Query,
  body: z.strictObject({
    variant_id: z.guid(),
    quantity: z.int().min(1).max(maxQuantity).default(1),
  }),
  reply: Reply,
  problems: [...problems, "variant_not_found", "cart_limit_reached"],
}, async (context) => {
  const { variant_id, quantity } = context.body;
  const line = { variantId: variant_id.toLowerCase(), quantity };
  const once = readIdempotencyKey(context.request.headers);
  return told(context.headers, await addLine(shopperOf(context), line, once));
});

/** Sets how many of a line are wanted. */
const set = endpoint({
  summary: "Set the quantity of a line of the cart; 0 takes it out.",
  method: "PATCH",
  auth: "visitor",
  elevated,
  limit: "cart",
  query: Query,
  body: z.strictObject({
    variant_id: z.guid(),
    quantity: z.int().min(0).max(maxQuantity),
  }),
  reply: Reply,
  problems: [...problems, "cart_line_not_found"],
}, async (context) => {
  const { variant_id, quantity } = context.body;
  const line = { variantId: variant_id.toLowerCase(), quantity };
  return told(context.headers, await setLine(shopperOf(context), line));
});

/** Takes a line out, or all of them. */
const remove = endpoint({
  summary: "Take a line out of the cart, or all lines.",
  method: "DELETE",
  auth: "visitor",
  elevated,
  limit: "cart",
  query: Query,
  body: z.strictObject({
    /** A line's variant, or `all`. */
    variant_id: z.union([z.guid(), z.literal("all")]),
  }),
  reply: Reply,
  problems,
}, async (context) => {
  const variantId = context.body.variant_id.toLowerCase();
  return told(context.headers, await deleteLines(shopperOf(context), variantId));
});

export default methods(read, add, set, remove);
