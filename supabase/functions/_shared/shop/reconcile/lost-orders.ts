/** Sessions that are paid for an order that is not here: by a restore, or another database on the account. */
import type Stripe from "stripe";
import { giveBackAll } from "../../billing/give-back.ts";

interface Tools {
  stripe: Stripe;
  pace(): Promise<void>;
  /** The moment that a restore took the database back to; undefined where there was none. */
  lostSince: Date | undefined;
}

/**
 * What becomes of the money of such a session. An order is not made up from what Stripe knows of it: that is
 * no delivery address that was agreed, no stock that is held, no discount that is counted.
 *
 * @param tell is called before money moves, so that none goes back unheard of
 * @returns "kept" where nobody said that it is a restore's, where it was begun before, or nothing was paid; where
 *   Stripe refuses to give back, why
 */
export async function lostOrder(
  { stripe, pace, lostSince }: Tools,
  sessionId: string,
  tell: () => Promise<void>,
): Promise<"owes nothing" | "given back" | "kept" | { refused: string }> {
  await pace();
  const session = await stripe.checkout.sessions.retrieve(sessionId, {
    expand: ["payment_intent.latest_charge"],
  });
  const payment = session.payment_intent;
  // A free order: nothing to give back, and somebody who waits for it.
  if (payment === null || typeof payment === "string") return "kept";
  const charge = payment.latest_charge;
  if (charge === null || typeof charge === "string") return "owes nothing";
  if (charge.amount_captured - charge.amount_refunded <= 0) return "owes nothing";
  if (lostSince === undefined || session.created * 1000 < lostSince.getTime()) return "kept";
  await pace();
  await tell();
  const refused = await giveBackAll(stripe, payment.id, sessionId);
  return refused === undefined ? "given back" : { refused };
}
