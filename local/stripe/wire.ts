import type Stripe from "stripe";

/**
 * One of Stripe's types as it travels and is stored here: what can be expanded is its id, and a
 * decimal is a string. An object that is built as `Wire<Stripe.Invoice>` is checked against the
 * whole of Stripe's own declaration.
 */
export type Wire<T> = [string] extends [T] ? Exclude<T, { id: string }> : WireMember<T>;

type WireMember<T> = T extends Stripe.Decimal ? string
  : T extends (infer Element)[] ? Wire<Element>[]
  : T extends object ? { [Key in keyof T]: Wire<T[Key]> }
  : T;

/** An event as it is stored: Stripe's own type is a union of 250 interfaces, one a type. */
export interface EventDocument {
  id: string;
  object: "event";
  api_version: string;
  created: number;
  data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: string;
}

/** Everything that the local Stripe keeps, by the `object` of its documents. */
export interface Documents {
  "billing.meter": Wire<Stripe.Billing.Meter>;
  /** Stripe shows no id of it, nor what it made of its payload. */
  "billing.meter_event": Wire<Stripe.Billing.MeterEvent> & {
    id: string;
    customer: string;
    meter: string;
    value: number;
    canceled?: boolean;
  };
  "billing_portal.session": Wire<Stripe.BillingPortal.Session>;
  charge: Wire<Stripe.Charge>;
  "checkout.session": Wire<Stripe.Checkout.Session>;
  coupon: Wire<Stripe.Coupon>;
  credit_note: Wire<Stripe.CreditNote>;
  customer: Wire<Stripe.Customer>;
  customer_balance_transaction: Wire<Stripe.CustomerBalanceTransaction>;
  discount: Wire<Stripe.Discount>;
  dispute: Wire<Stripe.Dispute>;
  event: EventDocument;
  invoice: Wire<Stripe.Invoice>;
  invoiceitem: Wire<Stripe.InvoiceItem>;
  invoice_payment: Wire<Stripe.InvoicePayment>;
  payment_intent: Wire<Stripe.PaymentIntent>;
  payment_method: Wire<Stripe.PaymentMethod>;
  price: Wire<Stripe.Price>;
  product: Wire<Stripe.Product>;
  promotion_code: Wire<Stripe.PromotionCode>;
  refund: Wire<Stripe.Refund>;
  setup_intent: Wire<Stripe.SetupIntent>;
  shipping_rate: Wire<Stripe.ShippingRate>;
  subscription: Wire<Stripe.Subscription>;
  subscription_schedule: Wire<Stripe.SubscriptionSchedule>;
  tax_id: Wire<Stripe.TaxId>;
  tax_rate: Wire<Stripe.TaxRate>;
  webhook_endpoint: Wire<Stripe.WebhookEndpoint>;
}

export type Kind = keyof Documents;

/** Any kept document. */
export type Document = Documents[Kind];

/** A list as Stripe sends it. */
export interface List<T> {
  object: "list";
  data: T[];
  has_more: boolean;
  url: string;
}
