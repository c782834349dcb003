import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { sendReceipt } from "../_shared/billing/receipts.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { readIdempotencyKey } from "../_shared/idempotency.ts";

/** Sends the receipt of a paid invoice again, to the caller's own address. */
export default endpoint({
  summary: "Mail the receipt of a paid invoice again.",
  method: "POST",
  auth: "user",
  elevated: "enqueues a mail; the RPC checks that the caller handles the workspace's billing",
  limit: "receipt",
  idempotent: true,
  status: 202,
  body: z.strictObject({
    /** The invoice's id in `invoices`. */
    invoice_id: z.guid(),
  }),
  reply: z.object({
    /** False when this very request had sent it before. */
    queued: z.boolean(),
  }),
  problems: ["invoice_not_found", "invoice_not_paid"],
}, async ({ body, user, admin, request, requestId }) => {
  const queued = await sendReceipt({ admin }, {
    userId: user.id,
    invoiceId: body.invoice_id,
    cause: readIdempotencyKey(request.headers) ?? requestId,
  });
  wakeJobs();
  return { queued };
});
