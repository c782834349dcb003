/** Ending a purchase under way, so that another can take its place; one that was paid stays. */
import type Stripe from "stripe";
import { problem } from "../problem.ts";
import { sessionOf, subscriptionOf } from "./intent-objects.ts";
import { abandonIntent, type Intent, type PurchaseTools } from "./intents.ts";
import { idOf } from "./records.ts";
import { isDefiniteRefusal } from "./stripe.ts";
import { syncNow } from "./sync.ts";

/**
 * Ends a subscription that nobody has paid. Its invoice goes first: Stripe refuses to void a paid one,
 * where a cancellation would end what was paid for a moment ago.
 */
async function endUnpaid(stripe: Stripe, held: Stripe.Subscription): Promise<void> {
  const invoice = idOf(held.latest_invoice);
  if (invoice !== null) {
    try {
      await stripe.invoices.voidInvoice(invoice);
    } catch (error) {
      if (!isDefiniteRefusal(error)) throw error;
    }
  }
  const now = await stripe.subscriptions.retrieve(held.id, { expand: ["latest_invoice"] });
  if (now.status !== "incomplete") return;
  const open = typeof now.latest_invoice === "object" && now.latest_invoice?.status !== "void";
  if (open) throw problem("subscription_pending", { retryAfterSeconds: 2 }); // Being paid right now.
  await stripe.subscriptions.cancel(held.id);
}

/** Closes Stripe's page; it refuses when it was paid a moment ago, and then the purchase stays. */
async function endSession(tools: PurchaseTools, session: Stripe.Checkout.Session): Promise<void> {
  if (session.status === "open") {
    try {
      await tools.stripe.checkout.sessions.expire(session.id);
    } catch (error) {
      if (!isDefiniteRefusal(error)) throw error;
    }
  }
  await syncNow(tools, "checkout_session", session.id);
  const now = await tools.stripe.checkout.sessions.retrieve(session.id);
  // Still payable: another page beside it could be paid as well.
  if (now.status === "open") throw problem("subscription_pending", { retryAfterSeconds: 2 });
  const subscription = idOf(now.subscription);
  if (subscription === null) return;
  await syncNow(tools, "subscription", subscription);
  const held = await tools.stripe.subscriptions.retrieve(subscription);
  // Being paid right now, by a bank that takes its time.
  if (held.status === "incomplete") {
    throw problem("subscription_pending", { retryAfterSeconds: 60 });
  }
}

/** Ends a purchase. Where Stripe's answer to it was lost, asking again under the same key tells what is there. */
export async function giveUp(tools: PurchaseTools, intent: Intent): Promise<void> {
  if (intent.success_url !== null) {
    await endSession(tools, await sessionOf(tools, intent));
  } else {
    const { subscription } = await subscriptionOf(tools, intent);
    if (subscription.status === "incomplete") await endUnpaid(tools.stripe, subscription);
    await syncNow(tools, "subscription", subscription.id);
  }
  await abandonIntent(tools.admin, intent);
}
