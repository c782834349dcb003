/** Purchases under way: one open row a workspace, whose id is Stripe's idempotency key. */
import Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import type { Subject } from "../idempotency.ts";
import { problem } from "../problem.ts";
import { isDefiniteRefusal } from "./stripe.ts";
import type { Terms } from "./terms.ts";

/** What a purchase needs. */
export interface PurchaseTools {
  admin: Db;
  stripe: Stripe;
}

/** What is asked for. */
export interface PurchaseRequest {
  userId: string;
  /** Null: the personal workspace. */
  workspaceId: string | null;
  /** A price's id or lookup key. */
  price: string;
  quantity: number;
  /** Where Stripe's page leads; absent for a purchase that the client confirms by itself. */
  pages?: { successUrl: string; cancelUrl: string };
  /** Begins with the plan's trial. */
  trial?: boolean | undefined;
  /** As the customer typed it. */
  promotionCode?: string | undefined;
  /** The purchase that an earlier attempt of the same request was about. */
  subject: Subject;
}

/** A purchase under way. */
export interface Intent {
  id: string;
  workspace_id: string;
  /** Who opened it, maybe another member than who asks now; null when that user is gone. */
  user_id: string | null;
  price_id: string;
  quantity: number;
  stripe_subscription_id: string | null;
  stripe_session_id: string | null;
  success_url: string | null;
  cancel_url: string | null;
  trial_days: number | null;
  trial_needs_card: boolean;
  promotion_code_id: string | null;
  payment_method_id: string | null;
  /** Whether it is for what was asked now. */
  matches: boolean;
}

/** A purchase, under way or closed. */
export interface KnownIntent extends Intent {
  state: "open" | "bought" | "abandoned";
}

/**
 * The workspace's purchase under way, opened if there is none.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`, `price_not_found`, `subscription_exists`, `trial_used`
 */
export async function openIntent(
  admin: Db,
  request: PurchaseRequest,
  { trialDays, trialNeedsCard, promotionCodeId, paymentMethodId }: Terms,
): Promise<Intent> {
  return await rows(admin.rpc("subscription_intent_open", {
    user_id: request.userId,
    // The generated types do not know that SQL arguments may be null.
    workspace_id: request.workspaceId as string,
    price: request.price,
    quantity: request.quantity,
    ...(request.pages !== undefined && {
      success_url: request.pages.successUrl,
      cancel_url: request.pages.cancelUrl,
    }),
    ...(trialDays !== null && { trial_days: trialDays, trial_needs_card: trialNeedsCard }),
    ...(promotionCodeId !== null && { promotion_code_id: promotionCodeId }),
    ...(paymentMethodId !== null && { payment_method_id: paymentMethodId }),
  })) as unknown as Intent;
}

/**
 * The purchase that a request was about when it was tried before, whatever has become of it.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`
 */
export async function readIntent(
  admin: Db,
  { userId, workspaceId }: PurchaseRequest,
  id: string,
): Promise<KnownIntent | null> {
  return await rows(admin.rpc("subscription_intent_read", {
    user_id: userId,
    workspace_id: workspaceId as string,
    intent_id: id,
  })) as unknown as KnownIntent | null;
}

/** What every object that a purchase makes at Stripe carries, so that a lost one is found again. */
export function intentMetadata(intent: Intent): Record<string, string> {
  return {
    workspace_id: intent.workspace_id,
    ...(intent.user_id !== null && { user_id: intent.user_id }),
    intent_id: intent.id,
  };
}

/** Gives a purchase up; one that was paid meanwhile stays. */
export async function abandonIntent(admin: Db, intent: Intent): Promise<void> {
  await rows(admin.rpc("subscription_intent_abandon", { intent_id: intent.id }));
}

/**
 * Creates what a purchase is paid by. Only a definite refusal releases the intent: after a timeout the
 * object may exist, and asking again under the same key tells.
 */
export async function createFor<T>(
  admin: Db,
  intent: Intent,
  create: () => Promise<T>,
): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (isDefiniteRefusal(error)) await abandonIntent(admin, intent);
    throw error;
  }
}

/** Notes what a purchase became at Stripe. @throws {Problem} `subscription_pending` when it was closed meanwhile */
export async function recordIntent(
  admin: Db,
  intent: Intent,
  ids: { subscriptionId: string } | { sessionId: string },
): Promise<void> {
  const open = await rows(admin.rpc("subscription_intent_record", {
    intent_id: intent.id,
    stripe_subscription_id: ("subscriptionId" in ids ? ids.subscriptionId : null) as string,
    ...("sessionId" in ids && { stripe_session_id: ids.sessionId }),
  }));
  // Given up for another, paid or ended: what Stripe answered is history.
  if (!open) throw problem("subscription_pending", { retryAfterSeconds: 1 });
}

/** Stripe still works on the first request under our key: another click, tab or member's. */
export function isInProgress(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && error.statusCode === 409;
}
