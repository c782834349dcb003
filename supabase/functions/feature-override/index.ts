import * as z from "zod";
import { FeatureOverride, removeOverride, setOverride } from "../_shared/entitlements/overrides.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";

const feature = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);
/** Why: the workspace's members may read it, and the audit log keeps it. */
const reason = z.string().trim().min(1).max(500);
/** In UTC: PostgreSQL takes neither the year 0 nor every offset that ISO 8601 has. */
const moment = z.iso.datetime().max(40).refine((value) => value >= "2000", "Before the year 2000");

/** What staff give a workspace beside its plan, or take from it. */
export default methods(
  endpoint({
    summary: "Give a workspace a feature beside its plan, or take one from it.",
    method: "PUT",
    auth: "staff",
    elevated: "writes what no user may write; the RPC checks that the caller is staff",
    limit: "write",
    body: z.strictObject({
      workspace_id: z.guid(),
      feature,
      /** False takes away what the plan includes. */
      enabled: z.boolean(),
      /** How much, instead of the plan's limit; null without a limit. */
      limit: z.int().min(0).nullable().default(null),
      /** Null for good. */
      expires_at: moment.nullable().default(null),
      reason,
    }).refine(({ enabled, limit }) => enabled || limit === null, {
      path: ["limit"],
      message: "A feature that is taken away has no limit",
    }),
    reply: z.object({ override: FeatureOverride }),
    problems: ["workspace_not_found"],
  }, async ({ body, user, admin }) => ({
    override: await setOverride({ admin }, user.id, body),
  })),
  endpoint({
    summary: "Leave a workspace with what its plan includes of a feature.",
    method: "DELETE",
    auth: "staff",
    elevated: "writes what no user may write; the RPC checks that the caller is staff",
    limit: "write",
    body: z.strictObject({ workspace_id: z.guid(), feature, reason }),
    reply: z.object({
      /** False when there was nothing to remove. */
      removed: z.boolean(),
    }),
    problems: [],
  }, async ({ body, user, admin }) => ({
    removed: await removeOverride({ admin }, user.id, body),
  })),
);
