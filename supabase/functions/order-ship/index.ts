import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { rows } from "../_shared/database.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { orderForStaff, StaffOrder } from "../_shared/shop/orders/order.ts";
import { Reason } from "../_shared/staff/fields.ts";

const Text = z.string().trim().min(1).max(100);

/**
 * Says how far an order is on its way: packed, sent with a carrier and a tracking number, or come. The
 * buyer gets a mail when it is sent, and when the tracking is corrected.
 */
export default endpoint({
  summary: "Mark an order as being packed, sent or delivered.",
  method: "POST",
  auth: "staff",
  elevated: "writes orders, which no user may write; the RPC checks that the caller is staff",
  limit: "write",
  idempotent: true,
  body: z.strictObject({
    order_id: z.guid(),
    status: z.enum(["fulfilling", "shipped", "delivered"]).default("shipped"),
    carrier: Text.optional(),
    tracking_number: Text.optional(),
    tracking_url: z.url({ protocol: /^https$/ }).max(1000).optional(),
    /** For the audit log; "fulfilment" unless given. */
    reason: Reason.optional(),
  }).refine(
    ({ status, carrier, tracking_number, tracking_url }) =>
      status === "shipped" || [carrier, tracking_number, tracking_url].every((one) => !one),
    { error: "Carrier and tracking go with `shipped`", path: ["status"] },
  ),
  reply: z.object({ order: StaffOrder }),
  problems: ["order_not_found", "order_state_conflict"],
}, async ({ body, user, admin, subject }) => {
  await rows(admin.rpc("order_advance", {
    staff: user.id,
    order_id: body.order_id,
    to_status: body.status,
    carrier: (body.carrier ?? null) as string,
    tracking_number: (body.tracking_number ?? null) as string,
    tracking_url: (body.tracking_url ?? null) as string,
    reason: (body.reason ?? null) as string,
    cause: await idForSubject(subject),
  }));
  wakeJobs();
  return { order: await orderForStaff(admin, user.id, body.order_id) };
});
