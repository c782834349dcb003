/** What staff give a workspace beside its plan, or take from it. */
import * as z from "zod";
import { type Db, rows } from "../database.ts";

/** An override as members of the workspace read it. */
export const FeatureOverride = z.object({
  workspace_id: z.guid(),
  feature: z.string(),
  enabled: z.boolean(),
  /** Null without a limit. */
  limit: z.int().nullable(),
  /** Null for good. */
  expires_at: z.iso.datetime({ offset: true }).nullable(),
  reason: z.string(),
});

/** What is to hold for a workspace and feature from now on. */
export type WantedOverride = z.output<typeof FeatureOverride>;

/** Gives or takes a feature. @throws {Problem} `workspace_not_found`; `forbidden` for who is not staff */
export async function setOverride(
  { admin }: { admin: Db },
  staffId: string,
  wanted: WantedOverride,
): Promise<WantedOverride> {
  const written = await rows(admin.rpc("feature_override_set", {
    user_id: staffId,
    workspace_id: wanted.workspace_id,
    feature: wanted.feature,
    enabled: wanted.enabled,
    // The generated types do not know that SQL arguments may be null.
    limit_value: wanted.limit as number,
    expires_at: wanted.expires_at as string,
    reason: wanted.reason,
  })) as unknown as Omit<WantedOverride, "limit"> & { limit_value: number | null };
  const { limit_value, ...rest } = written;
  return { ...rest, limit: limit_value };
}

/** Leaves a workspace with its plan's part of a feature. @returns whether there was an override */
export async function removeOverride(
  { admin }: { admin: Db },
  staffId: string,
  which: { workspace_id: string; feature: string; reason: string },
): Promise<boolean> {
  return await rows(admin.rpc("feature_override_remove", { user_id: staffId, ...which }));
}
