import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { rows } from "../_shared/database.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { OrderRefund, tryOrderRefund } from "../_shared/shop/orders/refunds.ts";
import { Reason } from "../_shared/staff/fields.ts";

/**
 * Gives money of an order back: all that is left, an amount, or what units of its lines are worth with
 * their share of discount and tax. The buyer gets one mail.
 */
export default endpoint({
  summary: "Refund an order, whole, by amount or by line.",
  method: "POST",
  auth: "staff",
  elevated: "writes refunds, which no user may write; the RPC checks that the caller is staff",
  limit: "billing",
  idempotent: true,
  body: z.strictObject({
    order_id: z.guid(),
    /** In minor units. With lines: less than they are worth. */
    amount: z.int().positive().max(99_999_999_999).optional(),
    lines: z.array(z.strictObject({
      order_item_id: z.guid(),
      quantity: z.int().min(1).max(100_000),
    })).min(1).max(500).optional(),
    /** Beside lines: the shipping as well. */
    shipping: z.boolean().default(false),
    /** Whether the lines come back into stock; without lines, all that are left. */
    restock: z.boolean().default(false),
    kind: z.enum(["cancelled", "returned", "goodwill", "review"]).default("goodwill"),
    reason: Reason,
  }),
  reply: z.object({ refund: OrderRefund }),
  problems: [
    "order_not_found",
    "order_not_refundable",
    "order_line_unknown",
    "refund_exceeds_order",
  ],
}, async ({ body, user, admin, subject }) => {
  const opened = await rows(admin.rpc("order_refund", {
    staff: user.id,
    why: body.reason,
    order_id: body.order_id,
    amount: (body.amount ?? null) as number,
    reason: body.kind,
    lines: [...body.lines ?? [], ...body.shipping ? [{ shipping: true }] : []],
    restock: body.restock,
    cause: await idForSubject(subject),
  })) as z.infer<typeof OrderRefund>;
  const refund = await tryOrderRefund({ admin, stripe: stripeClient() }, opened.id);
  wakeJobs();
  return { refund: refund ?? opened };
});
