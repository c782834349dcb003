import { createHash } from "node:crypto";
import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, missing, notImplemented } from "../errors.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging } from "../pagination.ts";
import { operation, type Resource } from "../resource.ts";
import type { Documents } from "../wire.ts";
import { cardProblem } from "./card-errors.ts";
import { cardOfToken, type TestCard, testCards } from "./cards.ts";
import { addressOf, customerOf } from "./customers.ts";

type PaymentMethod = Documents["payment_method"];

const create = operation<Stripe.PaymentMethodCreateParams>(
  "POST /v1/payment_methods",
  [
    "type",
    "card.token",
    "metadata",
    "billing_details.address",
    "billing_details.email",
    "billing_details.name",
    "billing_details.phone",
  ],
  (call, params) => {
    if (params.type !== "card") throw notImplemented("payment methods other than cards", "type");
    const token = params.card === undefined || !("token" in params.card) ? "" : params.card.token;
    const name = cardOfToken(token);
    if (name === undefined) throw missing("token", token, "card[token]");
    const method = newCard(call, name);
    const { address, email, name: holder, phone } = params.billing_details ?? {};
    return call.create({
      ...method,
      metadata: mergeMetadata({}, params.metadata),
      billing_details: {
        ...method.billing_details,
        address: addressOf(address ?? {}),
        email: email || null,
        name: holder || null,
        phone: phone || null,
      },
    });
  },
);

const update = operation<Stripe.PaymentMethodUpdateParams>(
  "POST /v1/payment_methods/{id}",
  [
    "billing_details.address",
    "billing_details.email",
    "billing_details.name",
    "billing_details.phone",
    "card.exp_month",
    "card.exp_year",
    "metadata",
  ],
  (call, params, id) => {
    const method = call.need("payment_method", id);
    if (method.customer === null) {
      throw invalid("You must save this PaymentMethod to a customer before you can update it.");
    }
    const { address, email, name, phone } = params.billing_details ?? {};
    const { exp_month: month, exp_year: year } = params.card ?? {};
    return call.update(method, {
      billing_details: {
        ...method.billing_details,
        ...(address === undefined ? {} : { address: addressOf(address) }),
        ...(email === undefined ? {} : { email: email || null }),
        ...(name === undefined ? {} : { name: name || null }),
        ...(phone === undefined ? {} : { phone: phone || null }),
      },
      ...withExpiry(method, month, year),
      metadata: mergeMetadata(method.metadata, params.metadata),
    }, "payment_method.updated");
  },
);

/** What a new expiry date changes; throws where it is none. */
export function withExpiry(
  { card }: PaymentMethod,
  month: number | undefined,
  year: number | undefined,
): Pick<PaymentMethod, "card"> | Record<never, never> {
  if (card === undefined || (month === undefined && year === undefined)) return {};
  if (month !== undefined && (month < 1 || month > 12)) {
    throw invalid("Your card's expiration month is invalid.", {
      code: "invalid_expiry_month",
      param: "card[exp_month]",
    });
  }
  return {
    card: { ...card, exp_month: month ?? card.exp_month, exp_year: year ?? card.exp_year },
  };
}

const retrieve = operation(
  "GET /v1/payment_methods/{id}",
  [],
  (call, _params, id) => materialize(call, id, "id"),
);

const attachOperation = operation<Stripe.PaymentMethodAttachParams>(
  "POST /v1/payment_methods/{id}/attach",
  ["customer"],
  (call, params, id) => {
    if (params.customer === undefined) {
      throw invalid("Missing required param: customer.", {
        code: "parameter_missing",
        param: "customer",
      });
    }
    customerOf(call, params.customer);
    return attach(call, materialize(call, id, "id"), params.customer);
  },
);

const detach = operation("POST /v1/payment_methods/{id}/detach", [], (call, _params, id) => {
  const method = call.need("payment_method", id);
  if (method.customer === null) {
    throw invalid(
      "The payment method you provided is not attached to a customer so detachment is impossible.",
    );
  }
  const customer = call.store.get("customer", method.customer);
  if (customer?.invoice_settings.default_payment_method === id) {
    call.update(customer, {
      invoice_settings: { ...customer.invoice_settings, default_payment_method: null },
    }, "customer.updated");
  }
  for (const subscription of call.store.all("subscription", { default_payment_method: id })) {
    call.update(subscription, { default_payment_method: null }, "customer.subscription.updated");
  }
  return call.update(method, { customer: null }, "payment_method.detached");
});

const list = operation<Stripe.PaymentMethodListParams>(
  "GET /v1/payment_methods",
  [...paging, "customer", "type"],
  (call, params) =>
    page(call, "payment_method", "/v1/payment_methods", params, {
      where: { customer: params.customer, type: params.type },
      // Without a customer Stripe lists none of the ones that were made for a single payment.
      filter: (method) => method.customer !== null,
    }),
);

const listOfCustomer = operation<Stripe.CustomerListPaymentMethodsParams>(
  "GET /v1/customers/{id}/payment_methods",
  [...paging, "type"],
  (call, params, id) => {
    call.need("customer", id);
    return page(call, "payment_method", `/v1/customers/${id}/payment_methods`, params, {
      where: { customer: id, type: params.type },
    });
  },
);

/** The payment method of an id; a test token (`pm_card_visa`) becomes a new one of its own. */
export function materialize(call: Call, id: string, param: string): PaymentMethod {
  const name = cardOfToken(id);
  return name === undefined
    ? call.need("payment_method", id, param)
    : call.create(newCard(call, name));
}

/** A new card, not yet kept, behaving as the test card of that name. */
export function newCard(call: Call, name: string): PaymentMethod {
  const card = testCards[name];
  if (card === undefined) throw new Error(`there is no test card ${name}`);
  const id = newId("pm");
  call.store.hide(id, { card: name } satisfies HiddenMethod);
  return {
    id,
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: {
      address: addressOf({}),
      email: null,
      name: null,
      phone: null,
      tax_id: null,
    },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
      country: card.country ?? "US",
      display_brand: card.brand,
      exp_month: new Date(call.now() * 1000).getUTCMonth() + 1,
      exp_year: new Date(call.now() * 1000).getUTCFullYear() + 4,
      fingerprint: createHash("sha256").update(card.number).digest("base64url").slice(0, 16),
      funding: card.funding ?? "credit",
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: call.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: "card",
  };
}

/** What Stripe's test bank knows of a card. */
interface HiddenMethod {
  card: string;
}

export function testCardOf(call: Call, method: PaymentMethod): TestCard {
  const name = call.store.hidden<HiddenMethod>(method.id)?.card ?? "";
  const card = testCards[name];
  if (card === undefined) throw new Error(`${method.id} is no test card`);
  return card;
}

/** Attaches a card to a customer; throws Stripe's card error where the bank refuses the card. */
export function attach(call: Call, method: PaymentMethod, customer: string): PaymentMethod {
  if (method.customer === customer) return method;
  if (method.customer !== null) {
    throw invalid("The payment method you provided has already been attached to a customer.");
  }
  const outcome = testCardOf(call, method).setup;
  if (typeof outcome === "object") throw cardProblem(outcome, {});
  return link(call, method, customer);
}

/** Attaches a card that the bank has just accepted. */
export function link(call: Call, method: PaymentMethod, customer: string): PaymentMethod {
  return call.update(method, { customer }, "payment_method.attached");
}

export const paymentMethods: Resource = {
  kinds: ["payment_method"],
  operations: [create, update, retrieve, attachOperation, detach, list, listOfCustomer],
};
