/** Whether Stripe computes taxes, and what is sent for it. Off unless STRIPE_TAX says "on" (docs/vat.md). */
import type Stripe from "stripe";
import { optionalEnv } from "../env.ts";

/** Whether new subscriptions are taxed by Stripe Tax. */
export function automaticTax(): boolean {
  return optionalEnv("STRIPE_TAX") === "on";
}

/** For a subscription that is made by the API: its customer's address must be known by then. */
export function taxOfSubscription(): Pick<Stripe.SubscriptionCreateParams, "automatic_tax"> {
  return automaticTax() ? { automatic_tax: { enabled: true } } : {};
}

/** For a purchase on Stripe's page, which asks for the address and takes a business's tax id. */
export function taxOfCheckout(): Pick<
  Stripe.Checkout.SessionCreateParams,
  "automatic_tax" | "tax_id_collection" | "billing_address_collection" | "customer_update"
> {
  if (!automaticTax()) return {};
  return {
    automatic_tax: { enabled: true },
    tax_id_collection: { enabled: true },
    billing_address_collection: "required",
    // What is typed there is the customer's from then on, so that renewals are taxed by it, too.
    customer_update: { address: "auto", name: "auto" },
  };
}
