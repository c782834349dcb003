/** A workspace's subscription as the API shows it. */
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { problem } from "../problem.ts";

/** A subscription; times are ISO 8601. */
export const Subscription = z.object({
  id: z.guid(),
  workspace_id: z.guid(),
  stripe_subscription_id: z.string(),
  plan_id: z.string().nullable(),
  price_id: z.string().nullable(),
  status: z.enum([
    "active",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
  ]),
  quantity: z.int(),
  cancel_at_period_end: z.boolean(),
  /** When it ends, where that was decided for a moment and not for its period's end. */
  cancel_at: z.string().nullable(),
  current_period_start: z.string().nullable(),
  current_period_end: z.string().nullable(),
  trial_end: z.string().nullable(),
  /** The promotion code that it was given a discount for. */
  promotion_code: z.string().nullable(),
  /** What it changes to at `next_change_at`; null when nothing is planned. */
  next_price_id: z.string().nullable(),
  next_quantity: z.int().nullable(),
  next_change_at: z.string().nullable(),
});

/** Which of several counts: one that gives access, else one that may, else none that ended. */
const precedence = ["active", "trialing", "past_due", "unpaid", "paused", "incomplete"];

/** Of a workspace's subscriptions, the latest first, the one that counts; null when all have ended. */
export function whichCounts<T extends { status: string }>(held: T[]): T | null {
  return held
    .filter(({ status }) => precedence.includes(status))
    .toSorted((a, b) => precedence.indexOf(a.status) - precedence.indexOf(b.status))[0] ?? null;
}

/** The subscription of the caller's personal workspace; null when there is none that has not ended. */
export async function personalSubscription(
  db: Db,
  userId: string,
): Promise<z.infer<typeof Subscription> | null> {
  const held = await rows(
    db.from("subscriptions")
      .select(`
        id, workspace_id, stripe_subscription_id, plan_id, price_id, status, quantity,
        cancel_at_period_end, cancel_at, current_period_start, current_period_end, trial_end,
        promotion_code, next_price_id, next_quantity, next_change_at,
        workspaces!inner (personal_of)
      `)
      .eq("workspaces.personal_of", userId)
      .in("status", precedence)
      .order("created_at", { ascending: false }),
  );
  const best = whichCounts(held);
  return best === null ? null : Subscription.parse(best);
}

/**
 * A subscription by Stripe's id. Elevated: the caller has shown that it may be seen.
 *
 * @throws {Problem} `subscription_not_found`: Stripe does not know it any more, so the sync has dropped our row
 */
export async function readSubscription(
  admin: Db,
  stripeId: string,
): Promise<z.infer<typeof Subscription>> {
  const held = await rows(
    admin.from("subscriptions").select(Object.keys(Subscription.shape).join(", "))
      .eq("stripe_subscription_id", stripeId).maybeSingle(),
  );
  if (held === null) throw problem("subscription_not_found");
  return Subscription.parse(held);
}
