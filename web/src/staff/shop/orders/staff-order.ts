/** An order as staff read it. */
import type { OrdersListReply } from "../../../../../client/src/mod.ts";

export type StaffOrder = NonNullable<OrdersListReply["order"]>;
export type OrderStatus = StaffOrder["status"];
export type OrderItem = StaffOrder["items"][number];

/** A section of an order's page that changes it. */
export interface OrderProps {
  order: StaffOrder;
  /** Reads the order again. */
  changed(): Promise<void>;
}

/** How many units of a line were not given back yet. */
export function unitsLeft({ quantity, refunded_quantity }: OrderItem): number {
  return quantity - refunded_quantity;
}
