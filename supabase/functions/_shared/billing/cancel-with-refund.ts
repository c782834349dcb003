/**
 * Ending a subscription at once and giving back what was paid for and not used: to the card, by credit
 * notes on the invoices that were paid, so that the books show it. (Stripe's own proration on
 * cancellation would only leave a credit that a customer who goes can never use.)
 *
 * Decided once, in a row; then each step can be repeated, by whoever repeats the request or by the job.
 */
import Stripe from "stripe";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { describeError, log } from "../log.ts";
import { fromStripeAmount } from "../money.ts";
import { Problem } from "../problem.ts";
import {
  cancelNow,
  type Change,
  type ChangeTools,
  whichSubscription,
  type Whose,
} from "./changes.ts";
import { creditInvoice } from "./credit-notes.ts";
import { stripeProblem } from "./stripe.ts";
import { readSubscription, type Subscription } from "./subscription.ts";
import { syncNow } from "./sync.ts";

/** What goes back to the card; `amount` in minor units. */
export const CancellationRefund = z.object({
  amount: z.int(),
  currency: z.string(),
  /** pending: it is done by a job in the next minutes. */
  status: z.enum(["done", "pending"]),
});

/** What of one invoice is given back, in Stripe's units. */
interface Part {
  invoice: string;
  /** To the card. */
  refund: number;
  /** To the customer's credit, which had paid it. */
  credit: number;
}

interface Cancellation {
  id: string;
  stripe_subscription_id: string;
  currency: string;
  parts: Part[];
  refunded: boolean;
}

/**
 * What proration says was paid for and is not used, in Stripe's units. What a pause has credited waits
 * for an invoice already, and is not credited a second time.
 */
async function unusedAt(
  stripe: Stripe,
  { id: subscription, status }: Stripe.Subscription,
  now: number,
): Promise<number> {
  try {
    const preview = await stripe.invoices.createPreview({
      subscription,
      subscription_details: {
        cancel_now: true,
        ...(status === "paused"
          ? { proration_behavior: "none" as const }
          : { proration_behavior: "always_invoice" as const, proration_date: now }),
      },
    });
    return Math.max(0, -preview.total);
  } catch (error) {
    const nothing = error instanceof Stripe.errors.StripeInvalidRequestError &&
      error.code === "invoice_upcoming_none";
    if (nothing) return 0;
    throw error;
  }
}

/** What a card has paid of an invoice and can still get back. */
async function leftOnCard(stripe: Stripe, invoice: string): Promise<number> {
  const payments = await stripe.invoicePayments.list({
    invoice,
    status: "paid",
    limit: 100,
    expand: ["data.payment.payment_intent.latest_charge"],
  });
  return payments.data.reduce((sum, { payment }) => {
    const intent = payment.payment_intent;
    const charge = typeof intent === "object" ? intent.latest_charge : null;
    return typeof charge === "object" && charge !== null
      ? sum + charge.amount - charge.amount_refunded
      : sum;
  }, 0);
}

/** Whether an invoice paid for time after a moment. Every page of its lines: it embeds ten. */
async function paidForAfter(
  stripe: Stripe,
  invoice: Stripe.Invoice,
  moment: number,
): Promise<boolean> {
  const lines = invoice.lines.has_more
    ? await stripe.invoices.listLineItems(invoice.id!, { limit: 100 })
      .autoPagingToArray({ limit: 10_000 })
    : invoice.lines.data;
  return lines.some(({ period }) => period.end > moment);
}

/**
 * Splits what is unused over the invoices that paid for the time that is left, the newest first. What
 * nobody has paid yet, and what paid for time that is over, gives nothing back.
 */
async function partsOf(stripe: Stripe, held: Stripe.Subscription, now: number): Promise<Part[]> {
  let left = await unusedAt(stripe, held, now);
  if (left === 0) return [];
  const usedUntil = held.status_details?.paused?.transitioned_at ?? now;
  const parts: Part[] = [];
  const invoices = stripe.invoices.list({ subscription: held.id, status: "paid", limit: 100 });
  for await (const invoice of invoices) {
    if (left === 0) break;
    if (!await paidForAfter(stripe, invoice, usedUntil)) continue;
    const creditable = invoice.total - invoice.pre_payment_credit_notes_amount -
      invoice.post_payment_credit_notes_amount;
    const part = Math.min(left, creditable);
    if (part <= 0) continue;
    const refund = Math.min(part, await leftOnCard(stripe, invoice.id!));
    // Of what the card has had back already, nothing becomes credit a second time.
    const byCredit = Math.max(0, invoice.total - invoice.amount_paid);
    const credit = Math.min(part - refund, byCredit);
    if (refund + credit === 0) continue;
    parts.push({ invoice: invoice.id!, refund, credit });
    left -= refund + credit;
  }
  return parts;
}

