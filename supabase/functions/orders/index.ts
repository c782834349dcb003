import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { orderForStaff, StaffOrder } from "../_shared/shop/orders/order.ts";
import { actOnOrder, listOrders, OrderFilter, OrderPage } from "../_shared/shop/orders/staff.ts";
import { PageSize, Reason } from "../_shared/staff/fields.ts";

/** Orders for staff: a page of them, or one whole; accept, cancel, confirm again. */
export default methods(
  endpoint({
    summary: "List orders, newest first, or read one with its ledger.",
    method: "GET",
    auth: "staff",
    elevated: "reads every order, which RLS gives to buyers alone; the RPCs ask for staff as well",
    limit: "read",
    query: z.strictObject({
      id: z.guid().optional(),
      ...OrderFilter.shape,
      cursor: z.string().max(200).optional(),
      page_size: PageSize.optional(),
    }).refine(
      ({ id, ...filter }) =>
        id === undefined || Object.values(filter).every((one) => one === undefined),
      { error: "One order needs no filter", path: ["id"] },
    ),
    reply: OrderPage.extend({
      /** The one that was asked for by id. */
      order: StaffOrder.nullable(),
    }),
    problems: ["order_not_found", "invalid_query"],
  }, async ({ query: { id, cursor, page_size, ...filter }, user, admin }) => {
    if (id !== undefined) {
      return { orders: [], next_cursor: null, order: await orderForStaff(admin, user.id, id) };
    }
    return { ...await listOrders(admin, user.id, { filter, cursor, page_size }), order: null };
  }),
  endpoint({
    summary:
      "Accept an order in review, cancel one that is not sent, or confirm one again by mail.",
    method: "POST",
    auth: "staff",
    elevated: "writes orders, which no user may write; the RPCs check that the caller is staff",
    limit: "write",
    idempotent: true,
    body: z.strictObject({
      order_id: z.guid(),
      action: z.enum(["accept", "cancel", "confirm"]),
      reason: Reason,
    }),
    reply: z.object({ order: StaffOrder }),
    problems: [
      "order_not_found",
      "order_state_conflict",
      "order_not_cancellable",
      "out_of_stock",
      "payment_provider_unavailable",
    ],
  }, async ({ body: { order_id, action, reason }, user, admin, subject }) => {
    await actOnOrder(admin, user.id, {
      order_id,
      action,
      reason,
      cause: await idForSubject(subject),
    });
    wakeJobs();
    return { order: await orderForStaff(admin, user.id, order_id) };
  }),
);
