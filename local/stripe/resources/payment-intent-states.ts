import type { Call } from "../call.ts";
import { StripeProblem } from "../errors.ts";
import type { Documents } from "../wire.ts";
import { confirmDebit } from "./bank-debits.ts";
import { authenticationFailed, authenticationRequired, cardProblem } from "./card-errors.ts";
import type { Decline } from "./cards.ts";
import { chargeCard } from "./charges.ts";
import { link, materialize, testCardOf } from "./payment-methods.ts";
import { nextActionOf } from "./next-actions.ts";

type PaymentIntent = Documents["payment_intent"];
type PaymentMethod = Documents["payment_method"];

/** How an intent is confirmed. */
export interface Confirmation {
  paymentMethod?: string | undefined;
  /** True where the customer is not there to authenticate. */
  offSession: boolean;
  returnUrl?: string | undefined;
  /**
   * True where Stripe itself collects an invoice: a bank that wants to see the customer makes it
   * wait for him, instead of failing it.
   */
  automatic?: boolean;
}

/**
 * Tries to pay. Returns the intent succeeded or requiring an action; throws the card error where
 * the bank declines, after the failed attempt was written and announced.
 */
export function confirmIntent(call: Call, intent: PaymentIntent, how: Confirmation): PaymentIntent {
  if (
    !["requires_payment_method", "requires_confirmation", "requires_action"]
      .includes(intent.status)
  ) {
    throw unexpected(
      intent,
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
    );
  }
  const id = how.paymentMethod ?? intent.payment_method;
  if (id === null) {
    throw unexpected(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can " +
        "either update the PaymentIntent with a payment method and then confirm it again, or " +
        "confirm it again directly with a payment method or ConfirmationToken.",
    );
  }
  const method = materialize(call, id, "payment_method");
  if (method.customer !== null && method.customer !== intent.customer) {
    throw unexpected(
      intent,
      intent.customer === null
        ? "The provided PaymentMethod cannot be used: it is attached to a Customer, so the " +
          "PaymentIntent must name that Customer."
        : "The provided PaymentMethod cannot be used: it belongs to a different Customer.",
    );
  }
  if (method.type === "sepa_debit") return confirmDebit(call, intent, method);
  const card = testCardOf(call, method);
  // "Set up" means attached: the customer has authenticated once, the bank lets it pass since.
  const setUp = method.customer !== null && how.offSession;
  const outcome = setUp ? card.offSession ?? card.payment : card.payment;
  if (outcome === "approved") return succeed(call, intent, method);
  if (outcome !== "authenticate") throw decline(call, intent, method, outcome);
  if (how.offSession && how.automatic !== true) {
    throw decline(call, intent, method, authenticationRequired);
  }
  return call.update(intent, {
    last_payment_error: null,
    next_action: nextActionOf(call, intent.id, how.returnUrl),
    payment_method: method.id,
    status: "requires_action",
  }, "payment_intent.requires_action");
}

/** What follows the customer's 3-D Secure step. Never throws a card error: nobody called the API. */
export function authenticateIntent(call: Call, intent: PaymentIntent, passed: boolean): void {
  if (intent.status !== "requires_action" || intent.payment_method === null) {
    throw unexpected(
      intent,
      `This PaymentIntent has nothing to authenticate: it is ${intent.status}.`,
    );
  }
  const method = call.need("payment_method", intent.payment_method);
  const refused = testCardOf(call, method).authenticated;
  if (passed && refused === undefined) succeed(call, intent, method);
  else if (passed && refused !== undefined) decline(call, intent, method, refused);
  else fail(call, intent, method, authenticationFailed("payment"), null);
}

/** Ends an intent that is not paid yet. */
export function cancelIntent(
  call: Call,
  intent: PaymentIntent,
  reason: PaymentIntent["cancellation_reason"],
): PaymentIntent {
  if (intent.status === "succeeded" || intent.status === "canceled") {
    throw unexpected(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a ` +
        "PaymentIntent with one of the following statuses may be canceled: " +
        "requires_payment_method, requires_capture, requires_confirmation, requires_action, " +
        "processing.",
    );
  }
  return call.update(intent, {
    canceled_at: call.now(),
    cancellation_reason: reason,
    next_action: null,
    status: "canceled",
  }, "payment_intent.canceled");
}

function succeed(call: Call, intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
  if (intent.customer !== null && intent.setup_future_usage !== null && method.customer === null) {
    link(call, method, intent.customer);
  }
  const charge = chargeCard(call, intent, method, undefined);
  call.update(intent, {
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: method.id,
    status: "succeeded",
  }, "payment_intent.succeeded");
  return call.need("payment_intent", intent.id);
}

/** Writes a declined attempt; returns the error for whoever made it. */
function decline(
  call: Call,
  intent: PaymentIntent,
  method: PaymentMethod,
  reason: Decline,
): StripeProblem {
  const charge = chargeCard(call, intent, method, reason);
  const failed = fail(call, intent, method, reason, charge.id);
  return cardProblem(reason, { charge: charge.id, payment_intent: failed, payment_method: method });
}

function fail(
  call: Call,
  intent: PaymentIntent,
  method: PaymentMethod,
  reason: Decline,
  charge: string | null,
): PaymentIntent {
  const error: PaymentIntent["last_payment_error"] = {
    ...(charge === null ? {} : { charge }),
    ...reason,
    payment_method: method,
    type: charge === null ? "invalid_request_error" : "card_error",
  };
  return call.update(intent, {
    last_payment_error: error,
    latest_charge: charge ?? intent.latest_charge,
    next_action: null,
    payment_method: null,
    status: "requires_payment_method",
  }, "payment_intent.payment_failed");
}

function unexpected(intent: PaymentIntent, message: string): StripeProblem {
  return new StripeProblem(400, {
    type: "invalid_request_error",
    code: "payment_intent_unexpected_state",
    message,
    payment_intent: intent,
  });
}
