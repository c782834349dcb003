/**
 * Buying a subscription. The purchase is a row before Stripe hears of it, one open row a workspace, and
 * its id is Stripe's idempotency key: however many requests run at once, and wherever one dies, there
 * is one subscription.
 */
import type Stripe from "stripe";
import * as z from "zod";
import { Problem, problem } from "../problem.ts";
import { giveUp } from "./give-up.ts";
import { sessionOf, subscriptionOf } from "./intent-objects.ts";
import {
  type Intent,
  isInProgress,
  type KnownIntent,
  openIntent,
  type PurchaseRequest,
  type PurchaseTools,
  readIntent,
} from "./intents.ts";
import { asPriceProblem } from "./price-on-sale.ts";
import { asPromotionProblem } from "./promotions.ts";
import { idOf } from "./records.ts";
import { quantityToBuy } from "./seats.ts";
import { stripeProblem } from "./stripe.ts";
import { syncNow } from "./sync.ts";
import { termsOf } from "./terms.ts";

/** A subscription that waits for its first payment, or needs none. */
export const Purchase = z.object({
  /** Stripe's id of the subscription. */
  id: z.string(),
  status: z.string(),
  /** For Stripe.js: confirm the payment or the set-up of a card with it; null where nothing is to confirm. */
  client_secret: z.string().nullable(),
  confirm: z.enum(["payment", "setup"]).nullable(),
});

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

/** A way to buy. */
interface Way<T> {
  /** Goes on with a purchase under way; undefined where it was paid or has ended since. */
  go(intent: Intent): Promise<T | undefined>;
  /** Goes on with it for the request that began it, or tells what has become of it. */
  goOn(intent: Intent): Promise<T>;
}

/** Noted where what was found under way had ended. */
const noPurchase = "none";

/** The purchase that a repeated request has begun; undefined where Stripe has not made it and will not. */
async function begunBefore(
  { admin }: PurchaseTools,
  request: PurchaseRequest,
): Promise<KnownIntent | undefined> {
  const { known } = request.subject;
  const isPurchase = known !== undefined && known !== noPurchase;
  const intent = isPurchase ? await readIntent(admin, request, known) : null;
  if (intent === null || intent.state === "open") return intent ?? undefined;
  const made = request.pages === undefined
    ? intent.stripe_subscription_id
    : intent.stripe_session_id;
  return made === null ? undefined : intent;
}

/**
 * Opens the workspace's purchase and goes on with it. Twice at most: what is found under way may be for
 * something else, then it is given up; or it may have ended. A repetition whose first try was cut off goes
 * on with what that one began, and gives up nothing: whatever else is under way was asked for later.
 */
async function buy<T>(tools: PurchaseTools, request: PurchaseRequest, way: Way<T>): Promise<T> {
  const { subject } = request;
  try {
    const begun = await begunBefore(tools, request);
    if (begun !== undefined) return await way.goOn(begun);
    const asked = { ...request, quantity: await quantityToBuy(tools.admin, request) };
    const terms = await termsOf(tools, { ...asked, onStripesPage: request.pages !== undefined });
    for (let attempt = 0; attempt < 2; attempt++) {
      const intent = await openIntent(tools.admin, asked, terms);
      if (!intent.matches) {
        if (subject.known !== undefined) break;
        await giveUp(tools, intent);
        continue;
      }
      await subject.note(intent.id);
      const bought = await way.go(intent);
      if (bought !== undefined) return bought;
      // It was there before, and has ended: nobody was told of it.
      await subject.note(noPurchase);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (!isInProgress(error)) {
      throw asPromotionProblem(error) ?? asPriceProblem(error) ?? stripeProblem(error);
    }
  }
  throw problem("subscription_pending", { retryAfterSeconds: 2 });
}

/**
 * Starts a workspace's subscription, or resumes the one it started and has not paid.
 *
 * Asking for something else than what is under way ends that first: nothing was paid for it. Repeated
 * under its key, it tells of the subscription that the first try began, whatever its status is by then.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`, `price_not_found`, `subscription_exists`,
 *   `promotion_code_invalid`, `trial_not_offered`, `trial_used`, `trial_needs_card`,
 *   `subscription_pending` (somebody else is just buying something else),
 *   `payment_provider_unavailable` (unknown is not no: repeat, and it goes on where it stopped)
 */
export async function startSubscription(
  tools: PurchaseTools,
  request: PurchaseRequest,
): Promise<z.infer<typeof Purchase>> {
  const look = async (intent: Intent) => {
    const held = await subscriptionOf(tools, intent);
    await syncNow(tools, "subscription", held.subscription.id);
    return held;
  };
  return await buy(tools, request, {
    async go(intent) {
      const { subscription, fresh } = await look(intent);
      if (subscription.status === "incomplete" || fresh) return purchaseOf(subscription);
      // It was paid or has ended since; the sync has closed the intent, so the next round decides.
    },
    goOn: async (intent) => purchaseOf((await look(intent)).subscription),
  });
}

/**
 * Starts a workspace's subscription on Stripe's page, or leads to the page that waits already. Repeated
 * under its key when that page is no more, it leads to where that one led.
 *
 * @throws {Problem} as {@link startSubscription}
 */
export async function startCheckout(
  tools: PurchaseTools,
  request: PurchaseRequest & Required<Pick<PurchaseRequest, "pages">>,
): Promise<{ id: string; url: string }> {
  const look = async (intent: Intent) => {
    const session = await sessionOf(tools, intent);
    const { id, url, status } = session;
    if (status === "open" && url) return { session, page: { id, url } };
    await syncNow(tools, "checkout_session", id);
    const subscription = idOf(session.subscription);
    if (subscription !== null) await syncNow(tools, "subscription", subscription);
    return { session };
  };
  return await buy(tools, request, {
    go: async (intent) => (await look(intent)).page,
    async goOn(intent) {
      const { session: { id, status }, page } = await look(intent);
      if (page !== undefined) return page;
      // Stripe has no address of a page that was paid or closed.
      const url = status === "complete"
        ? intent.success_url!.replaceAll("{CHECKOUT_SESSION_ID}", id)
        : intent.cancel_url!;
      return { id, url };
    },
  });
}
