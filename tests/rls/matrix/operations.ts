/** The access matrix of what staff operate by: the inbox's changes, mail, alerts. */
import { type FunctionAccess, serverOnly, type TableAccess, words } from "../access.ts";

const nobody: FunctionAccess = { execute: [] };
const server: FunctionAccess = { execute: ["service_role"] };

export const operationsFunctions: Record<string, FunctionAccess> = {
  "public.staff_jobs(uuid,jsonb,bigint,integer)": server,
  "public.staff_jobs_decide(uuid,text,text,bigint[],jsonb,integer)": server,
  "public.staff_webhook_event(uuid,bigint)": server,
  "public.staff_webhook_events(uuid,jsonb,bigint,integer)": server,
  "public.staff_webhook_replay(uuid,text,bigint[],jsonb,integer)": server,

  "private.job_line(private.jobs)": server,
  "private.job_state(private.jobs)": server,
  "private.jobs_found(jsonb,bigint,integer)": server,
  "private.note_webhook_change()": nobody,
  "private.staff_acts(uuid,text)": server,
  "private.staff_required(uuid)": server,
  "private.webhook_event_line(private.webhook_events)": server,
  "private.webhook_event_state(private.webhook_events)": server,
  "private.webhook_events_found(jsonb,bigint,integer)": server,
};

export const operationsTables: Record<string, TableAccess> = {
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
};
