import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, notImplemented } from "../errors.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, pageOf, paging, within } from "../pagination.ts";
import { includesOf, operation, type Resource, retrieveOperation } from "../resource.ts";
import { checkoutReactions } from "./checkout-completion.ts";
import { expireSession, sessionExpiry } from "./checkout-expiry.ts";
import { discounted } from "./checkout-discounts.ts";
import { lineItemParameters, lineItemsFor } from "./checkout-line-items.ts";
import {
  type CheckoutSession,
  newSession,
  type Order,
  orderOf,
} from "./checkout-session-object.ts";
import { shippingCostOf, shippingOptionsFor } from "./checkout-shipping.ts";
import { taxed, taxFields } from "./checkout-taxes.ts";
import { emptyDetails } from "./checkout-details.ts";
import { customerOf } from "./customers.ts";
import { newSetupIntent } from "./setup-intents.ts";

type Params = Stripe.Checkout.SessionCreateParams;

const path = "/v1/checkout/sessions";
const minuteSeconds = 60;
/** Stripe's own limits of `expires_at`, counted from the creation. */
const shortestSeconds = 30 * minuteSeconds;
const longestSeconds = 24 * 60 * minuteSeconds;

const create = operation<Params>(
  "POST /v1/checkout/sessions",
  [
    ...lineItemParameters,
    "adaptive_pricing.enabled",
    "allow_promotion_codes",
    "automatic_tax.enabled",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "currency",
    "custom_text.submit.message",
    "customer",
    "customer_creation",
    "customer_email",
    "customer_update.address",
    "customer_update.name",
    "discounts.coupon",
    "discounts.promotion_code",
    "expires_at",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data.description",
    "payment_intent_data.metadata",
    "payment_intent_data.receipt_email",
    "payment_intent_data.setup_future_usage",
    "payment_intent_data.statement_descriptor",
    "payment_intent_data.statement_descriptor_suffix",
    "payment_method_collection",
    "setup_intent_data.description",
    "setup_intent_data.metadata",
    "shipping_address_collection.allowed_countries",
    "shipping_options.shipping_rate",
    "shipping_options.shipping_rate_data.delivery_estimate",
    "shipping_options.shipping_rate_data.display_name",
    "shipping_options.shipping_rate_data.fixed_amount.amount",
    "shipping_options.shipping_rate_data.fixed_amount.currency",
    "shipping_options.shipping_rate_data.metadata",
    "shipping_options.shipping_rate_data.tax_behavior",
    "shipping_options.shipping_rate_data.type",
    "submit_type",
    "subscription_data.description",
    "subscription_data.metadata",
    "subscription_data.trial_end",
    "subscription_data.trial_period_days",
    "subscription_data.trial_settings.end_behavior.missing_payment_method",
    "success_url",
    "tax_id_collection.enabled",
    "tax_id_collection.required",
    "ui_mode",
  ],
  createSession,
);

function createSession(call: Call, params: Params): CheckoutSession {
  const mode = modeOf(params);
  assertAllowed(params, mode);
  const customer = params.customer === undefined ? undefined : customerOf(call, params.customer);
  const items = mode === "setup" ? [] : lineItemsFor(call, params.line_items ?? [], mode);
  const currency = mode === "setup" ? params.currency ?? null : items[0]?.currency ?? null;
  const trial = params.subscription_data?.trial_end !== undefined ||
    params.subscription_data?.trial_period_days !== undefined;
  const subtotal = trial ? 0 : items.reduce((sum, item) => sum + item.amount_subtotal, 0);
  const options = shippingOptionsFor(call, params.shipping_options ?? [], currency);
  const shipping = shippingCostOf(options[0]);
  const email = customer?.email ?? params.customer_email ?? null;
  const setup = mode !== "setup" ? undefined : call.create({
    ...newSetupIntent(call, customer?.id ?? null),
    description: params.setup_intent_data?.description || null,
    metadata: mergeMetadata({}, params.setup_intent_data?.metadata),
  }, "setup_intent.created");
  const undiscounted = newSession(call, {
    mode,
    adaptive_pricing: params.adaptive_pricing === undefined
      ? null
      : { enabled: params.adaptive_pricing.enabled ?? false },
    ...taxFields(params, customer),
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    cancel_url: params.cancel_url === undefined ? null : addressOf(params.cancel_url, "cancel_url"),
    client_reference_id: params.client_reference_id ?? null,
    currency,
    ...customText(params),
    customer: customer?.id ?? null,
    customer_creation: mode === "subscription"
      ? "always"
      : mode === "payment"
      ? params.customer_creation ?? "if_required"
      : null,
    customer_details: email === null ? null : emptyDetails({ email }),
    customer_email: params.customer_email ?? null,
    expires_at: expiryOf(call, params.expires_at),
    locale: params.locale ?? null,
    metadata: mergeMetadata({}, params.metadata),
    payment_method_collection: mode === "subscription"
      ? params.payment_method_collection ?? "always"
      : "if_required",
    payment_status: mode === "setup" ? "no_payment_required" : "unpaid",
    setup_intent: setup?.id ?? null,
    shipping_address_collection: params.shipping_address_collection ?? null,
    shipping_cost: shipping,
    shipping_options: options,
    submit_type: params.submit_type ?? null,
    success_url: addressOf(params.success_url ?? "", "success_url"),
    ...(mode === "setup" ? {} : {
      amount_subtotal: subtotal,
      amount_total: subtotal + (shipping?.amount_total ?? 0),
      total_details: {
        amount_discount: 0,
        amount_shipping: shipping?.amount_total ?? 0,
        amount_tax: 0,
      },
    }),
  });
  const [discount] = params.discounts ?? [];
  const { lineItems: reduced, changes } = discount === undefined
    ? { lineItems: items, changes: {} }
    : discounted(call, undiscounted, items, discount);
  const untaxed = { ...undiscounted, ...changes };
  const { lineItems, changes: taxes } = taxed(call, untaxed, reduced);
  const session = { ...untaxed, ...taxes };
  const { trial_settings: settings, ...subscription } = params.subscription_data ?? {};
  const missing = settings?.end_behavior.missing_payment_method;
  const order: Order = {
    lineItems,
    subscription: {
      ...subscription,
      ...(missing === undefined ? {} : { missing_payment_method: missing }),
    } as Order["subscription"],
    paymentIntent: (params.payment_intent_data ?? {}) as Order["paymentIntent"],
    customerUpdate: params.customer_update ?? {},
    made: setup === undefined ? {} : { intent: setup.id },
  };
  call.store.hide(session.id, order);
  if (setup !== undefined) call.store.hide(`checkout of ${setup.id}`, session.id);
  return call.create(session);
}

