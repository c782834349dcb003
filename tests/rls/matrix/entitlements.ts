/** The access matrix of what workspaces may use, and what they have used. */
import {
  everything,
  type FunctionAccess,
  none,
  ofMyWorkspaces,
  serverOnly,
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
    }, {
      // What public.audit_log is read by.
      workspace_id: workspaceId,
      feature: "audit_log",
      reason: "a test",
    }],
  },
  "public.usage_counters": {
    columns: words("workspace_id meter period_start period_end used reserved"),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id") },
    service_role: everything,
    samples: ({ workspaceId, unique }) => [{
      workspace_id: workspaceId,
      meter: `meter_${unique}`,
      period_start: "2026-01-01",
      period_end: "2026-02-01",
    }],
  },
  "private.usage_reports": {
    columns: words(`
      id workspace_id meter event_name stripe_customer_id value occurred_at state first_sent_at
      created_at finished_at
    `),
    ...serverOnly,
    samples: ({ workspaceId, unique }) => [{
      workspace_id: workspaceId,
      meter: `meter_${unique}`,
      event_name: unique,
      stripe_customer_id: `cus_${unique}`,
      value: 1,
      occurred_at: "2026-01-01",
    }],
  },
  "public.usage_records": {
    columns: words(`
      id workspace_id meter period_start day amount key report_id recorded_at
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id") },
    service_role: everything,
    samples: ({ row, unique }) => [{
      workspace_id: row("public.usage_counters")["workspace_id"],
      meter: row("public.usage_counters")["meter"],
      period_start: "2026-01-01",
      day: "2026-01-02",
      amount: 1,
      key: unique,
      recorded_at: "2026-01-02",
    }],
  },
  "private.usage_holds": {
    columns: words(`
      id workspace_id meter period_start key amount used state created_at expires_at ended_at
    `),
    ...serverOnly,
    samples: ({ row, unique }) => [{
      workspace_id: row("public.usage_counters")["workspace_id"],
      meter: row("public.usage_counters")["meter"],
      period_start: "2026-01-01",
      key: unique,
      amount: 1,
      expires_at: "2026-01-02",
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
  "public.meter_count(uuid,text,bigint,text)": server,
  "public.meter_release(uuid)": server,
  "public.meter_reserve(uuid,text,bigint,text,integer)": server,
  "public.meter_settle(uuid,bigint)": server,
  "public.usage_daily(uuid,date,date)": users,
  "public.usage_holds_expire(integer)": server,
  "public.usage_report_begin(uuid)": server,
  "public.usage_report_neighbours(uuid,bigint,bigint)": server,
  "public.usage_report_sent(uuid)": server,
  "public.usage_reports_open(integer)": server,
  "public.usage_sent(date,text,text,integer)": server,
  "private.is_meter(text)": { ...users, definer: true },
  "private.meter_amount_checked(bigint,bigint)": server,
  "private.meter_check(uuid,usage_counters,bigint)": server,
  "private.meter_events()": server,
  "private.meter_period(uuid)": { ...users, definer: true },
  "private.meter_refusal(usage_counters,bigint,text)": server,
  "private.usage_counter_expire(usage_counters)": server,
  "private.usage_counter_lock(uuid,text,timestamp with time zone,timestamp with time zone)": server,
  "private.usage_hold_lock(uuid)": server,
  "private.usage_record(usage_counters,bigint,text)": server,
};
