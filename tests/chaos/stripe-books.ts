/** Everything that Stripe holds, read at once by its own API. */
import type Stripe from "stripe";

/** What belongs to customers. */
export interface StripeBooks {
  customers: Stripe.Customer[];
  subscriptions: Stripe.Subscription[];
  invoices: Stripe.Invoice[];
  charges: Stripe.Charge[];
  refunds: Stripe.Refund[];
  sessions: Stripe.Checkout.Session[];
  invoicePayments: Stripe.InvoicePayment[];
}

/** Reads it. */
export async function readStripeBooks(stripe: Stripe): Promise<StripeBooks> {
  const all = <T>(list: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(list);
  const limit = 100;
  return {
    customers: await all(stripe.customers.list({ limit })),
    subscriptions: await all(stripe.subscriptions.list({ limit, status: "all" })),
    invoices: await all(stripe.invoices.list({ limit })),
    charges: await all(stripe.charges.list({ limit })),
    refunds: await all(stripe.refunds.list({ limit })),
    sessions: await all(stripe.checkout.sessions.list({ limit })),
    invoicePayments: await all(stripe.invoicePayments.list({ limit })),
  };
}

/** The id of what Stripe gives as an id or, expanded, as an object. */
export function idOf(held: string | { id: string } | null | undefined): string | null {
  return typeof held === "object" ? held?.id ?? null : held ?? null;
}
