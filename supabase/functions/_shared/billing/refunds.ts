/**
 * Refunds by staff. What was invoiced is credited by a note of the same money: without one the invoice
 * still says that its taxes are owed. First the refund, then the note that names it, each with an
 * idempotency key of the intent: whoever dies in between is followed by the job refund_finish.
 */
import Stripe from "stripe";
import * as z from "zod";
import { rows } from "../database.ts";
import { describeError, log } from "../log.ts";
import { toStripeAmount } from "../money.ts";
import { problem } from "../problem.ts";
import { creditInvoice } from "./credit-notes.ts";
import { isDefiniteRefusal, stripeProblem } from "./stripe.ts";
import { syncNow, type SyncTools } from "./sync.ts";

/** A refund as the API shows it; `amount` in minor units. */
export const RefundOfPayment = z.object({
  stripe_refund_id: z.string(),
  payment_id: z.guid(),
  amount: z.int().positive(),
  currency: z.string(),
});

interface Intent {
  id: string;
  state: "open" | "refunded" | "done" | "refused";
  amount: number;
  currency: string;
  payment_id: string;
  stripe_payment_id: string;
  stripe_invoice_id: string | null;
  stripe_refund_id: string | null;
  refusal: string | null;
}

/**
 * Gives back a payment, or a part of it.
 *
 * @param amount in minor units; null for what is left
 * @param cause the request: the same one refunds once, however often it comes
 * @throws {Problem} `payment_not_found`, `payment_not_refundable`, `refund_exceeds_payment`,
 *   `payment_provider_unavailable`: then it is still under way, and this request may be repeated
 */
export async function refundPayment(
  tools: SyncTools,
  { staff, paymentId, amount, reason, cause }: {
    staff: string;
    paymentId: string;
    amount: number | null;
    reason: string;
    cause: string | null;
  },
): Promise<z.infer<typeof RefundOfPayment>> {
  const opened = await rows(tools.admin.rpc("refund_intent_open", {
    staff,
    payment_id: paymentId,
    amount: amount as number,
    reason,
    cause: cause as string,
  })) as unknown as Intent;
  const intent = await finishRefund(tools, opened);
  if (intent.state === "refused" || intent.stripe_refund_id === null) {
    throw problem("payment_not_refundable", {
      detail: `Stripe refused: ${intent.refusal ?? "it says no more"}`,
    });
  }
  return RefundOfPayment.parse(intent);
}

/** The same for the job that looks after it. False when nothing was left to do. */
export async function resumeRefund(tools: SyncTools, intentId: string): Promise<boolean> {
  const intent = await rows(
    tools.admin.rpc("refund_intent_read", { intent_id: intentId }),
  ) as unknown as Intent | null;
  if (intent === null || intent.state === "done" || intent.state === "refused") return false;
  await finishRefund(tools, intent);
  return true;
}

async function finishRefund(tools: SyncTools, opened: Intent): Promise<Intent> {
  let intent = opened;
  if (intent.state === "open") intent = await giveBack(tools, intent);
  if (intent.state === "refunded") intent = await credit(tools, intent);
  return intent;
}

async function giveBack({ admin, stripe }: SyncTools, intent: Intent): Promise<Intent> {
  let refund: Stripe.Refund;
  try {
    refund = await earlierRefund(stripe, intent) ?? await stripe.refunds.create({
      payment_intent: intent.stripe_payment_id,
      amount: stripeAmount(intent),
      metadata: { refund_intent: intent.id },
    }, { idempotencyKey: `refund:${intent.id}` });
  } catch (error) {
    // A RangeError: not a sum that Stripe takes in this currency, so it was never asked.
    if (!isDefiniteRefusal(error) && !(error instanceof RangeError)) throw stripeProblem(error);
    const refusal = (error as Error).message;
    return await rows(
      admin.rpc("refund_intent_close", { intent_id: intent.id, refusal }),
    ) as unknown as Intent;
  }
  // The mirror of the refund takes the intent along, in one transaction.
  if (refund.charge !== null) {
    const charge = typeof refund.charge === "string" ? refund.charge : refund.charge.id;
    await syncNow({ admin, stripe }, "charge", charge);
  }
  return await rows(
    admin.rpc("refund_intent_read", { intent_id: intent.id }),
  ) as unknown as Intent;
}

/** The refund that an earlier attempt has made: Stripe forgets idempotency keys, metadata it keeps. */
async function earlierRefund(
  stripe: Stripe,
  intent: Intent,
): Promise<Stripe.Refund | undefined> {
  for await (
    const refund of stripe.refunds.list({ payment_intent: intent.stripe_payment_id, limit: 100 })
  ) {
    if (refund.metadata?.["refund_intent"] === intent.id) return refund;
  }
  return undefined;
}

/** @throws {RangeError} for a sum that Stripe does not take, of a currency without small change */
function stripeAmount({ amount, currency }: Intent): number {
  return toStripeAmount({ amount, currency }).amount;
}

async function credit({ admin, stripe }: SyncTools, intent: Intent): Promise<Intent> {
  const refund = intent.stripe_refund_id!;
  if (intent.stripe_invoice_id !== null) {
    try {
      const note = await creditInvoice(stripe, {
        invoiceId: intent.stripe_invoice_id,
        amount: stripeAmount(intent),
        terms: (total) => ({
          refunds: [{ refund, amount_refunded: total }],
          // Our own mail tells of the refund.
          email_type: "none",
          metadata: { refund_intent: intent.id },
        }),
        idempotencyKey: `credit_note:${intent.id}`,
      });
      await syncNow({ admin, stripe }, "credit_note", note.id);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeError && !isDefiniteRefusal(error)) {
        throw stripeProblem(error);
      }
      // The money is back, and somebody has credited the invoice by hand: nothing to undo, but to look at.
      log("error", {
        event: "refund_without_credit_note",
        intent: intent.id,
        refund,
        error: describeError(error),
      });
    }
  }
  return await rows(
    admin.rpc("refund_intent_close", { intent_id: intent.id }),
  ) as unknown as Intent;
}
