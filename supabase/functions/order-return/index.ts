import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { Order, orderForStaff, orderOf, StaffOrder } from "../_shared/shop/orders/order.ts";
import { named, proofOf } from "../_shared/shop/orders/proof.ts";
import { tryOrderRefund } from "../_shared/shop/orders/refunds.ts";
import { Reason } from "../_shared/staff/fields.ts";

/** Returns: whoever bought asks, staff accept, which opens the refund, or reject. */
export default methods(
  endpoint({
    summary: "Ask to send lines of an order back.",
    method: "POST",
    auth: "visitor",
    elevated: "writes returns, which no user may write; the RPC asks whose order it is",
    limit: "write",
    idempotent: true,
    body: z.strictObject({
      ...named,
      lines: z.array(z.strictObject({
        order_item_id: z.guid(),
        quantity: z.int().min(1).max(100_000),
      })).min(1).max(500),
      reason: z.string().trim().min(1).max(1000),
    }),
    reply: z.object({ return_id: z.guid(), order: Order }),
    problems: ["order_not_found", "order_not_returnable", "order_line_unknown"],
  }, async ({ body, user, admin, subject }) => {
    const proof = proofOf(body, user);
    const ours = await idForSubject(subject);
    const id = await rows(admin.rpc("order_return_ask", {
      ...proof,
      lines: body.lines,
      reason: body.reason,
      return_id: ours,
    })) as string;
    // Another request had asked for the same: a repetition means that one.
    if (id !== ours) await subject.note(id);
    return { return_id: id, order: await orderOf(admin, proof) };
  }),
  endpoint({
    summary: "Accept or reject a return.",
    method: "PATCH",
    auth: "staff",
    elevated: "writes returns, which no user may write; the RPC checks that the caller is staff",
    limit: "write",
    idempotent: true,
    body: z.strictObject({
      return_id: z.guid(),
      decision: z.enum(["accept", "reject"]),
      /** Whether what came back is in stock again. */
      restock: z.boolean().default(false),
      /** Less than the lines are worth, in minor units: where something came back damaged. */
      amount: z.int().positive().max(99_999_999_999).optional(),
      /** What the buyer is told. */
      answer: z.string().trim().min(1).max(500).optional(),
      reason: Reason,
    }),
    reply: z.object({ order: StaffOrder }),
    problems: [
      "return_not_found",
      "order_state_conflict",
      "order_not_refundable",
      "refund_exceeds_order",
    ],
  }, async ({ body, user, admin }) => {
    const decided = await rows(admin.rpc("order_return_decide", {
      staff: user.id,
      why: body.reason,
      return_id: body.return_id,
      accept: body.decision === "accept",
      restock: body.restock,
      amount: (body.amount ?? null) as number,
      answer: (body.answer ?? null) as string,
    })) as { order_id: string; refund_id: string | null };
    if (decided.refund_id !== null) {
      await tryOrderRefund({ admin, stripe: stripeClient() }, decided.refund_id);
    }
    wakeJobs();
    return { order: await orderForStaff(admin, user.id, decided.order_id) };
  }),
);
