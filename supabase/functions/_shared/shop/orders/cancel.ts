/**
 * Cancelling an order. While it is pending somebody may be on Stripe's page: that is closed first, and an
 * order that was paid in that moment is cancelled as a paid one, with its money back.
 */
import { isDefiniteRefusal, stripeProblem } from "../../billing/stripe.ts";
import type { SyncTools } from "../../billing/sync.ts";
import { rows } from "../../database.ts";
import { problem } from "../../problem.ts";
import { type CheckoutOrder, readOrder } from "../checkout/order.ts";
import { Refused, sessionOf, syncSession } from "../checkout/session.ts";
import type { Proof } from "./proof.ts";

/** Which request cancels, and why. */
export interface Cancelling {
  /** The same when it is repeated: what it has begun it then ends. */
  cause: string;
  /** Why staff do it; `proof.buyer` is then the member of staff. */
  staffReason?: string;
}

/**
 * Cancels an order, and closes the page where it may be being paid.
 *
 * @throws {Problem} `order_not_found`, `order_not_cancellable`, `payment_provider_unavailable`: it is not
 *   known whether it was paid, nothing is changed
 */
export async function cancelOrder(
  tools: SyncTools,
  proof: Proof,
  { cause, staffReason }: Cancelling,
): Promise<void> {
  const cancel = async (session_ended: boolean) =>
    await rows(tools.admin.rpc("order_cancel", {
      ...proof,
      staff_reason: (staffReason ?? null) as string,
      session_ended,
      cause,
    })) as string;
  if (await cancel(false) !== "session_open") return;
  const order = await readOrder(tools.admin, proof.order_id);
  if (order === null) throw problem("order_not_found");
  const ended = await endedAtStripe(tools, order);
  // Paid in between, it is cancelled as a paid one.
  if (await cancel(ended) === "session_open") {
    throw problem("order_not_cancellable", {
      detail: "Its payment is being processed: cancel it once the bank has answered.",
    });
  }
}

/**
 * Closes Stripe's page of an order. False where it was complete already: the order is then brought to
 * what its session is.
 */
async function endedAtStripe(tools: SyncTools, order: CheckoutOrder): Promise<boolean> {
  try {
    const session = await sessionOf(tools, order);
    if (session.status === "expired") return true;
    if (session.status === "open") {
      try {
        await tools.stripe.checkout.sessions.expire(session.id);
        return true;
      } catch (error) {
        // Paid or expired in between: what it is, the sync tells.
        if (!isDefiniteRefusal(error)) throw error;
      }
    }
    await syncSession(tools, session.id);
    return false;
  } catch (error) {
    if (error instanceof Refused) return true;
    throw stripeProblem(error);
  }
}
