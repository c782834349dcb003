/** Receipts on request. */
import { createHash } from "node:crypto";
import { type Db, rows } from "../database.ts";

/**
 * Sends the receipt of a paid invoice once more, to whoever asks.
 *
 * @param cause the request: each sends one mail, the same one again none
 * @throws {Problem} `invoice_not_found`, `invoice_not_paid`
 */
export async function sendReceipt(
  { admin }: { admin: Db },
  { userId, invoiceId, cause }: { userId: string; invoiceId: string; cause: string },
): Promise<boolean> {
  return await rows(admin.rpc("receipt_send", {
    user_id: userId,
    invoice_id: invoiceId,
    // Whatever a caller chose as a key, hashed with who he is: nobody takes another's.
    cause: createHash("sha256").update(`${userId}\n${cause}`).digest("hex").slice(0, 32),
  }));
}
