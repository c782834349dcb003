import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import type { Documents } from "../wire.ts";
import { cardOfNumber } from "./cards.ts";
import { newCard } from "./payment-methods.ts";

/** A card as a person types it on a page. */
export interface CardForm {
  number: string;
  /** `12 / 34`; four years ahead where absent. */
  expiry: string | undefined;
}

/** Keeps a typed card as a payment method; throws what is wrong with it, in words for its holder. */
export function cardFrom(
  call: Call,
  { number, expiry }: CardForm,
  billing: Partial<Documents["payment_method"]["billing_details"]> = {},
): Documents["payment_method"] {
  if (number.trim() === "") throw invalid("Enter your card number.", { param: "card_number" });
  const name = cardOfNumber(number);
  if (name === undefined) {
    throw invalid(
      "Your card number is invalid: the local Stripe takes test cards only, such as 4242 4242 " +
        "4242 4242.",
      { code: "invalid_number", param: "card_number" },
    );
  }
  const method = newCard(call, name);
  if (method.card === undefined) throw new Error(`${method.id} is no card`);
  return call.create({
    ...method,
    billing_details: { ...method.billing_details, ...billing },
    card: { ...method.card, ...expiryOf(call, expiry) },
  });
}

function expiryOf(
  call: Call,
  typed: string | undefined,
): { exp_month: number; exp_year: number } | undefined {
  if (typed === undefined || typed.trim() === "") return undefined;
  const parts = /^\s*(\d{1,2})\s*\/?\s*(?:20)?(\d{2})\s*$/.exec(typed);
  const month = Number(parts?.[1]);
  const year = 2000 + Number(parts?.[2]);
  if (parts === null || month < 1 || month > 12) {
    throw invalid("Your card's expiration date is incomplete: write it as 12 / 34.", {
      code: "invalid_expiry_month",
      param: "expiry",
    });
  }
  const now = new Date(call.now() * 1000);
  if (year * 12 + month < now.getUTCFullYear() * 12 + now.getUTCMonth() + 1) {
    throw invalid("Your card's expiration date is in the past.", {
      code: "invalid_expiry_year",
      param: "expiry",
    });
  }
  return { exp_month: month, exp_year: year };
}
