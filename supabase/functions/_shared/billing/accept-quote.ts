/**
 * Accepting a quote: the change is made at the quote's own moment and charged what it said, or not made.
 *
 * Its use is a row before Stripe hears of it, and its id is Stripe's idempotency key and stands in the
 * subscription's metadata: so it is made once, whoever repeats it and wherever a request dies.
 */
import Stripe from "stripe";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { describeError, log } from "../log.ts";
import { fromStripeAmount } from "../money.ts";
import { Problem, problem } from "../problem.ts";
import { permitCardAttempt } from "./card-testing.ts";
import type { ChangeTools } from "./changes.ts";
import { invoiceOfQuote, noteMade } from "./changes-made.ts";
import { isMissing } from "./fetch.ts";
import { isInProgress } from "./intents.ts";
import { asPromotionProblem } from "./promotions.ts";
import { readQuote, type SignedQuote } from "./quote-token.ts";
import { itemOf, reckon, stateOf } from "./quotes.ts";
import { idOf } from "./records.ts";
import { changeAtRenewal, isPlanned, releaseSchedule } from "./renewal-changes.ts";
import { isDefiniteRefusal, stripeProblem } from "./stripe.ts";
import { readSubscription, Subscription } from "./subscription.ts";
import { syncNow } from "./sync.ts";

/** What a change came to. Amounts in minor units of `currency`. */
export const AcceptedQuote = z.object({
  subscription: Subscription,
  /** What it was invoiced by; null where nothing was due at once. */
  invoice: z.object({
    stripe_invoice_id: z.string(),
    currency: z.string(),
    total: z.int(),
    amount_due: z.int(),
    hosted_invoice_url: z.url().nullable(),
  }).nullable(),
});

/** Longer than a call to Stripe with its repetitions may take. */
const leaseSeconds = 90;

type Begun =
  | { state: "busy" }
  | { state: "done"; stripe_invoice_id: string | null }
  | { state: "open"; attempt: number; known: boolean };

function stale(detail: string, cause?: unknown): Problem {
  return problem("quote_stale", { detail: `${detail} Ask for another quote.`, cause });
}

/** Why a quote no longer holds; undefined while it does. */
async function whyStale(
  { admin, stripe }: ChangeTools,
  quote: SignedQuote,
  held: Stripe.Subscription,
): Promise<string | undefined> {
  if (quote.expires_at <= Date.now() / 1000) return "The quote is older than ten minutes.";
  // Both are made by stateOf, so their fields come in one order.
  if (JSON.stringify(stateOf(held)) !== JSON.stringify(quote.before)) {
    return "The subscription has changed since.";
  }
  if (quote.change.price !== quote.before.price) {
    const onSale = await rows(
      admin.from("prices").select("id").eq("id", quote.change.price).eq("active", true),
    );
    if (onSale.length === 0) return "The price is no longer on sale.";
  }
  // What the subscription does not show also counts: the customer's credit, taxes, what waits to be billed.
  const { now } = await reckon(stripe, held.id, quote.before, quote.change, {
    prorationDate: quote.proration_date,
    once: false,
  });
  const [total, due] = [now?.total ?? 0, now?.amount_due ?? 0];
  return total === quote.total && due === quote.amount_due && (now !== null) === quote.invoiced
    ? undefined
    : "The amount has changed since.";
}

/** Makes the change at Stripe; the invoice that it was billed by, if any. */
async function changeNow(
  stripe: Stripe,
  quote: SignedQuote,
  attempt: number,
): Promise<string | null> {
  const { change, before, invoiced } = quote;
  const changed = await stripe.subscriptions.update(quote.subscription, {
    ...((change.price !== before.price || change.quantity !== before.quantity) && {
      items: [itemOf(before, change)],
      proration_behavior: invoiced ? "always_invoice" as const : "none" as const,
      ...(invoiced && {
        proration_date: quote.proration_date,
        // Not paid, not changed: a plan that was never paid for must not give access.
        payment_behavior: "error_if_incomplete" as const,
      }),
    }),
    ...(change.promotion_code !== null &&
      { discounts: [{ promotion_code: change.promotion_code }] }),
    metadata: { quote_id: quote.id },
  }, { idempotencyKey: `quote:${quote.id}:${attempt}` });
  return invoiced ? idOf(changed.latest_invoice) : null;
}

async function apply(
  tools: ChangeTools,
  quote: SignedQuote,
  held: Stripe.Subscription,
  attempt: number,
): Promise<string | null> {
  const { admin, stripe } = tools;
  const { schedule } = held;
  // Nothing at Stripe tells of the changes before this one, once it is made.
  await noteMade(admin, held.id, [
    held,
    ...(typeof schedule === "object" && schedule !== null ? [schedule] : []),
  ]);
  if (quote.change.when === "now") {
    // What was planned for the renewal would undo it.
    await releaseSchedule(tools, held, `quote:${quote.id}:${attempt}:release`);
    return await changeNow(stripe, quote, attempt);
  }
  await changeAtRenewal(stripe, quote, held, attempt);
  return null;
}

