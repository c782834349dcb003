/** Rows of the queue, the inbox, mails and limits, of an age. */
import { ago, names, type Samples } from "./sample.ts";

export const operationsSamples: Samples = {
  idempotency_keys: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.idempotency_keys (caller, endpoint, key, request_hash, status, created_at)
        values ('c', 'e', '${name}', '', 200, ${ago("idempotency_keys", age)})`),
    left: async () => names(await sql`select key as name from private.idempotency_keys` as never),
  }),
  staff_decisions: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.staff_decisions (id, answer, created_at)
        values (gen_random_uuid(), '"${name}"', ${ago("staff_decisions", age)})`),
    left: async () =>
      names(await sql`select answer #>> '{}' as name from private.staff_decisions` as never),
  }),
  rate_limit_windows: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.rate_limit_windows (key, window_start)
        values ('${name}', ${ago("rate_limit_windows", age)})`),
    left: async () => names(await sql`select key as name from private.rate_limit_windows` as never),
  }),
  webhook_events: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.webhook_events (provider, event_id, type, payload, received_at, handled_at)
        values ('stripe', '${name}', 't', '{}', ${ago("webhook_events", age)}, ${
        ago("webhook_events", age)
      })`),
    left: async () =>
      names(await sql`select event_id as name from private.webhook_events` as never),
  }),
  jobs: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.jobs (kind, state, finished_at)
        values ('${name}', 'succeeded', ${ago("jobs", age)})`),
    left: async () =>
      names(await sql`select kind as name from private.jobs where dedupe_key is null` as never),
  }),
  job_payloads: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.jobs (kind, payload, dedupe_key, state, last_error, finished_at)
        values ('sample', '{"a": 1}', '${name}', 'succeeded', 'late', ${
        ago("job_payloads", age)
      })`),
    left: async () =>
      names(
        await sql`
          select dedupe_key as name from private.jobs
          where kind = 'sample' and payload <> '{}' and last_error is not null` as never,
      ),
  }),
  discarded_jobs: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.jobs (kind, state, note, finished_at)
        values ('${name}', 'discarded', 'a test', ${ago("discarded_jobs", age)})`),
    left: async () =>
      names(
        await sql`
          select kind as name from private.jobs
          where state = 'discarded' and dedupe_key is null` as never,
      ),
  }),
  discarded_payloads: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.jobs (kind, payload, dedupe_key, state, note, finished_at)
        values ('sample', '{"a": 1}', '${name} one', 'discarded', 'a test', ${
        ago("discarded_payloads", age)
      })`),
    left: async () =>
      names(
        await sql`
          select split_part(dedupe_key, ' ', 1) as name from private.jobs
          where state = 'discarded' and payload <> '{}' and dedupe_key is not null` as never,
      ),
  }),
  mail_log: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.mail_log (cause, template, purpose, address_hash, outcome, created_at)
        values ('${name}', 'welcome', 'transactional', 'hash', 'sent', ${ago("mail_log", age)})`),
    left: async () => names(await sql`select cause as name from private.mail_log` as never),
  }),
  mail_deliveries: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.mail_deliveries (provider_id, delivery, occurred_at)
        values ('${name}', 'delivered', ${ago("mail_deliveries", age)})`),
    left: async () =>
      names(await sql`select provider_id as name from private.mail_deliveries` as never),
  }),
  restore_mails: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.restore_mails (provider_id, address_hash, sent_at)
        values ('${name}', '${name}', ${ago("restore_mails", age)})`),
    left: async () =>
      names(await sql`select provider_id as name from private.restore_mails` as never),
  }),
  mail_feedback: ({ sql }) => ({
    // Told of an address that is not suppressed: of one that is, it stays.
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.mail_feedback (source, address_hash, kind, occurred_at)
        values ('${name}', '${name}', 'soft_bounce', ${ago("mail_feedback", age)})`),
    left: async () => names(await sql`select source as name from private.mail_feedback` as never),
  }),
  alert_incidents: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.alert_incidents (rule, value, peak, told_value, told_detail, note, resolved_at)
        values ('drift', 1, 1, 1, '{}', '${name}', ${ago("alert_incidents", age)})`),
    left: async () => names(await sql`select note as name from private.alert_incidents` as never),
  }),
  webhook_deliveries: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with endpoint as (
          insert into public.webhook_endpoints (url, events)
          values ('https://example.com/${name}', '{webhook.ping}') returning id
        )
        insert into public.webhook_deliveries (endpoint_id, event_id, type, payload, state, finished_at)
        select id, '${name}', 'webhook.ping', '{}', 'failed', ${ago("webhook_deliveries", age)}
        from endpoint`),
    left: async () =>
      names(await sql`select event_id as name from public.webhook_deliveries` as never),
  }),
};
