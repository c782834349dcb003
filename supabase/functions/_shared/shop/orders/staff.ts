/** Orders as staff find them and decide about them. */
import * as z from "zod";
import { stripeClient } from "../../billing/stripe.ts";
import { type Db, rows } from "../../database.ts";
import { problem } from "../../problem.ts";
import { defaultPageSize, given, Moment } from "../../staff/fields.ts";
import { cancelOrder } from "./cancel.ts";
import { OrderStatus } from "./order.ts";

export const OrderFilter = z.strictObject({
  status: OrderStatus.optional(),
  number: z.string().regex(/^[0-9A-Za-z]{10}$/).optional(),
  /** The whole address. */
  email: z.string().min(3).max(254).optional(),
  /** Placed from this moment on: ISO 8601. */
  from: Moment.optional(),
  /** Placed before this moment. */
  to: Moment.optional(),
  /** Those with a return to decide about. */
  returns: z.literal("waiting").optional(),
});

const OrderLine = z.object({
  id: z.guid(),
  number: z.string(),
  status: OrderStatus,
  customer_email: z.string().nullable(),
  user_id: z.guid().nullable(),
  currency: z.string(),
  total_amount: z.int(),
  refunded_amount: z.int(),
  created_at: z.string(),
  paid_at: z.string().nullable(),
  returns_waiting: z.boolean(),
});

export const OrderPage = z.object({
  orders: z.array(OrderLine),
  /** What `cursor` is for the next page; null on the last one. */
  next_cursor: z.string().nullable(),
});

/** Where a page ends: not secret, and checked as it comes. */
const Cursor = z.strictObject({ created_at: Moment, id: z.guid() });

function cursorOf(text: string | undefined): z.infer<typeof Cursor> | null {
  if (text === undefined) return null;
  try {
    return Cursor.parse(JSON.parse(atob(text)));
  } catch (error) {
    throw problem("invalid_query", { detail: "This is no cursor of ours.", cause: error });
  }
}

/** A page of orders, newest first. @throws {Problem} `invalid_query`, `forbidden` */
export async function listOrders(
  admin: Db,
  staff: string,
  { filter, cursor, page_size }: {
    filter: z.infer<typeof OrderFilter>;
    cursor: string | undefined;
    page_size: string | undefined;
  },
): Promise<z.infer<typeof OrderPage>> {
  const { orders, next } = await rows(admin.rpc("staff_orders", {
    staff,
    filter: given(filter),
    after: cursorOf(cursor),
    page_size: Number(page_size ?? defaultPageSize),
  })) as { orders: z.infer<typeof OrderLine>[]; next: z.infer<typeof Cursor> | null };
  return { orders, next_cursor: next === null ? null : btoa(JSON.stringify(next)) };
}

/**
 * What staff decide about one order.
 *
 * @param cause names the request: what it did already is not done again
 * @throws {Problem} what the RPCs say; see the endpoint `orders`
 */
export async function actOnOrder(
  admin: Db,
  staff: string,
  { order_id, action, reason, cause }: {
    order_id: string;
    action: "accept" | "cancel" | "confirm";
    reason: string;
    cause: string;
  },
): Promise<void> {
  switch (action) {
    case "accept":
      await rows(admin.rpc("order_review_end", { staff, reason, order_id, cause }));
      return;
    case "cancel":
      await cancelOrder(
        { admin, stripe: stripeClient() },
        { order_id, buyer: staff, by_token: false },
        { cause, staffReason: reason },
      );
      return;
    case "confirm":
      await rows(admin.rpc("order_confirmation_send", { staff, reason, order_id, cause }));
  }
}
