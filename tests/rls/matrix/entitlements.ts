/** The access matrix of what workspaces may use, and what they have used. */
import {
  everything,
  type FunctionAccess,
  none,
  ofMyWorkspaces,
  type TableAccess,
  words,
} from "../access.ts";

const server: FunctionAccess = { execute: ["service_role"] };
const users: FunctionAccess = { execute: ["authenticated", "service_role"] };

export const entitlementsTables: Record<string, TableAccess> = {
  "public.feature_overrides": {
    columns: words(`
      workspace_id feature enabled limit_value expires_at reason created_at updated_at
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id") },
    service_role: everything,
    samples: ({ workspaceId, unique }) => [{
      workspace_id: workspaceId,
      feature: `feature_${unique}`,
      reason: "a test",
    }],
  },
};

export const entitlementsFunctions: Record<string, FunctionAccess> = {
  "public.entitlements(uuid)": users,
  "public.feature_override_remove(uuid,uuid,text,text)": server,
  "public.feature_override_set(uuid,uuid,text,boolean,bigint,timestamp with time zone,text)":
    server,
  "public.feature_required(text,uuid)": users,
  "private.feature_grant(uuid,text)": { ...users, definer: true },
  "private.feature_limit(uuid,text)": users,
  "private.feature_used(uuid,text)": users,
  "private.free_plan()": { ...users, definer: true },
  "private.has_feature(uuid,text)": users,
  "private.my_workspace_ids_with(text,text[])": users,
  "private.plans_granting(text,bigint)": users,
  "private.workspace_access(uuid)": { ...users, definer: true },
  "private.workspace_plan(uuid)": { ...users, definer: true },
  "private.workspace_subscription(uuid)": { ...users, definer: true },
};
