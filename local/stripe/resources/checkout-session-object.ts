import type { Call } from "../call.ts";
import { newId } from "../ids.ts";
import type { Documents } from "../wire.ts";
import type { LineItem } from "./checkout-line-items.ts";

export type CheckoutSession = Documents["checkout.session"];

/** What Stripe keeps of a session without showing it: what it will make when it is paid. */
export interface Order {
  lineItems: LineItem[];
  subscription: {
    description?: string;
    metadata?: Record<string, string | number | null>;
    trial_end?: number;
    trial_period_days?: number;
    missing_payment_method?: string;
  };
  paymentIntent: {
    description?: string;
    metadata?: Record<string, string | number | null>;
    receipt_email?: string;
    setup_future_usage?: string;
    statement_descriptor?: string;
    statement_descriptor_suffix?: string;
  };
  /** What of an existing customer the checkout may change. */
  customerUpdate?: { address?: string; name?: string };
  /** What an attempt to pay has made so far; shown by the session when it is complete. */
  made: { customer?: string; intent?: string; subscription?: string };
}

/** The hidden part of a session. */
export function orderOf(call: Call, session: string): Order {
  const order = call.store.hidden<Order>(session);
  if (order === undefined) throw new Error(`${session} has no order`);
  return order;
}

/** Keeps what an attempt has made, so that the next one and the bank's answer find it. */
export function remember(
  call: Call,
  session: CheckoutSession,
  order: Order,
  made: Order["made"],
): void {
  Object.assign(order.made, made);
  call.store.hide(session.id, order);
  if (made.intent !== undefined) call.store.hide(`checkout of ${made.intent}`, session.id);
}

/** A new open session, not yet kept. */
export function newSession(
  call: Call,
  given: Pick<CheckoutSession, "mode" | "success_url" | "expires_at"> & Partial<CheckoutSession>,
): CheckoutSession {
  const id = newId("cs_test");
  return {
    id,
    object: "checkout.session",
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: null,
    client_reference_id: null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: call.now(),
    currency: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: null,
    customer_account: null,
    customer_creation: null,
    customer_details: null,
    customer_email: null,
    discounts: [],
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: null,
    managed_payments: null,
    metadata: {},
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ["card"],
    payment_status: "unpaid",
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: "open",
    submit_type: null,
    subscription: null,
    total_details: null,
    ui_mode: "hosted_page",
    url: `${call.url}/checkout/${id}`,
    wallet_options: null,
    ...given,
  };
}
