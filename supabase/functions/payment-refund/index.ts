import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { RefundOfPayment, refundPayment } from "../_shared/billing/refunds.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { readIdempotencyKey } from "../_shared/idempotency.ts";
import { Reason } from "../_shared/staff/fields.ts";

/**
 * Gives back a payment, or a part of it. An invoiced one is credited by a note of the same money. The
 * customer gets one mail.
 */
export default endpoint({
  summary: "Refund a payment, whole or in part.",
  method: "POST",
  auth: "staff",
  elevated: "writes refunds, which no user may write; the RPC checks that the caller is staff",
  limit: "billing",
  idempotent: true,
  body: z.strictObject({
    payment_id: z.guid(),
    /** In minor units of the payment's currency; what is left of it unless given. */
    amount: z.int().positive().max(99_999_999_999).optional(),
    reason: Reason,
  }),
  reply: z.object({ refund: RefundOfPayment }),
  problems: [
    "payment_not_found",
    "payment_not_refundable",
    "refund_exceeds_payment",
    "payment_provider_unavailable",
  ],
}, async ({ body, user, admin, request }) => {
  const key = readIdempotencyKey(request.headers);
  const refund = await refundPayment({ admin, stripe: stripeClient() }, {
    staff: user.id,
    paymentId: body.payment_id,
    amount: body.amount ?? null,
    reason: body.reason,
    cause: key === null || key === undefined ? null : `${user.id}:${key}`,
  });
  wakeJobs();
  return { refund };
});
