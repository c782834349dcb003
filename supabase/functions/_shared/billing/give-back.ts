/** Giving back what was paid for something that the database does not know any more. */
import type Stripe from "stripe";
import { isDefiniteRefusal } from "./stripe.ts";

/**
 * Gives back whatever is left of a payment; what has gone back before is not given a second time.
 *
 * @param cause the subscription or session that was paid; kept at Stripe with the refund
 * @returns why Stripe refuses for good (a dispute has taken the money already, for one); undefined when nothing
 *   is left
 */
export async function giveBackAll(
  stripe: Stripe,
  payment: string,
  cause: string,
): Promise<string | undefined> {
  const { latest_charge: charge } = await stripe.paymentIntents.retrieve(payment, {
    expand: ["latest_charge"],
  });
  if (charge === null || typeof charge === "string") return undefined;
  const left = charge.amount_captured - charge.amount_refunded;
  if (left <= 0) return undefined;
  try {
    await stripe.refunds.create({
      payment_intent: payment,
      amount: left,
      metadata: { lost: cause },
    }, { idempotencyKey: `lost:${payment}:${left}` });
  } catch (error) {
    if (!isDefiniteRefusal(error)) throw error;
    return (error as Error).message;
  }
  return undefined;
}
