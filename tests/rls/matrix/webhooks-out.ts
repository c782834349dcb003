/** The access matrix of webhooks out. */
import {
  byStaff,
  everything,
  type FunctionAccess,
  none,
  serverOnly,
  type TableAccess,
  words,
} from "../access.ts";

export const webhooksOutTables: Record<string, TableAccess> = {
  "public.webhook_event_types": {
    columns: words("type description"),
    anon: none,
    authenticated: { select: byStaff },
    service_role: everything,
    // Beside what migrations make; a type is of letters alone.
    samples: ({ unique }) => [{
      type: `thing.x${unique.replaceAll(/\d/g, (digit) => "ghijklmnop"[Number(digit)]!)}`,
      description: "A thing was done.",
    }],
  },
  "public.webhook_endpoints": {
    columns: words(`
      id url description events enabled disabled_reason failing_since created_at updated_at
    `),
    anon: none,
    authenticated: {
      select: byStaff,
      insert: { rows: byStaff, columns: words("id url description events enabled") },
      update: { rows: byStaff, columns: words("url description events enabled") },
      delete: byStaff,
    },
    service_role: everything,
    samples: ({ unique }) => [{
      url: `https://example.com/${unique}`,
      events: ["webhook.ping"],
    }],
  },
  "private.webhook_endpoint_secrets": {
    columns: words("endpoint_id secret previous_secret previous_until rotated_at rotation_id"),
    ...serverOnly,
    samples: "sign-up",
  },
  "public.webhook_deliveries": {
    columns: words(`
      id endpoint_id event_id type payload state attempts replays last_status last_error last_excerpt
      note created_at last_attempt_at sending_until finished_at
    `),
    anon: none,
    authenticated: { select: byStaff },
    service_role: everything,
    samples: ({ row, unique }) => [{
      endpoint_id: row("public.webhook_endpoints")["id"],
      event_id: `evt_${unique}`,
      type: "webhook.ping",
      payload: {},
    }],
  },
};

const trigger: FunctionAccess = { execute: [] };
const server: FunctionAccess = { execute: ["service_role"] };
const users: FunctionAccess = { execute: ["authenticated"] };
const both: FunctionAccess = { execute: ["authenticated", "service_role"] };

export const webhooksOutFunctions: Record<string, FunctionAccess> = {
  "private.core_alert_measures()": server,
  "private.only_staff()": both,
  "private.webhook_alert_measures()": server,
  "private.webhook_deliveries_found(jsonb,bigint,integer)": both,
  "private.webhook_emit(text,text,jsonb,uuid)": { ...server, definer: true },
  "private.webhook_endpoint_decided()": trigger,
  "private.webhook_endpoint_gets_secret()": { ...trigger, definer: true },
  "private.webhook_endpoint_new_secret(uuid,integer,uuid)": { ...users, definer: true },
  "private.webhook_endpoint_secret_of(uuid)": { ...users, definer: true },
  "private.webhook_endpoint_port()": trigger,
  "private.webhook_endpoint_written()": { ...trigger, definer: true },
  "private.webhook_enqueue(bigint,smallint)": server,
  "private.webhook_secret()": trigger,
  "private.staff_webhook_resend(uuid,text,bigint[],jsonb,integer)": server,
  "public.staff_webhook_ping(uuid,text,uuid,uuid)": server,
  "public.staff_webhook_resend(uuid,text,bigint[],jsonb,integer,uuid)": server,
  "public.webhook_deliveries_page(jsonb,bigint,integer)": both,
  "public.webhook_delivery_begin(bigint)": server,
  "public.webhook_delivery_end(bigint,integer,integer,text,text,boolean)": server,
  "public.webhook_endpoint_rotate(uuid,integer,uuid)": users,
  "public.webhook_endpoint_secret(uuid)": users,
};
