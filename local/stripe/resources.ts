import { billingPortalSessions } from "./resources/billing-portal-sessions.ts";
import { charges } from "./resources/charges.ts";
import { checkoutSessions } from "./resources/checkout-sessions.ts";
import { coupons } from "./resources/coupons.ts";
import { creditNotes } from "./resources/credit-notes.ts";
import { customerBalance } from "./resources/customer-balance.ts";
import { customers } from "./resources/customers.ts";
import { discounts } from "./resources/discounts.ts";
import { disputes } from "./resources/disputes.ts";
import { events } from "./resources/events.ts";
import { invoicePayments } from "./resources/invoice-payments.ts";
import { invoiceItems } from "./resources/invoice-items.ts";
import { invoices } from "./resources/invoices.ts";
import { meterEvents } from "./resources/meter-events.ts";
import { meters } from "./resources/meters.ts";
import { paymentIntents } from "./resources/payment-intents.ts";
import { paymentMethods } from "./resources/payment-methods.ts";
import { prices } from "./resources/prices.ts";
import { products } from "./resources/products.ts";
import { promotionCodes } from "./resources/promotion-codes.ts";
import { refunds } from "./resources/refunds.ts";
import { setupIntents } from "./resources/setup-intents.ts";
import { shippingRates } from "./resources/shipping-rates.ts";
import { subscriptionItems } from "./resources/subscription-items.ts";
import { subscriptionSchedules } from "./resources/subscription-schedules.ts";
import { subscriptions } from "./resources/subscriptions.ts";
import { taxIds } from "./resources/tax-ids.ts";
import { taxRates } from "./resources/tax-rates.ts";
import { taxSettings } from "./resources/tax-settings.ts";
import { webhookEndpoints } from "./resources/webhook-endpoints.ts";
import type { Resource } from "./resource.ts";

/** Everything that the local Stripe serves. A new resource is one file and one line here. */
export const resources: readonly Resource[] = [
  billingPortalSessions,
  charges,
  checkoutSessions,
  coupons,
  creditNotes,
  customerBalance,
  customers,
  discounts,
  disputes,
  events,
  invoiceItems,
  invoicePayments,
  invoices,
  meterEvents,
  meters,
  paymentIntents,
  paymentMethods,
  prices,
  products,
  promotionCodes,
  refunds,
  setupIntents,
  shippingRates,
  subscriptionItems,
  // Before the subscriptions: a phase is entered before the renewal of the same moment bills it.
  subscriptionSchedules,
  subscriptions,
  taxIds,
  taxRates,
  taxSettings,
  webhookEndpoints,
];

/** What follows which event, over all resources. */
export const reactions = resources.flatMap((resource) => resource.reactions ?? []);

/** What happens by the clock, over all resources. */
export const dues = resources.flatMap((resource) => resource.due ?? []);

/** The fields of a kind that are sent only when expanded. */
export function includesFor(kind: string): NonNullable<Resource["includes"]> {
  const owner = resources.find(({ kinds }) => (kinds as readonly string[]).includes(kind));
  return owner?.includes ?? {};
}