/** Does what was decided, from wherever it stopped: every call has its own key or can be repeated. */
export async function finishCancellation(
  { admin, stripe }: ChangeTools,
  cancellation: Cancellation,
): Promise<void> {
  if (cancellation.refunded) return;
  await cancelNow(stripe, cancellation.stripe_subscription_id);
  for (const { invoice, refund, credit } of cancellation.parts) {
    await creditInvoice(stripe, {
      invoiceId: invoice,
      amount: refund + credit,
      terms: (total) => {
        const toCard = Math.min(refund, total);
        return {
          ...(toCard > 0 && { refund_amount: toCard }),
          ...(total > toCard && { credit_amount: total - toCard }),
          reason: "order_change",
          metadata: { cancellation_id: cancellation.id },
        };
      },
      idempotencyKey: `cancellation:${cancellation.id}:${invoice}`,
    });
  }
  await rows(admin.rpc("subscription_cancellation_done", { cancellation_id: cancellation.id }));
}

/** What was decided of late: the answer to that request may have been lost. */
async function decided(admin: Db, whose: Whose): Promise<Cancellation | null> {
  return await rows(admin.rpc("subscription_cancellation_latest", {
    user_id: whose.userId,
    workspace_id: whose.workspaceId as string,
    ...(whose.subscriptionId !== undefined && { subscription_id: whose.subscriptionId }),
  })) as unknown as Cancellation | null;
}

/** The cancellation to go on with: one that was decided, or decided now. */
async function decide(tools: ChangeTools, change: Change): Promise<Cancellation> {
  const { admin, stripe } = tools;
  const { subject } = change;
  // A repetition means the one of the first try, also where another runs by now.
  const whose = { ...change, subscriptionId: subject.known ?? change.subscriptionId };
  if (subject.known !== undefined) {
    const earlier = await decided(admin, whose);
    if (earlier !== null) return earlier;
  }
  try {
    const target = await whichSubscription(admin, whose);
    await subject.note(target.id);
    const held = await stripe.subscriptions.retrieve(target.stripe_subscription_id);
    return await rows(admin.rpc("subscription_cancellation_open", {
      user_id: whose.userId,
      workspace_id: whose.workspaceId as string,
      stripe_subscription_id: held.id,
      currency: held.currency.toUpperCase(),
      parts: await partsOf(stripe, held, target.now) as never,
    })) as unknown as Cancellation;
  } catch (error) {
    if (!(error instanceof Problem && error.code === "subscription_not_found")) throw error;
    const earlier = await decided(admin, whose);
    if (earlier === null) throw error;
    return earlier;
  }
}

/**
 * Ends a subscription at once and gives back what is unused.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`, `subscription_not_found`,
 *   `subscription_ambiguous`, `payment_provider_unavailable`: then nothing was decided, or a repeated
 *   request, or the job, goes on with it
 */
export async function cancelWithRefund(
  tools: ChangeTools,
  change: Change,
): Promise<{
  subscription: z.infer<typeof Subscription>;
  refund: z.infer<typeof CancellationRefund>;
}> {
  try {
    const cancellation = await decide(tools, change);
    const id = cancellation.stripe_subscription_id;
    await cancelNow(tools.stripe, id);
    let done = true;
    try {
      await finishCancellation(tools, cancellation);
    } catch (error) {
      // It has ended, and the job gives back what is to be given back.
      done = false;
      log("error", {
        event: "cancellation_refund_left_to_job",
        cancellation: cancellation.id,
        error: describeError(error),
      });
    }
    await syncNow(tools, "subscription", id);
    const refund = cancellation.parts.reduce((sum, part) => sum + part.refund, 0);
    return {
      subscription: await readSubscription(tools.admin, id),
      refund: {
        ...fromStripeAmount(refund, cancellation.currency),
        status: done ? "done" : "pending",
      },
    };
  } catch (error) {
    throw stripeProblem(error);
  }
}

/** A cancellation by its id. */
export async function readCancellation(
  { admin }: Pick<ChangeTools, "admin">,
  id: string,
): Promise<Cancellation | null> {
  return await rows(admin.rpc("subscription_cancellation", {
    cancellation_id: id,
  })) as unknown as Cancellation | null;
}
