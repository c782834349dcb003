/** What a purchase under way is at Stripe: a subscription to confirm, or a Checkout Session to pay. */
import type Stripe from "stripe";
import { ensureCustomer } from "./customers.ts";
import {
  createFor,
  type Intent,
  intentMetadata,
  type PurchaseTools,
  recordIntent,
} from "./intents.ts";

const expand = ["latest_invoice.confirmation_secret", "pending_setup_intent"];

/** An intent's subscription, and whether it was made just now. */
export interface HeldSubscription {
  subscription: Stripe.Subscription;
  fresh: boolean;
}

/** A repeated answer tells how the object was when it was made, not how it is. */
function isReplayed(answer: { lastResponse: { headers: Record<string, string> } }): boolean {
  return answer.lastResponse.headers["idempotent-replayed"] === "true";
}

/** The subscription of a purchase that the client confirms: what an earlier attempt made, or else made now. */
export async function subscriptionOf(
  { admin, stripe }: PurchaseTools,
  intent: Intent,
): Promise<HeldSubscription> {
  const retrieve = async (id: string) => ({
    subscription: await stripe.subscriptions.retrieve(id, { expand }),
    fresh: false,
  });
  if (intent.stripe_subscription_id !== null) return await retrieve(intent.stripe_subscription_id);
  const customer = await ensureCustomer({ admin, stripe }, intent.workspace_id);
  // What is sent is the intent's alone, so that whoever repeats it sends the same.
  const subscription = await createFor(admin, intent, () =>
    stripe.subscriptions.create({
      customer,
      items: [{ price: intent.price_id, quantity: intent.quantity }],
      payment_behavior: "default_incomplete",
      payment_settings: { save_default_payment_method: "on_subscription" },
      metadata: intentMetadata(intent),
      expand,
    }, { idempotencyKey: `subscription:${intent.id}` }));
  await recordIntent(admin, intent, { subscriptionId: subscription.id });
  return isReplayed(subscription) ? await retrieve(subscription.id) : { subscription, fresh: true };
}

/** The Checkout Session of a purchase that is paid on Stripe's page, likewise. */
export async function sessionOf(
  { admin, stripe }: PurchaseTools,
  intent: Intent,
): Promise<Stripe.Checkout.Session> {
  if (intent.stripe_session_id !== null) {
    return await stripe.checkout.sessions.retrieve(intent.stripe_session_id);
  }
  const customer = await ensureCustomer({ admin, stripe }, intent.workspace_id);
  const metadata = intentMetadata(intent);
  const session = await createFor(admin, intent, () =>
    stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price: intent.price_id, quantity: intent.quantity }],
      success_url: intent.success_url!,
      cancel_url: intent.cancel_url!,
      metadata,
      subscription_data: { metadata },
    }, { idempotencyKey: `checkout:${intent.id}` }));
  await recordIntent(admin, intent, { sessionId: session.id });
  return isReplayed(session) ? await stripe.checkout.sessions.retrieve(session.id) : session;
}
