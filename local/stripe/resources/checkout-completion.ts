import type { Call } from "../call.ts";
import type { Reaction } from "../resource.ts";
import { redeemDiscounts } from "./checkout-discounts.ts";
import { type CheckoutSession, orderOf } from "./checkout-session-object.ts";

/**
 * A session is complete when what it waits for is paid or set up, not when the customer comes back:
 * he may have closed the tab.
 */
export const checkoutReactions: Reaction[] = [
  { to: "payment_intent.succeeded", run: completeBy },
  { to: "setup_intent.succeeded", run: completeBy },
];

function completeBy(call: Call, intent: string): void {
  const id = call.store.hidden<string>(`checkout of ${intent}`);
  if (id !== undefined) complete(call, call.need("checkout.session", id));
}

/** Writes an open session as complete, with what it has made, and says so. */
export function complete(call: Call, session: CheckoutSession): CheckoutSession {
  if (session.status !== "open") return session;
  const { customer, intent, subscription } = orderOf(call, session.id).made;
  const paid = (session.amount_total ?? 0) > 0;
  const done = call.update(session, {
    customer: customer ?? session.customer,
    status: "complete",
    payment_status: paid ? "paid" : "no_payment_required",
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
