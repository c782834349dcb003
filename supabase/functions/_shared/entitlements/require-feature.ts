/** What `requires` of a declaration asks, in the caller's own database under RLS. */
import type { FeatureName } from "../billing/plans.ts";
import { type Db, rows } from "../database.ts";
import { type Problem, problem } from "../problem.ts";

/** A plan that one can buy, and the lookup keys of its prices. */
export interface GrantingPlan {
  plan: string;
  prices: string[];
}

/** 402: what is missing, and what would grant it. */
export function planRequired(feature: string, grantedBy: GrantingPlan[]): Problem {
  return problem("plan_required", {
    detail: grantedBy.length === 0
      ? `This needs the feature ${feature}, which no plan on sale includes.`
      : `This needs the feature ${feature}: subscribe to ${
        grantedBy.map(({ plan }) => plan).join(" or ")
      }.`,
    extra: { feature, granted_by: grantedBy },
  });
}

/** The workspace that a request is about; `undefined` for the caller's personal one. */
export function namedWorkspace(...inputs: unknown[]): string | undefined {
  for (const input of inputs) {
    const named = (input as { workspace_id?: unknown } | undefined)?.workspace_id;
    if (typeof named === "string") return named;
  }
  return undefined;
}

/**
 * Lets a request pass whose workspace has the feature.
 *
 * @throws {Problem} `plan_required` with `feature` and `granted_by`; `workspace_not_found` for a workspace
 *   of which the caller is no member
 */
export async function requireFeature(
  db: Db,
  feature: FeatureName,
  workspaceId: string | undefined,
): Promise<void> {
  const answer = await rows(db.rpc("feature_required", {
    feature,
    ...(workspaceId !== undefined && { workspace_id: workspaceId }),
  })) as unknown as { included: boolean; granted_by?: GrantingPlan[] };
  if (!answer.included) throw planRequired(feature, answer.granted_by ?? []);
}
