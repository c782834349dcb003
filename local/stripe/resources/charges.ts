import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { newId } from "../ids.ts";
import { page, paging, within } from "../pagination.ts";
import { includesOf, operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents } from "../wire.ts";
import type { Decline } from "./cards.ts";

type Charge = Documents["charge"];

const list = operation<Stripe.ChargeListParams>(
  "GET /v1/charges",
  [...paging, "created", "customer", "payment_intent"],
  (call, params) =>
    page(call, "charge", "/v1/charges", params, {
      where: { customer: params.customer, payment_intent: params.payment_intent },
      filter: (charge) => within(charge.created, params.created),
    }),
);

/** Makes the charge of one attempt to pay: succeeded, or failed where the bank declined. */
export function chargeCard(
  call: Call,
  intent: Documents["payment_intent"],
  method: Documents["payment_method"],
  decline: Decline | undefined,
): Charge {
  const charge = newCharge(call, intent, method, decline);
  return call.create(charge, charge.paid ? "charge.succeeded" : "charge.failed");
}

/** The charge of an attempt, not yet kept. */
export function newCharge(
  call: Call,
  intent: Documents["payment_intent"],
  method: Documents["payment_method"],
  decline: Decline | undefined,
): Charge {
  const id = newId("ch");
  const paid = decline === undefined;
  return {
    id,
    object: "charge",
    amount: intent.amount,
    amount_captured: paid ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    // Set later at Stripe too, under asynchronous capture; fees are not simulated here.
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: "LOCAL STRIPE",
    captured: paid,
    created: call.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(decline),
    paid,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: detailsOf(intent, method),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: paid ? `${call.url}/receipts/${id}` : null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: paid ? "succeeded" : "failed",
    transfer_data: null,
    transfer_group: null,
  };
}

function outcomeOf(decline: Decline | undefined): Charge["outcome"] {
  return {
    advice_code: decline === undefined ? null : "try_again_later",
    network_advice_code: null,
    network_decline_code: decline === undefined ? null : "01",
    network_status: decline === undefined ? "approved_by_network" : "declined_by_network",
    reason: decline === undefined ? null : decline.decline_code ?? decline.code,
    risk_level: "normal",
    risk_score: 1,
    seller_message: decline === undefined
      ? "Payment complete."
      : "The bank did not return any further details with this decline.",
    type: decline === undefined ? "authorized" : "issuer_declined",
  };
}

function detailsOf(
  intent: Documents["payment_intent"],
  method: Documents["payment_method"],
): Charge["payment_method_details"] {
  if (method.sepa_debit === undefined) {
    return { card: cardDetails(intent, method), type: "card" };
  }
  const { bank_code, branch_code, country, fingerprint, last4 } = method.sepa_debit;
  return {
    sepa_debit: { bank_code, branch_code, country, fingerprint, last4, mandate: null },
    type: "sepa_debit",
  };
}

type Details = NonNullable<NonNullable<Charge["payment_method_details"]>["card"]>;

function cardDetails(
  intent: Documents["payment_intent"],
  { card }: Documents["payment_method"],
): Details {
  if (card === undefined) throw new Error("only cards are charged");
  return {
    amount_authorized: intent.amount,
    authorization_code: null,
    brand: card.brand,
    checks: card.checks,
    country: card.country,
    electronic_commerce_indicator: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    fingerprint: card.fingerprint ?? null,
    funding: card.funding,
    installments: null,
    last4: card.last4,
    mandate: null,
    network: card.brand,
    network_transaction_id: null,
    regulated_status: "unregulated",
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}

export const charges: Resource = {
  kinds: ["charge"],
  operations: [retrieveOperation("charge", "/v1/charges"), list],
  includes: includesOf("charge", {
    refunds: (call, { id }) => ({
      object: "list",
      data: call.store.all("refund", { charge: id }),
      has_more: false,
      url: `/v1/charges/${id}/refunds`,
    }),
  }),
};
