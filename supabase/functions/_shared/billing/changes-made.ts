/**
 * Changes that Stripe has made, and whose requests may have died before they said so: each is known there by
 * its quote's id, until another takes its place.
 */
import type Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import type { SignedQuote } from "./quote-token.ts";

/** Notes the changes that these objects of a subscription, itself or its schedule, are known to have had. */
export async function noteMade(
  admin: Db,
  subscription: string,
  objects: { metadata: Stripe.Metadata | null }[],
): Promise<void> {
  const ids = objects.map(({ metadata }) => metadata?.["quote_id"])
    .filter((id) => id !== undefined);
  if (ids.length === 0) return;
  await rows(admin.rpc("subscription_changes_made", {
    stripe_subscription_id: subscription,
    quote_ids: ids,
  }));
}

/** How far Stripe's clock may be behind ours, by which a quote is dated; seconds. */
const clocksApart = 300;

/** What {@link ownInvoice} looks at of an invoice. */
type Listed = Pick<Stripe.Invoice, "billing_reason" | "total"> & {
  lines: { data: Pick<Stripe.InvoiceLineItem, "period">[] };
};

/**
 * A quote's own invoice among those of its subscription, which come newest first: not a renewal's or another
 * change's. What was prorated begins at the quote's moment, to the second and by no other clock.
 */
export function ownInvoice<T extends Listed>(
  { proration_date: moment, total }: Pick<SignedQuote, "proration_date" | "total">,
  invoices: T[],
): T | undefined {
  const updates = invoices.filter((one) => one.billing_reason === "subscription_update")
    .toReversed();
  const dated = updates.filter(({ lines }) =>
    lines.data.some(({ period }) => period.start === moment)
  );
  const candidates = dated.length > 0 ? dated : updates;
  // Of those that come to what was said the first; where none does, that is to be told.
  return candidates.find((one) => one.total === total) ?? candidates[0];
}

/** At most so many invoices of one subscription are looked at: it had no more since its quote was made. */
const invoicesLookedAt = 100;

/** What a quote that was made was invoiced by. */
export async function invoiceOfQuote(stripe: Stripe, quote: SignedQuote): Promise<string | null> {
  if (!quote.invoiced) return null;
  const { data } = await stripe.invoices.list({
    subscription: quote.subscription,
    created: { gte: quote.proration_date - clocksApart },
    limit: invoicesLookedAt,
  });
  return ownInvoice(quote, data)?.id ?? null;
}
