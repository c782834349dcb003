/** Workspaces as staff find and read them. */
import type { Entitlement } from "../../../../supabase/functions/_shared/entitlements/entitlement.ts";
import type { Supabase } from "../../supabase.ts";
import { rows } from "../../use-read.ts";
import type { Page } from "../parts/use-pages.ts";

const pageSize = 25;

/** Those that `search` means, newest first. */
export async function findWorkspaces(
  supabase: Supabase,
  search: string | undefined,
  before: string | undefined,
) {
  const [before_created_at, before_id] = before === undefined
    ? []
    : JSON.parse(before) as [string, string];
  const read = await rows(supabase.rpc("staff_workspaces", {
    ...(search !== undefined && { search }),
    ...(before_created_at !== undefined && { before_created_at, before_id: before_id! }),
    page_size: pageSize + 1,
  }));
  const page = read.slice(0, pageSize);
  const last = page.at(-1);
  const next = read.length > pageSize ? JSON.stringify([last!.created_at, last!.id]) : null;
  return { rows: page, next } satisfies Page<typeof page[number]>;
}

export type Found = Awaited<ReturnType<typeof findWorkspaces>>["rows"][number];

/** One workspace, with what it may use and why; null when there is none. */
export async function readWorkspace(supabase: Supabase, id: string) {
  // As an id it may be a member's as well.
  const found = await rows(supabase.rpc("staff_workspaces", { search: id }));
  const workspace = found.find((one) => one.id === id);
  if (workspace === undefined) return null;
  const [entitlements, overrides, planFeatures, plans] = await Promise.all([
    rows(supabase.rpc("entitlements", { workspace_id: id })),
    rows(
      supabase.from("feature_overrides")
        .select("feature, enabled, limit_value, expires_at, reason")
        .eq("workspace_id", id),
    ),
    rows(supabase.from("plan_features").select("plan_id, feature, limit_value")),
    rows(supabase.from("plans").select("id, name")),
  ]);
  const features = (entitlements as Entitlement[]).map((now) => ({
    now,
    byPlan: planFeatures.find(({ plan_id, feature }) =>
      plan_id === workspace.plan && feature === now.feature
    ),
    override: overrides.find(({ feature }) => feature === now.feature),
    /** Whether there is an amount of it: one has it, or has so much of it. */
    counted: now.used !== null || now.limit !== null && now.limit > 0 ||
      // Also one that has no effect now: what it counts is to be seen where it is changed.
      overrides.some(({ feature, limit_value }) =>
        feature === now.feature && limit_value !== null
      ) ||
      planFeatures.some(({ feature, limit_value }) =>
        feature === now.feature && limit_value !== null
      ),
  }));
  // A plan that is no longer on sale is read by its id.
  const planName = plans.find((one) => one.id === workspace.plan)?.name ?? workspace.plan;
  return { ...workspace, planName, features };
}

export type WorkspaceRead = NonNullable<Awaited<ReturnType<typeof readWorkspace>>>;
export type Feature = WorkspaceRead["features"][number];
