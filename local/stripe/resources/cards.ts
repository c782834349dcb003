/** Why a card is refused: `code` and `decline_code` of Stripe's card errors. */
export interface Decline {
  code: string;
  decline_code?: string;
  message: string;
}

/** What happens when a card is used. "authenticate": the customer must pass a 3-D Secure step. */
export type Outcome = "approved" | "authenticate" | Decline;

/** A test card: what it shows, and what it does. */
export interface TestCard {
  number: string;
  brand: string;
  funding?: "credit" | "debit" | "prepaid";
  country?: string;
  /** When it is attached to a customer or set up. */
  setup: Outcome;
  /** When it is charged. */
  payment: Outcome;
  /** When it is charged without the customer, after it was set up; `payment` where absent. */
  offSession?: Outcome;
  /** The reason for which its holder disputes every charge. */
  disputes?: string;
  /** What the bank says after the customer has authenticated. */
  authenticated?: Decline;
}

function declined(decline_code: string, message = "Your card was declined."): Decline {
  return { code: "card_declined", decline_code, message };
}

const generic = declined("generic_decline");
const insufficientFunds = declined("insufficient_funds", "Your card has insufficient funds.");
const expired: Decline = { code: "expired_card", message: "Your card has expired." };
const incorrectCvc: Decline = {
  code: "incorrect_cvc",
  message: "Your card's security code is incorrect.",
};
const processingError: Decline = {
  code: "processing_error",
  message: "An error occurred while processing your card. Try again in a little bit.",
};

function approves(number: string, brand: string, more: Partial<TestCard> = {}): TestCard {
  return { number, brand, setup: "approved", payment: "approved", ...more };
}

function declines(number: string, decline: Decline): TestCard {
  return { number, brand: "visa", setup: decline, payment: decline };
}

/**
 * Stripe's test cards by the name of their payment method (`pm_card_…`; as a token `tok_…`):
 * https://docs.stripe.com/testing
 */
export const testCards: Readonly<Record<string, TestCard>> = {
  visa: approves("4242424242424242", "visa"),
  visa_debit: approves("4000056655665556", "visa", { funding: "debit" }),
  mastercard: approves("5555555555554444", "mastercard"),
  mastercard_debit: approves("5200828282828210", "mastercard", { funding: "debit" }),
  mastercard_prepaid: approves("5105105105105100", "mastercard", { funding: "prepaid" }),
  amex: approves("378282246310005", "amex"),
  discover: approves("6011111111111117", "discover"),
  diners: approves("3056930009020004", "diners"),
  jcb: approves("3566002020360505", "jcb"),
  unionpay: approves("6200000000000005", "unionpay"),
  us: approves("4242424242424242", "visa"),
  fr: approves("4000002500000003", "visa", { country: "FR" }),
  de: approves("4000002760000016", "visa", { country: "DE" }),
  gb: approves("4000008260000000", "visa", { country: "GB" }),

  chargeDeclined: declines("4000000000000002", generic),
  visa_chargeDeclined: declines("4000000000000002", generic),
  chargeDeclinedInsufficientFunds: declines("4000000000009995", insufficientFunds),
  visa_chargeDeclinedInsufficientFunds: declines("4000000000009995", insufficientFunds),
  chargeDeclinedLostCard: declines("4000000000009987", declined("lost_card")),
  visa_chargeDeclinedLostCard: declines("4000000000009987", declined("lost_card")),
  chargeDeclinedStolenCard: declines("4000000000009979", declined("stolen_card")),
  visa_chargeDeclinedStolenCard: declines("4000000000009979", declined("stolen_card")),
  chargeDeclinedFraudulent: declines("4100000000000019", declined("fraudulent")),
  chargeDeclinedExpiredCard: declines("4000000000000069", expired),
  chargeDeclinedIncorrectCvc: declines("4000000000000127", incorrectCvc),
  chargeDeclinedProcessingError: declines("4000000000000119", processingError),
  /** Attaches, then every charge of the customer is declined: a renewal that fails. */
  chargeCustomerFail: {
    number: "4000000000000341",
    brand: "visa",
    setup: "approved",
    payment: generic,
  },

  authenticationRequired: {
    number: "4000002760003184",
    brand: "visa",
    setup: "authenticate",
    payment: "authenticate",
  },
  /** Authenticates when it is set up, or at a first payment; later ones pass without. */
  authenticationRequiredOnSetup: {
    number: "4000002500003155",
    brand: "visa",
    setup: "authenticate",
    payment: "authenticate",
    offSession: "approved",
  },
  authenticationRequiredChargeDeclinedInsufficientFunds: {
    number: "4000008260003178",
    brand: "visa",
    setup: "authenticate",
    payment: "authenticate",
    authenticated: insufficientFunds,
  },
  threeDSecure2Required: {
    number: "4000000000003220",
    brand: "visa",
    setup: "authenticate",
    payment: "authenticate",
  },
  threeDSecureRequired: {
    number: "4000000000003063",
    brand: "visa",
    setup: "authenticate",
    payment: "authenticate",
  },
  threeDSecureRequiredChargeDeclined: {
    number: "4000008400001629",
    brand: "visa",
    setup: "authenticate",
    payment: "authenticate",
    authenticated: generic,
  },
  threeDSecureOptional: approves("4000000000003055", "visa"),
  /** Is charged, then its holder disputes the charge. */
  createDispute: approves("4000000000000259", "visa", { disputes: "fraudulent" }),
  createDisputeProductNotReceived: approves("4000000000002685", "visa", {
    disputes: "product_not_received",
  }),
};

/** The name of the test card with a number, as typed: spaces and dashes do not count. */
export function cardOfNumber(typed: string): string | undefined {
  const number = typed.replace(/[\s-]/g, "");
  return Object.keys(testCards).find((name) => testCards[name]?.number === number);
}

/** The name of the test card that a token (`pm_card_…` or `tok_…`) stands for. */
export function cardOfToken(token: string): string | undefined {
  const name = /^(?:pm_card_|tok_)(.+)$/.exec(token)?.[1];
  return name !== undefined && Object.hasOwn(testCards, name) ? name : undefined;
}
