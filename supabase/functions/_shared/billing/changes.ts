/** Ending a subscription and going on after all. Stripe changes first; our row follows at once. */
import type Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import type { Subject } from "../idempotency.ts";
import { Problem, problem } from "../problem.ts";
import { isMissing } from "./fetch.ts";
import { releaseSchedule } from "./renewal-changes.ts";
import { isDefiniteRefusal, stripeProblem } from "./stripe.ts";
import { readSubscription, type Subscription } from "./subscription.ts";
import { syncNow } from "./sync.ts";
import type * as z from "zod";

/** What a change needs. */
export interface ChangeTools {
  admin: Db;
  stripe: Stripe;
}

/** Whose subscription: `workspaceId` null means the personal workspace. */
export interface Whose {
  userId: string;
  workspaceId: string | null;
  /** Which one, where the workspace has several. */
  subscriptionId?: string | undefined;
}

/** Whose subscription is changed, by a request that may be repeated. */
export interface Change extends Whose {
  subject: Subject;
}

/** The subscription that a change applies to, and the business clock in seconds. */
export interface ChangeTarget {
  workspace_id: string;
  id: string;
  stripe_subscription_id: string;
  now: number;
}

/**
 * Which subscription is meant. Never "the first one": with two that run, it must be said.
 *
 * @param orEnded also the one that is named when it has ended
 * @throws {Problem} `workspace_not_found`, `forbidden`, `subscription_not_found`, `subscription_ambiguous`
 */
export async function whichSubscription(
  admin: Db,
  { userId, workspaceId, subscriptionId }: Whose,
  orEnded = false,
): Promise<ChangeTarget> {
  return await rows(admin.rpc("subscription_to_change", {
    user_id: userId,
    workspace_id: workspaceId as string,
    ...(subscriptionId !== undefined && { subscription_id: subscriptionId }),
    or_ended: orEnded,
  })) as unknown as ChangeTarget;
}

/** The one that a change applies to; for a repetition the one of the first try, which may have ended it. */
async function targetOf(admin: Db, change: Change): Promise<ChangeTarget> {
  const { subject } = change;
  if (subject.known !== undefined) {
    return await whichSubscription(admin, { ...change, subscriptionId: subject.known }, true);
  }
  const target = await whichSubscription(admin, change);
  await subject.note(target.id);
  return target;
}

/**
 * Changes a subscription at Stripe, then our row.
 *
 * @param apply gets Stripe's id
 */
export async function changeSubscription(
  { admin, stripe }: ChangeTools,
  change: Change,
  apply: (stripeId: string) => Promise<unknown>,
): Promise<z.infer<typeof Subscription>> {
  const { stripe_subscription_id: id } = await targetOf(admin, change);
  try {
    await apply(id);
    await syncNow({ admin, stripe }, "subscription", id);
  } catch (error) {
    if (error instanceof Problem) throw error;
    // Our row may be behind: what has ended at Stripe cannot be changed there.
    if (isDefiniteRefusal(error) && await hasEnded({ admin, stripe }, id)) {
      throw problem("subscription_not_found", { detail: "It has ended: start a new one." });
    }
    throw stripeProblem(error);
  }
  return await readSubscription(admin, id);
}

async function hasEnded(tools: ChangeTools, id: string): Promise<boolean> {
  await syncNow(tools, "subscription", id);
  const { status } = await readSubscription(tools.admin, id);
  return status === "canceled" || status === "incomplete_expired";
}

/** Ends a subscription at once; one that has ended stays as it is. */
export async function cancelNow(stripe: Stripe, id: string): Promise<void> {
  try {
    await stripe.subscriptions.cancel(id);
  } catch (error) {
    // Stripe says that a subscription which has ended does not exist; a sync tells how it stands.
    if (!isMissing(error)) throw error;
  }
}

/**
 * Ends a subscription: when the paid period ends, or at once. Asking twice changes nothing more.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`, `subscription_not_found`,
 *   `subscription_ambiguous`, `subscription_not_changeable`, `payment_provider_unavailable`
 */
export async function cancelSubscription(
  tools: ChangeTools,
  change: Change,
  atPeriodEnd: boolean,
): Promise<z.infer<typeof Subscription>> {
  return await changeSubscription(tools, change, async (id) => {
    if (atPeriodEnd) {
      const held = await tools.stripe.subscriptions.retrieve(id);
      // By the first try of a request that is repeated, or faster than our row: it is as was asked.
      if (held.status === "canceled") return;
      if (held.status === "paused") {
        throw problem("subscription_not_changeable", {
          detail: "It is paused, so that no period ends: end it at once (at_period_end: false).",
        });
      }
      // What was planned for the renewal that it will not see would be in the way at Stripe.
      await releaseSchedule(tools, held);
      await tools.stripe.subscriptions.update(id, { cancel_at_period_end: true });
      return;
    }
    await cancelNow(tools.stripe, id);
  });
}

/**
 * Lets a subscription go on that was to end with its period.
 *
 * @throws {Problem} as {@link cancelSubscription}; `subscription_not_found` also once it has ended
 */
export async function uncancelSubscription(
  tools: ChangeTools,
  change: Change,
): Promise<z.infer<typeof Subscription>> {
  return await changeSubscription(tools, change, async (id) => {
    const held = await tools.stripe.subscriptions.retrieve(id);
    if (held.status === "canceled") {
      throw problem("subscription_not_found", { detail: "It has ended: start a new one." });
    }
    if (held.cancel_at_period_end) {
      await tools.stripe.subscriptions.update(id, { cancel_at_period_end: false });
    } else if (held.cancel_at !== null) {
      // Decided in Stripe's portal, which names the moment.
      await tools.stripe.subscriptions.update(id, { cancel_at: "" });
    }
  });
}

/**
 * Lets go what was planned for the renewal: the subscription stays as it is.
 *
 * @throws {Problem} as {@link cancelSubscription}
 */
export async function unscheduleChange(
  tools: ChangeTools,
  change: Change,
): Promise<z.infer<typeof Subscription>> {
  return await changeSubscription(tools, change, async (id) => {
    await releaseSchedule(tools, await tools.stripe.subscriptions.retrieve(id));
  });
}
