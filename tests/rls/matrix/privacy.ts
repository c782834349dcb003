/** The access matrix of the audit log and of what a user may ask about his data. */
import {
  everyRow,
  everything,
  type FunctionAccess,
  mine,
  none,
  ofMyWorkspaces,
  orStaff,
  serverOnly,
  type TableAccess,
  words,
} from "../access.ts";

const nobody: FunctionAccess = { execute: [] };
const server: FunctionAccess = { execute: ["service_role"] };

export const privacyTables: Record<string, TableAccess> = {
  "public.audit_log": {
    columns: words(`
      id workspace_id actor_id actor_kind action target changes reason request_id created_at
    `),
    anon: none,
    authenticated: {
      select: orStaff(`
        ${ofMyWorkspaces("workspace_id", "owner", "admin")}
        and private.has_feature(workspace_id, 'audit_log')`),
    },
    // Append-only: not even the service role writes it but by the functions below.
    service_role: { select: everyRow },
    samples: ({ userId, workspaceId, unique }) => [{
      workspace_id: workspaceId,
      actor_id: userId,
      actor_kind: "user",
      action: "sample.update",
      target: unique,
    }],
  },
  "public.account_deletions": {
    columns: words("id user_id state step requested_at due_at finished_at"),
    anon: none,
    authenticated: { select: mine("user_id") },
    service_role: everything,
    samples: ({ userId }) => [{ user_id: userId }],
  },
  "private.account_deletion_details": {
    columns: words("deletion_id token_hash token_expires_at email locale"),
    ...serverOnly,
    samples: ({ row }) => [{ deletion_id: row("public.account_deletions")["id"] }],
  },
  "public.account_exports": {
    columns: words("id user_id state cursor parts bytes requested_at ready_at expires_at"),
    anon: none,
    authenticated: { select: mine("user_id") },
    service_role: everything,
    samples: ({ userId }) => [{ user_id: userId }],
  },
  "private.personal_data": {
    columns: words("relation scope owner_columns omitted note erased emptied"),
    anon: none,
    authenticated: none,
    // It names columns that are read by it.
    service_role: { select: everyRow },
    samples: ({ unique }) => [{ relation: unique, scope: "none", note: "" }],
  },
  "private.retention_reasons": {
    columns: words("relation reason"),
    anon: none,
    authenticated: none,
    service_role: { select: everyRow },
    samples: ({ unique }) => [{ relation: unique, reason: "a reason of twenty letters" }],
  },
  "private.retention_rules": {
    columns: words("name relation condition action keep description"),
    anon: none,
    authenticated: none,
    // The conditions run with the owner's rights.
    service_role: { select: everyRow },
    samples: ({ unique }) => [{
      name: `sample_${unique}`,
      relation: "private.jobs",
      condition: "false",
      keep: "1 day",
      description: "",
    }],
  },
};

export const privacyFunctions: Record<string, FunctionAccess> = {
  "public.account_deletion_advance(uuid,text,text)": server,
  "public.account_deletion_ask(uuid,text,text)": server,
  "public.account_deletion_cancel(uuid)": server,
  "public.account_deletion_finish(uuid)": server,
  "public.account_deletion_records(uuid)": server,
  "public.account_deletion_schedule(uuid,text)": server,
  "public.account_deletion_step(uuid)": server,
  "public.account_export_advance(uuid,smallint,jsonb,bigint)": server,
  "public.account_export_expire(uuid)": server,
  "public.account_export_finish(uuid,smallint,bigint,jsonb)": server,
  "public.account_export_rows(uuid,text,text,integer)": server,
  "public.account_export_start(uuid,uuid)": server,
  "public.account_export_step(uuid)": server,
  "public.account_exports_over(integer)": server,
  "public.account_files(uuid,text,integer,boolean)": server,
  "public.orphaned_files(integer)": server,
  "public.orphaned_subscriptions(integer)": server,
  "public.orphaned_workspaces_close(integer)": server,
  "public.retention_run(integer)": server,
  "public.workspace_owners(uuid)": server,

  "private.billing_orphaned()": { ...nobody, definer: true },
  "private.files_orphaned()": { ...nobody, definer: true },
  "private.own_account(uuid)": server,
  "private.account_deletion_blocked(uuid)": server,
  "private.deletion_runs(uuid)": server,
  "private.workspace_close(uuid)": server,
  "private.workspace_is_ending(uuid)": server,
  "private.workspaces_in_the_way(uuid)": server,
  "private.account_facts(uuid)": { ...server, definer: true },
  "private.apply_retention(integer)": { ...server, definer: true },
  "private.audit()": { ...nobody, definer: true },
  "private.audit_log_keep()": nobody,
  "private.audit_note(text,text,uuid,jsonb)": { ...server, definer: true },
  "private.audit_write(uuid,text,text,jsonb,text)": { ...nobody, definer: true },
};
