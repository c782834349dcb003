import { type ErrorBody, StripeProblem } from "../errors.ts";
import type { Decline } from "./cards.ts";

/** 402: the bank said no. What was done so far, such as the failed charge, is kept. */
export function cardProblem(
  decline: Decline,
  objects: Pick<ErrorBody, "charge" | "payment_intent" | "payment_method" | "setup_intent">,
): StripeProblem {
  return new StripeProblem(402, { type: "card_error", ...decline, ...objects }, true);
}

/** What a bank answers to a charge without the customer when it wants to see him. */
export const authenticationRequired: Decline = {
  code: "authentication_required",
  decline_code: "authentication_required",
  message:
    "Your card was declined. This transaction requires authentication: bring your customer back on session.",
};

/** What remains on an intent whose customer failed the 3-D Secure step. */
export function authenticationFailed(intent: "payment" | "setup"): Decline {
  return {
    code: `${intent}_intent_authentication_failure`,
    message: "We are unable to authenticate your payment method. Please choose a different " +
      "payment method and try again.",
  };
}
