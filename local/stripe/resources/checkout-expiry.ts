import type { Call } from "../call.ts";
import { due } from "../schedule.ts";
import { type CheckoutSession, orderOf } from "./checkout-session-object.ts";
import { cancelIntent } from "./payment-intent-states.ts";
import { cancelSetup } from "./setup-intents.ts";
import { endSubscription } from "./subscription-endings.ts";

/** Ends an open session: what an attempt to pay has left behind can no longer be paid. */
export function expireSession(call: Call, session: CheckoutSession): CheckoutSession {
  const { subscription, intent } = orderOf(call, session.id).made;
  const expired = call.update(session, { status: "expired", url: null });
  if (subscription !== undefined) {
    endSubscription(call, call.need("subscription", subscription), null);
  } else if (intent !== undefined) {
    const payment = call.store.get("payment_intent", intent);
    if (payment !== undefined) cancelIntent(call, payment, "abandoned");
    else cancelSetup(call, call.need("setup_intent", intent), "abandoned");
  }
  call.emit("checkout.session.expired", expired);
  return expired;
}

export const sessionExpiry = due(
  "checkout session expires",
  "checkout.session",
  ({ status, expires_at }) => status === "open" ? expires_at : null,
  (call, id) => expireSession(call, call.need("checkout.session", id)),
);
