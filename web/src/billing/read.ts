/** What the billing page shows: read under RLS, so that it is what the caller may see. */
import type { Entitlement } from "../../../supabase/functions/_shared/entitlements/entitlement.ts";
import { meters } from "../../../supabase/functions/_shared/billing/plans.ts";
import type { Supabase } from "../supabase.ts";
import { rows } from "../use-read.ts";

/** Subscriptions of these give the plan, or may again; the first counts. */
const running = ["active", "trialing", "past_due", "unpaid", "paused"];

function planRows(supabase: Supabase) {
  return rows(
    supabase.from("plans").select(`
      id, name, description, per_seat,
      plan_features (feature, limit_value),
      prices (id, currency, unit_amount, interval, interval_count)
    `).order("rank"),
  );
}

function subscriptionRows(supabase: Supabase, workspaceId: string) {
  return rows(
    supabase.from("subscriptions").select(`
      id, plan_id, price_id, status, quantity, promotion_code, cancel_at_period_end, cancel_at,
      current_period_end, trial_end, ended_at, next_price_id, next_quantity, next_change_at
    `).eq("workspace_id", workspaceId).order("created_at", { ascending: false }),
  );
}

function cardRows(supabase: Supabase, workspaceId: string) {
  return rows(
    supabase.from("payment_methods").select("id, brand, last4, exp_month, exp_year")
      .eq("workspace_id", workspaceId).order("created_at", { ascending: false }),
  );
}

export type Plan = Awaited<ReturnType<typeof planRows>>[number];
export type Price = Plan["prices"][number];
export type Subscription = Awaited<ReturnType<typeof subscriptionRows>>[number];
export type Card = Awaited<ReturnType<typeof cardRows>>[number];

/** A step of what an unpaid invoice brings, done or coming. */
export interface DunningStep {
  invoice_id: string;
  number: string | null;
  amount_due: number;
  currency: string;
  hosted_invoice_url: string | null;
  /** Null while the case is open. */
  outcome: string | null;
  step: string;
  action: string;
  at: string;
  done: boolean;
}

/** A workspace's billing. */
export interface Billing {
  workspaceId: string;
  plans: Plan[];
  /** The one that gives the plan; undefined without. */
  subscription: Subscription | undefined;
  /** The latest that ended; undefined while one runs. */
  ended: Subscription | undefined;
  cards: Card[];
  /** What the plan includes that is counted by billing period. */
  meters: Entitlement[];
  /** What was used on which day, oldest first. */
  usedByDay: { meter: string; day: string; used: number }[];
  dunning: DunningStep[];
}

/** Reads it. @throws {ProblemError} */
export async function readBilling(supabase: Supabase, workspaceId: string): Promise<Billing> {
  const workspace_id = workspaceId;
  const [plans, held, cards, entitlements, usedByDay, dunning] = await Promise.all([
    planRows(supabase),
    subscriptionRows(supabase, workspaceId),
    cardRows(supabase, workspaceId),
    rows(supabase.rpc("entitlements", { workspace_id })),
    rows(supabase.rpc("usage_daily", { workspace_id })),
    rows(supabase.rpc("dunning_timeline", { workspace_id })),
  ]);
  const subscription = held.filter(({ status }) => running.includes(status))
    .toSorted((a, b) => running.indexOf(a.status) - running.indexOf(b.status))[0];
  return {
    workspaceId,
    plans,
    subscription,
    ended: subscription ? undefined : held.find(({ status }) => status === "canceled"),
    cards,
    meters: (entitlements as Entitlement[])
      .filter(({ feature, included }) => included && Object.hasOwn(meters, feature)),
    usedByDay,
    dunning: dunning as DunningStep[],
  };
}

/** The plan and the price by the price's id. */
export function priceIn(
  plans: Plan[],
  priceId: string | null,
): { plan: Plan; price: Price } | undefined {
  for (const plan of plans) {
    const price = plan.prices.find(({ id }) => id === priceId);
    if (price !== undefined) return { plan, price };
  }
  return undefined;
}
