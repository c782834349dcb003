import * as z from "zod";
import { endpoint } from "../_shared/endpoint.ts";
import { Order, orderOf } from "../_shared/shop/orders/order.ts";
import { named, proofOf } from "../_shared/shop/orders/proof.ts";

/** One order, with all that its page and its receipt show: for the user who placed it, or by its link. */
export default endpoint({
  summary: "Read an order, as the user who placed it or by its signed link.",
  method: "GET",
  auth: "visitor",
  elevated: "guests have no rows under RLS; the RPC gives an order to its buyer or its token alone",
  limit: "read",
  query: z.strictObject(named),
  reply: z.object({ order: Order }),
  problems: ["order_not_found"],
}, async ({ query, user, admin }) => ({ order: await orderOf(admin, proofOf(query, user)) }));
