/**
 * Refunds of orders at Stripe. The row is there before: it is Stripe's idempotency key, and whoever dies
 * in between is followed by the job order_refund. What Stripe then says comes by the charge's sync.
 */
import type Stripe from "stripe";
import * as z from "zod";
import { isDefiniteRefusal, stripeProblem } from "../../billing/stripe.ts";
import { syncNow, type SyncTools } from "../../billing/sync.ts";
import { rows } from "../../database.ts";
import { describeError, log } from "../../log.ts";
import { toStripeAmount } from "../../money.ts";

/** Why money goes back; `paid_twice`: of a payment besides the order's own; `stripe`: somebody did it in Stripe's dashboard. */
export const RefundReason = z.enum([
  "cancelled",
  "returned",
  "goodwill",
  "late_payment",
  "paid_twice",
  "review",
  "stripe",
]);

/** A refund as its buyer reads it; amounts in minor units. */
export const BuyerRefund = z.object({
  id: z.guid(),
  /** open: Stripe has not answered yet. failed: nothing went back. */
  state: z.enum(["open", "done", "failed"]),
  amount: z.int().positive(),
  currency: z.string(),
  reason: RefundReason,
  lines: z.array(z.object({
    order_item_id: z.guid(),
    quantity: z.int().positive(),
    /** Without tax. */
    amount: z.int(),
    tax_amount: z.int(),
  })),
  /** What of the amount is shipping, with its tax. */
  shipping_amount: z.int(),
  restock: z.boolean(),
  stripe_refund_id: z.string().nullable(),
  created_at: z.string(),
});

/** A refund as staff read it. */
export const OrderRefund = BuyerRefund.extend({
  /** Why it failed, in Stripe's words. */
  failure: z.string().nullable(),
});

/** A refund with what Stripe must be told. */
const Asked = OrderRefund.extend({
  order_id: z.guid(),
  order_number: z.string(),
  stripe_payment_intent_id: z.string().nullable(),
});

/**
 * Asks Stripe for a refund that is open; one that is not is left as it is.
 *
 * @returns the refund as it is then; undefined when there is none of this id
 * @throws {Problem} `payment_provider_unavailable`: it is still open, and the job goes on with it
 */
export async function finishOrderRefund(
  tools: SyncTools,
  id: string,
): Promise<z.infer<typeof OrderRefund> | undefined> {
  const { admin, stripe } = tools;
  const read = async () => {
    const found = await rows(admin.rpc("order_refund_read", { refund_id: id }));
    return found === null ? undefined : Asked.parse(found);
  };
  const asked = await read();
  if (asked?.state !== "open") return asked;
  let refund: Stripe.Refund;
  try {
    refund = await giveBack(stripe, asked);
  } catch (error) {
    // A RangeError: not a sum that Stripe takes in this currency, so it was never asked.
    if (!isDefiniteRefusal(error) && !(error instanceof RangeError)) throw stripeProblem(error);
    const failure = (error as Error).message;
    log("error", { event: "order_refund_refused", order: asked.order_id, refund: id, failure });
    await rows(admin.rpc("order_refund_refused", { refund_id: id, failure }));
    return await read();
  }
  const charge = typeof refund.charge === "string" ? refund.charge : refund.charge?.id;
  if (charge === undefined) throw new Error(`cannot settle refund ${refund.id}: it has no charge`);
  await syncNow(tools, "charge", charge);
  return await read();
}

/**
 * As {@link finishOrderRefund}, for who has just decided the refund: where Stripe does not answer now, the
 * job order_refund asks again.
 *
 * @returns undefined while it waits for that
 */
export async function tryOrderRefund(
  tools: SyncTools,
  id: string,
): Promise<z.infer<typeof OrderRefund> | undefined> {
  try {
    return await finishOrderRefund(tools, id);
  } catch (error) {
    log("warn", { event: "order_refund_waits", refund: id, error: describeError(error) });
    return undefined;
  }
}

async function giveBack(
  stripe: Stripe,
  { id, order_id, order_number, amount, currency, stripe_payment_intent_id: payment }: z.infer<
    typeof Asked
  >,
): Promise<Stripe.Refund> {
  if (payment === null) throw new RangeError("the order was not paid by Stripe");
  const { amount: stripeAmount } = toStripeAmount({ amount, currency });
  // An earlier attempt's: Stripe forgets idempotency keys, metadata it keeps.
  for await (const made of stripe.refunds.list({ payment_intent: payment, limit: 100 })) {
    if (made.metadata?.["order_refund"] === id) return made;
  }
  return await stripe.refunds.create({
    payment_intent: payment,
    amount: stripeAmount,
    metadata: { order_refund: id, order_id, order_number },
  }, { idempotencyKey: `order_refund:${id}` });
}
