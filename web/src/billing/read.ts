/** What the billing page shows: read under RLS, so that it is what the caller may see. */
import type { Entitlement } from "../../../supabase/functions/_shared/entitlements/entitlement.ts";
import { meters } from "../../../supabase/functions/_shared/billing/plans.ts";
import { ProblemError, problemOf } from "../problem.ts";
import type { Supabase } from "../supabase.ts";

/** Subscriptions of these give the plan, or may again; the first counts. */
const running = ["active", "trialing", "past_due", "unpaid", "paused"];

async function planRows(supabase: Supabase) {
  return await supabase.from("plans").select(`
    id, name, description, per_seat,
    plan_features (feature, limit_value),
    prices (id, currency, unit_amount, interval, interval_count)
  `).order("rank");
}

async function workspaceRow(supabase: Supabase, userId: string) {
  return await supabase.from("workspaces").select(`
    id, name,
    subscriptions (
      plan_id, price_id, status, cancel_at_period_end, cancel_at, current_period_end, trial_end,
      ended_at, created_at
    ),
    invoices (id, number, status, currency, total, created_at, hosted_invoice_url, invoice_pdf),
    payments (id, status, currency, amount, amount_refunded, created_at),
    payment_methods (id, brand, last4, exp_month, exp_year, created_at)
  `)
    .eq("personal_of", userId)
    .order("created_at", { referencedTable: "subscriptions", ascending: false })
    .order("created_at", { referencedTable: "invoices", ascending: false })
    .order("created_at", { referencedTable: "payments", ascending: false })
    .order("created_at", { referencedTable: "payment_methods", ascending: false })
    .limit(24, { referencedTable: "invoices" })
    .limit(24, { referencedTable: "payments" })
    .single();
}

type Rows<Query extends (...args: never[]) => Promise<{ data: unknown }>> = NonNullable<
  Awaited<ReturnType<Query>>["data"]
>;

export type Plan = Rows<typeof planRows>[number];
export type Workspace = Rows<typeof workspaceRow>;
export type Subscription = Workspace["subscriptions"][number];

/** A workspace's billing. */
export interface Billing {
  plans: Plan[];
  workspace: Workspace;
  /** The one that gives the plan; undefined without. */
  subscription: Subscription | undefined;
  /** The latest that ended; undefined while one runs. */
  ended: Subscription | undefined;
  /** What the plan includes that is counted by billing period. */
  meters: Entitlement[];
  /** What was used on which day, newest first. */
  usedByDay: { meter: string; day: string; used: number }[];
}

/** Reads it, for the personal workspace. @throws {ProblemError} */
export async function readBilling(supabase: Supabase, userId: string): Promise<Billing> {
  const [plans, workspace] = await Promise.all([
    planRows(supabase),
    workspaceRow(supabase, userId),
  ]);
  const error = plans.error ?? workspace.error;
  if (error !== null) throw new ProblemError(await problemOf(error));
  const workspace_id = workspace.data!.id;
  const [entitlements, days] = await Promise.all([
    supabase.rpc("entitlements", { workspace_id }),
    supabase.rpc("usage_daily", { workspace_id }),
  ]);
  const unread = entitlements.error ?? days.error;
  if (unread !== null) throw new ProblemError(await problemOf(unread));
  const held = workspace.data!.subscriptions;
  const subscription = held.filter(({ status }) => running.includes(status))
    .toSorted((a, b) => running.indexOf(a.status) - running.indexOf(b.status))[0];
  return {
    plans: plans.data!,
    workspace: workspace.data!,
    subscription,
    meters: (entitlements.data as Entitlement[])
      .filter(({ feature, included }) => included && Object.hasOwn(meters, feature)),
    usedByDay: days.data!.toReversed(),
    ended: subscription ? undefined : held.find(({ status }) => status === "canceled"),
  };
}
