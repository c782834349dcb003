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

/** At most so many invoices of one subscription are looked at: it had no more since its quote was made. */
const invoicesLookedAt = 100;

/** What a quote that was made was invoiced by: not what came after it, a renewal or another change. */
export async function invoiceOfQuote(stripe: Stripe, quote: SignedQuote): Promise<string | null> {
  if (!quote.invoiced) return null;
  const { data } = await stripe.invoices.list({
    subscription: quote.subscription,
    created: { gte: quote.proration_date },
    limit: invoicesLookedAt,
  });
  const made = data.filter((one) => one.billing_reason === "subscription_update").toReversed();
  // Of those that come to what was said the first; where none does, that is to be told.
  return (made.find(({ total }) => total === quote.total) ?? made[0])?.id ?? null;
}
