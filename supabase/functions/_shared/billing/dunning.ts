/**
 * Dunning: what follows when a running subscription's invoice cannot be collected. The steps are rows of
 * `public.dunning_policy`; SQL decides, by `private.dunning_settle`. Here: which events tell of a failure,
 * and the look at Stripe before a step is applied.
 */
import type Stripe from "stripe";
import { rows } from "../database.ts";
import { idOf } from "./records.ts";
import { syncNow, type SyncTools } from "./sync.ts";

/** What `dunning_failed` takes. */
export interface CollectionFailure {
  stripe_invoice_id: string;
  failed_at: string;
}

const failures: ReadonlySet<string> = new Set([
  "invoice.payment_failed",
  "invoice.payment_action_required",
]);

/** The failure to collect a running subscription's invoice that an event tells of. */
export function collectionFailure(event: Stripe.Event): CollectionFailure | undefined {
  if (!failures.has(event.type)) return undefined;
  const invoice = event.data.object as Stripe.Invoice;
  const subscription = idOf(invoice.parent?.subscription_details?.subscription);
  if (subscription === null || invoice.billing_reason === "subscription_create") return undefined;
  return {
    stripe_invoice_id: invoice.id!,
    failed_at: new Date(event.created * 1000).toISOString(),
  };
}

/**
 * Applies what is due of an invoice's case. Looks at Stripe first: who has just paid, or ended the
 * subscription, hears no more of it, even while the webhook that says so is late.
 *
 * @returns the access that the case leaves, or how it ended
 */
export async function advanceDunning(tools: SyncTools, invoiceId: string): Promise<string> {
  await syncNow(tools, "invoice", invoiceId);
  const invoice = await rows(
    tools.admin.from("invoices").select("subscriptions (stripe_subscription_id, ended_at)")
      .eq("stripe_invoice_id", invoiceId).maybeSingle(),
  );
  const subscription = invoice?.subscriptions;
  if (subscription && subscription.ended_at === null) {
    await syncNow(tools, "subscription", subscription.stripe_subscription_id);
  }
  return await rows(tools.admin.rpc("dunning_advance", { stripe_invoice_id: invoiceId }));
}