/** What the page says beside its button. */
function customText({ custom_text: text }: Params): Partial<CheckoutSession> {
  if (!text?.submit) return {};
  return {
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: { message: text.submit.message },
      terms_of_service_acceptance: null,
    },
  };
}

function modeOf(params: Params): "payment" | "setup" | "subscription" {
  const modes = ["payment", "setup", "subscription"] as const;
  const mode = modes.find((one) => one === params.mode);
  if (mode === undefined) throw missingParameter("mode");
  return mode;
}

/** Refuses what does not fit the mode, as Stripe does, and what would do nothing here. */
function assertAllowed(params: Params, mode: string): void {
  if ((params.ui_mode ?? "hosted_page") !== "hosted_page") {
    throw notImplemented(`ui_mode "${params.ui_mode}"`, "ui_mode");
  }
  if (params.automatic_tax?.enabled === true && params.shipping_options !== undefined) {
    throw notImplemented("the tax of shipping", "shipping_options");
  }
  if (params.automatic_tax?.enabled === true && mode === "setup") {
    throw invalid("You can not pass `automatic_tax` in `setup` mode.", { param: "automatic_tax" });
  }
  if (params.success_url === undefined) throw missingParameter("success_url");
  if (mode !== "setup" && (params.line_items ?? []).length === 0) {
    throw missingParameter("line_items");
  }
  if (params.customer !== undefined && params.customer_email !== undefined) {
    throw invalid("You may only specify one of these parameters: customer, customer_email.");
  }
  if (params.discounts !== undefined && params.allow_promotion_codes !== undefined) {
    throw invalid(
      "You may only specify one of these parameters: allow_promotion_codes, discounts.",
    );
  }
  if ((params.discounts ?? []).length > 1) {
    throw invalid("You can pass one discount at most.", { param: "discounts" });
  }
  const only: [keyof Params, string][] = [
    ["subscription_data", "subscription"],
    ["payment_method_collection", "subscription"],
    ["payment_intent_data", "payment"],
    ["customer_creation", "payment"],
    ["shipping_options", "payment"],
    ["submit_type", "payment"],
    ["setup_intent_data", "setup"],
  ];
  for (const [param, wanted] of only) {
    if (params[param] !== undefined && mode !== wanted) {
      throw invalid(`You can not pass \`${param}\` in \`${mode}\` mode.`, { param });
    }
  }
  if (mode === "setup" && params.line_items !== undefined) {
    throw invalid("You can not pass `line_items` in `setup` mode.", { param: "line_items" });
  }
}

function expiryOf(call: Call, given: number | undefined): number {
  if (given === undefined) return call.now() + longestSeconds;
  if (given < call.now() + shortestSeconds) {
    throw invalid(
      "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
      { param: "expires_at" },
    );
  }
  if (given > call.now() + longestSeconds) {
    throw invalid(
      "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
      { param: "expires_at" },
    );
  }
  return given;
}

function addressOf(url: string, param: string): string {
  // The placeholder is filled in when the customer comes back.
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw invalid("Not a valid URL", { code: "url_invalid", param });
}

function missingParameter(param: string): Error {
  return invalid(`Missing required param: ${param}.`, { code: "parameter_missing", param });
}

const list = operation<Stripe.Checkout.SessionListParams>(
  "GET /v1/checkout/sessions",
  [
    ...paging,
    "created",
    "customer",
    "customer_details.email",
    "payment_intent",
    "status",
    "subscription",
  ],
  (call, params) =>
    page(call, "checkout.session", path, params, {
      where: {
        customer: params.customer,
        "customer_details.email": params.customer_details?.email,
        payment_intent: params.payment_intent,
        status: params.status,
        subscription: params.subscription,
      },
      filter: (session) => within(session.created, params.created),
    }),
);

const listLineItems = operation<Stripe.Checkout.SessionListLineItemsParams>(
  "GET /v1/checkout/sessions/{id}/line_items",
  paging,
  (call, params, id) => {
    call.need("checkout.session", id);
    return pageOf(orderOf(call, id).lineItems, `${path}/${id}/line_items`, params);
  },
);

const expire = operation("POST /v1/checkout/sessions/{id}/expire", [], (call, _params, id) => {
  const session = call.need("checkout.session", id);
  if (session.status !== "open") {
    throw invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has ` +
        `a status of ${session.status}.`,
    );
  }
  return expireSession(call, session);
});

export const checkoutSessions: Resource = {
  kinds: ["checkout.session", "item"],
  operations: [create, retrieveOperation("checkout.session", path), list, listLineItems, expire],
  reactions: checkoutReactions,
  due: [sessionExpiry],
  includes: includesOf("checkout.session", {
    line_items: (call, { id }) => ({
      object: "list",
      data: orderOf(call, id).lineItems,
      has_more: false,
      url: `${path}/${id}/line_items`,
    }),
  }),
};
