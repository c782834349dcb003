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
import { isReplayed } from "./stripe.ts";
import { taxOfCheckout, taxOfSubscription } from "./tax.ts";

const expand = ["latest_invoice.confirmation_secret", "pending_setup_intent"];

/** A trial that nobody gave a card for just ends: whoever wants to go on buys, and gives one then. */
const trialSettings = { end_behavior: { missing_payment_method: "cancel" as const } };

/** On the page where the card is given; in both languages, since it must not vary between attempts. */
const oneTrialACard =
  "Un essai par carte : si celle-ci en a déjà eu un, l’abonnement commence aujourd’hui et le premier " +
  "paiement est prélevé aussitôt. — One trial per card: if this one has had a trial already, the " +
  "subscription starts today with its first payment.";

/** The terms of a purchase, as both ways to buy send them. */
function termsFor({ trial_days, promotion_code_id }: Intent) {
  return {
    trial: trial_days === null
      ? {}
      : { trial_period_days: trial_days, trial_settings: trialSettings },
    discounts: promotion_code_id === null
      ? {}
      : { discounts: [{ promotion_code: promotion_code_id }] },
  };
}

/** An intent's subscription. */
export interface HeldSubscription {
  subscription: Stripe.Subscription;
  /** Made by this request, or by another that asked for it at the same time. */
  fresh: boolean;
}

function hasEnded({ status }: Stripe.Subscription): boolean {
  return status === "canceled" || status === "incomplete_expired";
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
  const { trial, discounts } = termsFor(intent);
  const subscription = await createFor(admin, intent, () =>
    stripe.subscriptions.create({
      customer,
      items: [{ price: intent.price_id, quantity: intent.quantity }],
      payment_behavior: "default_incomplete",
      ...taxOfSubscription(),
      payment_settings: { save_default_payment_method: "on_subscription" },
      ...trial,
      ...discounts,
      ...(intent.payment_method_id !== null &&
        { default_payment_method: intent.payment_method_id }),
      metadata: intentMetadata(intent),
      expand,
    }, { idempotencyKey: `subscription:${intent.id}` }));
  await recordIntent(admin, intent, { subscriptionId: subscription.id });
  if (!isReplayed(subscription)) return { subscription, fresh: true };
  const held = await retrieve(subscription.id);
  return { ...held, fresh: !hasEnded(held.subscription) };
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
  const { trial, discounts } = termsFor(intent);
  const session = await createFor(admin, intent, () =>
    stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price: intent.price_id, quantity: intent.quantity }],
      success_url: intent.success_url!,
      cancel_url: intent.cancel_url!,
      metadata,
      ...taxOfCheckout(),
      ...discounts,
      ...(intent.trial_days !== null && {
        payment_method_collection: intent.trial_needs_card
          ? "always" as const
          : "if_required" as const,
        custom_text: { submit: { message: oneTrialACard } },
      }),
      subscription_data: { metadata, ...trial },
    }, { idempotencyKey: `checkout:${intent.id}` }));
  await recordIntent(admin, intent, { sessionId: session.id });
  return isReplayed(session) ? await stripe.checkout.sessions.retrieve(session.id) : session;
}
