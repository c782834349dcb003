import type { Call } from "../call.ts";
import type { Reaction } from "../resource.ts";
import { redeemDiscounts } from "./checkout-discounts.ts";
import { type CheckoutSession, orderOf } from "./checkout-session-object.ts";
import { subscriptionFor } from "./checkout-subscription.ts";

/**
 * A session is complete when what it waits for is paid or set up, not when the customer comes back:
 * he may have closed the tab.
 */
export const checkoutReactions: Reaction[] = [
  { to: "payment_intent.succeeded", run: completeBy },
  { to: "payment_intent.processing", run: completeBy },
  { to: "payment_intent.payment_failed", run: failLater },
  { to: "setup_intent.succeeded", run: completeBy },
];

function sessionOf(call: Call, intent: string): CheckoutSession | undefined {
  const id = call.store.hidden<string>(`checkout of ${intent}`);
  return id === undefined ? undefined : call.need("checkout.session", id);
}

function completeBy(call: Call, intent: string): void {
  const session = sessionOf(call, intent);
  if (session?.status === "open") complete(call, session);
  else if (session !== undefined && waits(session)) {
    const paid = call.update(session, { payment_status: "paid" });
    call.emit("checkout.session.async_payment_succeeded", paid);
  }
}

/** The bank's late refusal of a payment for which the session was complete already. */
function failLater(call: Call, intent: string): void {
  const session = sessionOf(call, intent);
  if (session !== undefined && waits(session)) {
    call.emit("checkout.session.async_payment_failed", session);
  }
}

function waits({ status, payment_status: payment }: CheckoutSession): boolean {
  return status === "complete" && payment === "unpaid";
}

/** Writes an open session as complete, with what it has made, and says so. */
export function complete(call: Call, session: CheckoutSession): CheckoutSession {
  if (session.status !== "open") return session;
  const order = orderOf(call, session.id);
  const { customer, intent } = order.made;
  const subscription = session.mode === "subscription"
    ? subscriptionFor(call, session, order, {
      customer: customer ?? session.customer ?? "",
      method: call.store.get("setup_intent", intent ?? "")?.payment_method ?? null,
    }).id
    : undefined;
  const free = (session.amount_total ?? 0) === 0;
  const processing = call.store.get("payment_intent", intent ?? "")?.status === "processing";
  const done = call.update(session, {
    customer: customer ?? session.customer,
    status: "complete",
    payment_status: free ? "no_payment_required" : processing ? "unpaid" : "paid",
    url: null,
    ...(subscription === undefined ? {} : {
      invoice: call.need("subscription", subscription).latest_invoice,
      subscription,
    }),
    ...(session.mode === "payment" && intent !== undefined ? { payment_intent: intent } : {}),
  });
  // A subscription has redeemed its own when it was made.
  if (session.mode === "payment") redeemDiscounts(call, session);
  call.emit("checkout.session.completed", done);
  return done;
}