/** What a definite refusal means to whoever accepted the quote. */
function refusalOf(error: unknown): Problem {
  if (error instanceof Stripe.errors.StripeCardError) return stripeProblem(error);
  if (isMissing(error) && /payment (source|method)/.test((error as Error).message)) {
    return problem("payment_declined", {
      detail: "There is no card to charge: add one in the billing portal.",
    });
  }
  return asPromotionProblem(error) ?? stale("Stripe no longer takes this change.", error);
}

async function end(
  admin: Db,
  quote: SignedQuote,
  attempt: number,
  state: "done" | "refused",
  invoice: string | null = null,
): Promise<void> {
  await rows(admin.rpc("subscription_change_end", {
    quote_id: quote.id,
    attempt,
    state,
    stripe_invoice_id: invoice as string,
  }));
}

async function look(stripe: Stripe, quote: SignedQuote): Promise<Stripe.Subscription> {
  return await stripe.subscriptions.retrieve(quote.subscription, { expand: ["schedule"] });
}

/** Whether a quote's change is made, or planned, already. */
function isMade(quote: SignedQuote, held: Stripe.Subscription): boolean {
  return held.metadata["quote_id"] === quote.id || isPlanned(quote, held);
}

/** Makes the change unless it is made already; the invoice that it was billed by. */
async function make(
  tools: ChangeTools,
  quote: SignedQuote,
  attempt: number,
): Promise<string | null> {
  const { admin, stripe } = tools;
  let invoice: string | null;
  try {
    const held = await look(stripe, quote);
    if (isMade(quote, held)) {
      invoice = await invoiceOfQuote(stripe, quote);
    } else {
      const reason = await whyStale(tools, quote, held);
      if (reason === undefined) {
        invoice = await apply(tools, quote, held, attempt);
      } else {
        // Another request with this quote may have made it since we looked: that is what has changed.
        const now = await look(stripe, quote);
        if (!isMade(quote, now)) throw stale(reason);
        invoice = await invoiceOfQuote(stripe, quote);
      }
    }
  } catch (error) {
    // After a timeout it may be made: the row stays open, and asking again under the same key tells.
    const refused = error instanceof Problem && error.code === "quote_stale" ||
      isDefiniteRefusal(error);
    if (!refused) throw error;
    await end(admin, quote, attempt, "refused");
    throw error instanceof Problem ? error : refusalOf(error);
  }
  await end(admin, quote, attempt, "done", invoice);
  return invoice;
}

async function answer(
  tools: ChangeTools,
  quote: SignedQuote,
  invoiceId: string | null,
): Promise<z.input<typeof AcceptedQuote>> {
  await syncNow(tools, "subscription", quote.subscription);
  if (invoiceId !== null) await syncNow(tools, "invoice", invoiceId);
  const invoice = invoiceId === null ? null : await tools.stripe.invoices.retrieve(invoiceId);
  if (invoice !== null && invoice.total !== quote.total) {
    // Only somebody at Stripe, in the moment between our check and our change, can cause it.
    log("error", {
      event: "quote_not_charged_as_said",
      quote: quote.id,
      invoice: invoice.id,
      quoted: quote.total,
      invoiced: invoice.total,
    });
  }
  const amount = (value: number) => fromStripeAmount(value, quote.currency.toUpperCase()).amount;
  return {
    subscription: await readSubscription(tools.admin, quote.subscription),
    invoice: invoice === null ? null : {
      stripe_invoice_id: invoice.id!,
      currency: invoice.currency.toUpperCase(),
      total: amount(invoice.total),
      amount_due: amount(invoice.amount_due),
      hosted_invoice_url: invoice.hosted_invoice_url ?? null,
    },
  };
}

/**
 * Accepts a quote. Accepted again, also after its ten minutes, it answers what it came to.
 *
 * @throws {Problem} `quote_invalid` for what is no quote of ours to this user, `quote_stale` when it no
 *   longer holds, `payment_declined` (then nothing has changed, and it may be accepted again),
 *   `subscription_pending` while another change runs, `workspace_not_found`, `forbidden`,
 *   `too_many_declines`, `rate_limited`, `payment_provider_unavailable`
 */
export async function acceptQuote(
  tools: ChangeTools,
  { userId, text, address }: { userId: string; text: string; address: string },
): Promise<z.input<typeof AcceptedQuote>> {
  const quote = await readQuote(text);
  // Another's quote is told of no more than one that nobody signed.
  if (quote === undefined || quote.user !== userId) throw problem("quote_invalid");
  await permitCardAttempt(tools.admin, { userId, workspaceId: quote.workspace, address });
  const begun = await rows(tools.admin.rpc("subscription_change_begin", {
    quote_id: quote.id,
    user_id: userId,
    workspace_id: quote.workspace,
    stripe_subscription_id: quote.subscription,
    lease_seconds: leaseSeconds,
  })) as unknown as Begun;
  if (begun.state === "busy") throw problem("subscription_pending", { retryAfterSeconds: 2 });
  try {
    const invoice = begun.state === "done"
      ? begun.stripe_invoice_id ?? await invoiceOfQuote(tools.stripe, quote)
      : await make(tools, quote, begun.attempt);
    return await answer(tools, quote, invoice);
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (isInProgress(error)) throw problem("subscription_pending", { retryAfterSeconds: 2 });
    log("warn", { event: "quote_unanswered", quote: quote.id, error: describeError(error) });
    throw stripeProblem(error);
  }
}
