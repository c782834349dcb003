/**
 * Buying a subscription. The purchase is a row before Stripe hears of it, one open row a workspace, and
 * its id is Stripe's idempotency key: however many requests run at once, and wherever one dies, there
 * is one subscription.
 */
import Stripe from "stripe";
import { z } from "zod";
import { type Db, rows } from "../database.ts";
import { Problem, problem } from "../problem.ts";
import { ensureCustomer } from "./customers.ts";
import { isDefiniteRefusal, stripeProblem } from "./stripe.ts";
import { syncNow } from "./sync.ts";

/** A subscription that waits for its first payment, or needs none. */
export const Purchase = z.object({
  /** Stripe's id of the subscription. */
  id: z.string(),
  status: z.string(),
  /** For Stripe.js: confirm the payment or the set-up of a card with it; null where nothing is to confirm. */
  client_secret: z.string().nullable(),
  confirm: z.enum(["payment", "setup"]).nullable(),
});

/** What is asked for. */
export interface PurchaseRequest {
  userId: string;
  workspaceId: string | null;
  /** A price's id or lookup key. */
  price: string;
  quantity: number;
}

interface Intent {
  id: string;
  workspace_id: string;
  price_id: string;
  quantity: number;
  stripe_subscription_id: string | null;
  matches: boolean;
}

interface PurchaseTools {
  admin: Db;
  stripe: Stripe;
}

const expand = ["latest_invoice.confirmation_secret", "pending_setup_intent"];

function purchaseOf(subscription: Stripe.Subscription): z.infer<typeof Purchase> {
  const { id, status } = subscription;
  const setup = subscription.pending_setup_intent;
  if (setup !== null && typeof setup === "object" && setup.client_secret !== null) {
    return { id, status, client_secret: setup.client_secret, confirm: "setup" };
  }
  const invoice = subscription.latest_invoice;
  const secret = typeof invoice === "object"
    ? invoice?.confirmation_secret?.client_secret
    : undefined;
  if (status === "incomplete" && secret) {
    return { id, status, client_secret: secret, confirm: "payment" };
  }
  return { id, status, client_secret: null, confirm: null };
}

async function openIntent(admin: Db, request: PurchaseRequest): Promise<Intent> {
  return await rows(admin.rpc("subscription_intent_open", {
    user_id: request.userId,
    // The generated types do not know that SQL arguments may be null.
    workspace_id: request.workspaceId as string,
    price: request.price,
    quantity: request.quantity,
  })) as unknown as Intent;
}

/** What Stripe holds for an intent: created now, or what an earlier attempt under the same key made. */
async function subscriptionOf(
  { admin, stripe }: PurchaseTools,
  intent: Intent,
  request: PurchaseRequest,
): Promise<Stripe.Subscription> {
  if (intent.stripe_subscription_id !== null) {
    return await stripe.subscriptions.retrieve(intent.stripe_subscription_id, { expand });
  }
  const customer = await ensureCustomer({ admin, stripe }, intent.workspace_id);
  const subscription = await stripe.subscriptions.create({
    customer,
    items: [{ price: intent.price_id, quantity: intent.quantity }],
    payment_behavior: "default_incomplete",
    payment_settings: { save_default_payment_method: "on_subscription" },
    metadata: { workspace_id: intent.workspace_id, user_id: request.userId, intent_id: intent.id },
    expand,
  }, { idempotencyKey: `subscription:${intent.id}` });
  await rows(admin.rpc("subscription_intent_record", {
    intent_id: intent.id,
    stripe_subscription_id: subscription.id,
  }));
  return subscription;
}

/** Ends an unpaid purchase, so that another can take its place. */
async function giveUp({ admin, stripe }: PurchaseTools, intent: Intent): Promise<void> {
  if (intent.stripe_subscription_id !== null) {
    const held = await stripe.subscriptions.retrieve(intent.stripe_subscription_id);
    if (held.status === "incomplete") await stripe.subscriptions.cancel(held.id);
    await syncNow({ admin, stripe }, "subscription", held.id);
  }
  await rows(admin.rpc("subscription_intent_abandon", { intent_id: intent.id }));
}

/**
 * Starts a workspace's subscription, or resumes the one it started and has not paid.
 *
 * Asking for something else than what is under way cancels that first: nothing was paid for it.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`, `price_not_found`, `subscription_exists`,
 *   `subscription_pending` (somebody else is just buying something else),
 *   `payment_provider_unavailable` (unknown is not no: repeat, and it goes on where it stopped)
 */
export async function startSubscription(
  tools: PurchaseTools,
  request: PurchaseRequest,
): Promise<z.infer<typeof Purchase>> {
  try {
    // Twice at most: what is found under way may have ended, or be for something else.
    for (let attempt = 0; attempt < 2; attempt++) {
      const intent = await openIntent(tools.admin, request);
      if (!intent.matches) {
        // Without Stripe's id its creation may be running right now: it cannot be cancelled yet.
        if (intent.stripe_subscription_id === null) {
          throw problem("subscription_pending", { retryAfterSeconds: 2 });
        }
        await giveUp(tools, intent);
        continue;
      }
      const subscription = await createOrAbandon(tools, intent, request);
      await syncNow(tools, "subscription", subscription.id);
      if (subscription.status === "incomplete" || intent.stripe_subscription_id === null) {
        return purchaseOf(subscription);
      }
      // It was paid or has ended since; the sync has closed the intent, so the next round decides.
    }
  } catch (error) {
    throw error instanceof Problem ? error : stripeProblem(error);
  }
  throw problem("subscription_pending", { retryAfterSeconds: 2 });
}

async function createOrAbandon(
  tools: PurchaseTools,
  intent: Intent,
  request: PurchaseRequest,
): Promise<Stripe.Subscription> {
  try {
    return await subscriptionOf(tools, intent, request);
  } catch (error) {
    // Only a definite refusal releases the intent; after a timeout the subscription may exist.
    if (isDefiniteRefusal(error)) {
      await rows(tools.admin.rpc("subscription_intent_abandon", { intent_id: intent.id }));
    }
    throw error;
  }
}
