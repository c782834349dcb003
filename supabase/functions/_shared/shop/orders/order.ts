/** Orders as the API shows them. Amounts in minor units of the order's currency. */
import * as z from "zod";
import { type Db, rows } from "../../database.ts";
import { problem } from "../../problem.ts";
import { BuyerRefund, OrderRefund } from "./refunds.ts";
import type { Proof } from "./proof.ts";

export const OrderStatus = z.enum([
  "pending",
  "paid",
  "fulfilling",
  "shipped",
  "delivered",
  "cancelled",
  "expired",
  "partially_refunded",
  "refunded",
  "disputed",
  "review",
]);

const OrderItem = z.object({
  id: z.guid(),
  product_id: z.guid().nullable(),
  variant_id: z.guid().nullable(),
  sku: z.string(),
  /** In the order's language. */
  name: z.string(),
  options: z.record(z.string(), z.string()),
  unit_amount: z.int(),
  quantity: z.int(),
  subtotal_amount: z.int(),
  discount_amount: z.int(),
  total_amount: z.int(),
  refunded_quantity: z.int(),
  /** Without tax. */
  refunded_amount: z.int(),
});

export const OrderReturn = z.object({
  id: z.guid(),
  state: z.enum(["requested", "accepted", "rejected"]),
  lines: z.array(z.object({ order_item_id: z.guid(), quantity: z.int() })),
  reason: z.string().nullable(),
  /** What staff said. */
  answer: z.string().nullable(),
  refund_id: z.guid().nullable(),
  created_at: z.string(),
  decided_at: z.string().nullable(),
});

/** An order as its buyer reads it, and what a receipt is printed from. */
export const Order = z.object({
  id: z.guid(),
  number: z.string(),
  status: OrderStatus,
  locale: z.enum(["en", "fr"]),
  customer_email: z.string().nullable(),
  currency: z.string(),
  subtotal_amount: z.int(),
  discount_amount: z.int(),
  discount_code: z.string().nullable(),
  shipping_amount: z.int(),
  /** On top of the prices. */
  tax_amount: z.int(),
  total_amount: z.int(),
  paid_amount: z.int(),
  refunded_amount: z.int(),
  shipping_rate: z.object({
    name_en: z.string(),
    name_fr: z.string(),
    min_days: z.int().nullish(),
    max_days: z.int().nullish(),
  }).nullable(),
  shipping_address: z.object({
    name: z.string().nullish(),
    line1: z.string().nullish(),
    line2: z.string().nullish(),
    city: z.string().nullish(),
    state: z.string().nullish(),
    postal_code: z.string().nullish(),
    country: z.string().nullish(),
    phone: z.string().nullish(),
  }).nullable(),
  carrier: z.string().nullable(),
  tracking_number: z.string().nullable(),
  tracking_url: z.string().nullable(),
  created_at: z.string(),
  paid_at: z.string().nullable(),
  shipped_at: z.string().nullable(),
  delivered_at: z.string().nullable(),
  /** Until when stock is held for it while it is pending. */
  expires_at: z.string(),
  can_cancel: z.boolean(),
  can_return: z.boolean(),
  items: z.array(OrderItem),
  events: z.array(z.object({
    /** `status`, or what else happened. */
    kind: z.string(),
    from_status: OrderStatus.nullable(),
    to_status: OrderStatus.nullable(),
    note: z.string().nullable(),
    created_at: z.string(),
  })),
  refunds: z.array(BuyerRefund),
  returns: z.array(OrderReturn),
});

/** The same for staff. */
export const StaffOrder = Order.extend({
  refunds: z.array(OrderRefund),
  user_id: z.guid().nullable(),
  status_before: OrderStatus.nullable(),
  disputed_amount: z.int(),
  /** What can still be refunded. */
  left_amount: z.int(),
  stripe_session_id: z.string().nullable(),
  stripe_payment_intent_id: z.string().nullable(),
  /** The ledger: to us positive, from us negative. */
  money: z.array(z.object({
    kind: z.enum(["charge", "refund", "refund_failed", "dispute", "dispute_won"]),
    amount: z.int(),
    currency: z.string(),
    stripe_id: z.string(),
    created_at: z.string(),
  })),
  disputes: z.array(z.object({
    stripe_dispute_id: z.string(),
    status: z.string(),
    amount: z.int(),
    currency: z.string(),
    reason: z.string().nullable(),
    evidence_due_by: z.string().nullable(),
    created_at: z.string(),
  })),
});

/** An order for its buyer. @throws {Problem} `order_not_found` */
export async function orderOf(admin: Db, proof: Proof): Promise<z.infer<typeof Order>> {
  const found = await rows(admin.rpc("order_read", { ...proof }));
  if (found === null) throw problem("order_not_found");
  return found as z.infer<typeof Order>;
}

/** An order for staff. @throws {Problem} `order_not_found`, `forbidden` */
export async function orderForStaff(
  admin: Db,
  staff: string,
  orderId: string,
): Promise<z.infer<typeof StaffOrder>> {
  const found = await rows(admin.rpc("staff_order", { staff, order_id: orderId }));
  if (found === null) throw problem("order_not_found");
  return found as z.infer<typeof StaffOrder>;
}
