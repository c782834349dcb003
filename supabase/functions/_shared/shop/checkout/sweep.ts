/**
 * Orders that nobody told us about: paid while no webhook came, past the end of their hold, or placed by
 * a request that died before Stripe answered. Stripe is asked about each; the clock alone releases none.
 */
import type Stripe from "stripe";
import { isDefiniteRefusal } from "../../billing/stripe.ts";
import { rows } from "../../database.ts";
import type { Outcome } from "../../jobs/kind.ts";
import { describeError, log } from "../../log.ts";
import { type CheckoutOrder, type CheckoutTools, readOrder, releaseOrder } from "./order.ts";
import { endSession, Refused, sessionOf, syncSession } from "./session.ts";

/** At once: Stripe takes 25 calls a second, and an order needs a few. */
const batch = 10;
/** Of one job; what is left has its turn within the minute. */
const maxBatches = 20;

/** Our clock and Stripe's may differ by that much. */
const clockSkewSeconds = 60;

/**
 * A session that is the order's but whose id we never got: Stripe's idempotency key gives back the first
 * answer, also where that was a 5xx. Found by what it was created with.
 */
async function lostSession(
  { stripe }: CheckoutTools,
  order: CheckoutOrder,
): Promise<Stripe.Checkout.Session | undefined> {
  const made = stripe.checkout.sessions.list({
    created: { gte: order.created_at - clockSkewSeconds, lte: order.expires_at + clockSkewSeconds },
    limit: 100,
  });
  for await (const session of made) {
    if (session.metadata?.["order_id"] === order.id) return session;
  }
  return undefined;
}

/** Finds a pending order's session, or that there is none: then its hold is released. */
async function findSession(
  tools: CheckoutTools,
  order: CheckoutOrder,
): Promise<Stripe.Checkout.Session | undefined> {
  try {
    return await sessionOf(tools, order);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    if (!order.over || isDefiniteRefusal(error) || order.stripe_session_id !== null) throw error;
    const found = await lostSession(tools, order);
    if (found === undefined) await releaseOrder(tools.admin, order, "expired", "checkout_lost");
    return found;
  }
}

/**
 * Brings one order to what Stripe says, and ends its session where the hold is over, or where `end` says
 * so. What is paid already stays.
 */
export async function lookAtOrder(
  tools: CheckoutTools,
  orderId: string,
  { end = false } = {},
): Promise<void> {
  const order = await readOrder(tools.admin, orderId);
  if (order === null || order.status !== "pending") return;
  const session = await findSession(tools, order);
  if (session === undefined) return;
  const known = { ...order, stripe_session_id: session.id };
  if ((order.over || end) && session.status === "open") await endSession(tools, known);
  else await syncSession(tools, session.id);
}

/** Looks at everything that is due. One that fails has another turn; the others have theirs. */
export async function sweepOrders(tools: CheckoutTools, signal: AbortSignal): Promise<Outcome> {
  let looked = 0;
  let failed = 0;
  for (let batches = 0; batches < maxBatches && !signal.aborted; batches++) {
    const due = await rows(tools.admin.rpc("orders_to_look_at", { batch })) as string[];
    const ends = await Promise.allSettled(due.map((id) => lookAtOrder(tools, id)));
    for (const [index, end] of ends.entries()) {
      looked++;
      if (end.status === "fulfilled") continue;
      failed++;
      log("warn", {
        event: "order_not_looked_at",
        order: due[index],
        error: describeError(end.reason),
      });
    }
    if (due.length < batch) break;
  }
  return { outcome: "succeeded", ...(failed > 0 && { note: `${failed} of ${looked} failed` }) };
}
