/** The access matrix of queues, inboxes and what requests leave. */
import { serverOnly, type TableAccess, words } from "../access.ts";

export const platformTables: Record<string, TableAccess> = {
  "private.staff": {
    columns: words("user_id note created_at"),
    ...serverOnly,
    samples: ({ staffId, unique }) => [{ user_id: staffId, note: unique }],
  },
  "private.jobs": {
    columns: words(`
      id kind payload dedupe_key state run_at attempts max_attempts locked_until
      last_error created_at finished_at note
    `),
    ...serverOnly,
    samples: ({ unique }) => [{ kind: "sample", payload: {}, dedupe_key: unique }],
  },
  "private.schedule_rules": {
    columns: words("kind every at payload last_job"),
    ...serverOnly,
    samples: ({ unique }) => [{ kind: `rule_${unique}`, every: "1 day" }],
  },
  "private.webhook_events": {
    columns: words(`
      id provider event_id type payload targets received_at handled_at discarded_at note
    `),
    ...serverOnly,
    samples: ({ unique }) => [{
      provider: "stripe",
      event_id: `evt_${unique}`,
      type: "sample",
      payload: {},
    }],
  },
  "private.sync_targets": {
    columns: words(`
      provider object_type object_id wanted_seq synced_seq version synced_at
    `),
    ...serverOnly,
    samples: ({ unique }) => [{ provider: "stripe", object_type: "invoice", object_id: unique }],
  },
  "private.idempotency_keys": {
    columns: words(`
      caller endpoint key request_hash attempt locked_until status reply created_at subject
    `),
    ...serverOnly,
    samples: ({ userId, unique }) => [{
      caller: userId,
      endpoint: "sample",
      key: unique,
      request_hash: "",
      status: 200,
      reply: {},
    }],
  },
  "private.rate_limit_windows": {
    columns: words("key window_start hits"),
    ...serverOnly,
    samples: ({ unique }) => [{ key: unique, window_start: "2026-01-01", hits: 1 }],
  },
};
