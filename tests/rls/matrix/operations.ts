/** The access matrix of what staff operate by: the inbox's changes, mail, alerts. */
import {
  everything,
  type FunctionAccess,
  mine,
  none,
  serverOnly,
  type TableAccess,
  words,
} from "../access.ts";

const nobody: FunctionAccess = { execute: [] };
const server: FunctionAccess = { execute: ["service_role"] };
const signedIn: FunctionAccess = { execute: ["authenticated", "service_role"] };

export const operationsFunctions: Record<string, FunctionAccess> = {
  "private.staff_calls()": { execute: ["authenticated", "service_role"] },
  "public.alert_told(bigint,smallint,boolean,boolean,text)": server,
  "public.alerts_claim()": server,
  "public.getting_started_mails()": server,
  "public.mail_feedback_record(text,text,text[],timestamp with time zone,text,text,text)": server,
  "public.mail_gate(text,uuid,text,boolean)": server,
  "public.mail_log_write(text,text,text,text,uuid,text,text,text)": server,
  "public.mail_preference_set(text,boolean)": signedIn,
  "public.mail_suppression()": signedIn,
  "public.mail_unsubscribe(uuid,text)": server,
  "public.staff_mail_address(uuid,text)": server,
  "public.staff_mail_lift(uuid,text,text)": server,
  "public.staff_mail_suppressions(uuid,bigint,integer)": server,
  "public.staff_jobs(uuid,jsonb,bigint,integer)": server,
  "private.staff_decided(uuid,jsonb)": server,
  "private.staff_decision(uuid)": server,
  "private.staff_jobs_decide(uuid,text,text,bigint[],jsonb,integer)": server,
  "private.staff_webhook_replay(uuid,text,bigint[],jsonb,integer)": server,
  "public.staff_jobs_decide(uuid,text,text,bigint[],jsonb,integer,uuid)": server,
  "public.staff_webhook_event(uuid,bigint)": server,
  "public.staff_webhook_events(uuid,jsonb,bigint,integer)": server,
  "public.staff_webhook_replay(uuid,text,bigint[],jsonb,integer,uuid)": server,

  "public.staff_billing_reconcile(text)": signedIn,
  "public.staff_billing_reconciliations()": signedIn,
  "public.staff_overview()": signedIn,
  "public.staff_workspaces(text,timestamp with time zone,uuid,integer)": signedIn,

  "private.alert_measures()": server,
  "private.alerts_evaluate()": server,
  "private.job_line(private.jobs)": server,
  "private.job_state(private.jobs)": server,
  "private.jobs_found(jsonb,bigint,integer)": server,
  "private.mail_address_hash(text)": signedIn,
  "private.mail_suppressed(text,boolean)": server,
  "private.mail_suppression_derive(text)": server,
  "private.my_mail_suppression()": { ...signedIn, definer: true },
  "private.note_webhook_change()": nobody,
  "private.staff_acts(uuid,text)": server,
  "private.staff_addresses()": { ...server, definer: true },
  "private.staff_billing_reconcile(text)": { ...signedIn, definer: true },
  "private.staff_billing_reconciliations()": { ...signedIn, definer: true },
  "private.staff_overview()": { ...signedIn, definer: true },
  "private.staff_reconcile(text,text)": server,
  "private.staff_required(uuid)": server,
  "private.staff_workspaces(text,timestamp with time zone,uuid,integer)": {
    ...signedIn,
    definer: true,
  },
  "private.webhook_event_line(private.webhook_events)": server,
  "private.webhook_event_state(private.webhook_events)": server,
  "private.webhook_events_found(jsonb,bigint,integer)": server,
};

export const operationsTables: Record<string, TableAccess> = {
  "private.staff_decisions": {
    columns: words("id answer created_at"),
    ...serverOnly,
    samples: () => [{ id: crypto.randomUUID() }],
  },
  "private.webhook_event_changes": {
    columns: words("id event_id table_name row_key before after changed_at"),
    ...serverOnly,
    samples: ({ row }) => [{
      event_id: row("private.webhook_events")["id"],
      table_name: "invoices",
      row_key: "in_sample",
      after: {},
    }],
  },
  "private.mail_log": {
    columns: words(`
      id cause template purpose address_hash user_id outcome reason provider_id created_at
    `),
    ...serverOnly,
    samples: ({ userId, unique }) => [{
      cause: unique,
      template: "welcome",
      purpose: "transactional",
      address_hash: unique,
      user_id: userId,
      outcome: "sent",
    }],
  },
  "private.mail_deliveries": {
    columns: words("provider_id delivery occurred_at"),
    ...serverOnly,
    samples: ({ unique }) => [{
      provider_id: unique,
      delivery: "delivered",
      occurred_at: "2026-01-01",
    }],
  },
  "private.mail_feedback": {
    columns: words("id source address_hash kind occurred_at detail"),
    ...serverOnly,
    samples: ({ unique }) => [{
      source: unique,
      address_hash: unique,
      kind: "complaint",
      occurred_at: "2026-01-01",
    }],
  },
  "private.mail_suppressions": {
    columns: words("id address_hash scope cause since until"),
    ...serverOnly,
    samples: ({ unique }) => [{
      address_hash: unique,
      scope: "all",
      cause: "hard_bounce",
      since: "2026-01-01",
    }],
  },
  "public.mail_preferences": {
    columns: words("user_id topic subscribed updated_at"),
    anon: none,
    authenticated: {
      select: mine("user_id"),
      insert: { rows: mine("user_id"), columns: ["user_id", "topic", "subscribed"] },
      update: { rows: mine("user_id"), columns: ["subscribed"] },
    },
    service_role: everything,
    samples: ({ userId }) => [{ user_id: userId, topic: "tips", subscribed: false }],
  },
  "private.alert_rules": {
    columns: words("name measure threshold remind_every enabled"),
    ...serverOnly,
    samples: ({ unique }) => [{
      name: `sample_${unique}`,
      measure: "dead_jobs",
      threshold: 1,
      remind_every: "1 hour",
    }],
  },
  "private.alert_incidents": {
    columns: words(`
      id rule opened_at resolved_at value peak note occasion occasion_at told_value told_detail
      mailed posted claimed_until last_error
    `),
    ...serverOnly,
    samples: ({ row }) => [{
      rule: row("private.alert_rules")["name"],
      value: 1,
      peak: 1,
      told_value: 1,
      told_detail: {},
    }],
  },
};
