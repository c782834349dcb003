/** Rows of billing and metering, of an age. */
import { insertUser } from "../../support/database.ts";
import { ago, names, type Samples } from "./sample.ts";

export const billingSamples: Samples = {
  reconciliations: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with run as (
          insert into private.reconciliations (repair, cause, started_at)
          values (false, '${name}', ${ago("reconciliations", age)}) returning id
        )
        insert into private.billing_drifts (reconciliation_id, kind, object_type, object_id)
        select id, 'missing', 'invoice', '${name}' from run`),
    // With what they found.
    left: async () =>
      names(await sql`select object_id as name from private.billing_drifts` as never),
  }),
  reconciliation_seen: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with run as (
          insert into private.reconciliations (repair, cause, started_at)
          values (false, 'seen ${name}', ${ago("reconciliation_seen", age)}) returning id
        )
        insert into private.reconciliation_seen (reconciliation_id, object_type, object_id)
        select id, 'invoice', '${name}' from run`),
    left: async () =>
      names(await sql`select object_id as name from private.reconciliation_seen` as never),
  }),
  card_attempts: ({ sql }) => ({
    insert: async (name, age) => {
      const user = await insertUser(sql, { email: `${name}@attempt.example.com` });
      await sql.unsafe(`
        insert into private.card_attempts (workspace_id, address_hash, attempted_at)
        select id, repeat('0', 64), ${ago("card_attempts", age)} from public.workspaces
        where personal_of = '${user}'`);
    },
    left: async () =>
      names(
        await sql`
          select split_part(account.email, '@', 1) as name from private.card_attempts as attempt
          join public.workspaces as workspace on workspace.id = attempt.workspace_id
          join auth.users as account on account.id = workspace.personal_of` as never,
      ),
  }),
  card_declines: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.card_declines (cause, declined_at)
        values ('${name}', ${ago("card_declines", age)})`),
    left: async () => names(await sql`select cause as name from private.card_declines` as never),
  }),
  subscription_changes: ({ sql, workspaceId }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.subscription_changes
          (quote_id, workspace_id, stripe_subscription_id, state, locked_until, closed_at)
        values (gen_random_uuid(), '${workspaceId}', '${name}', 'done', now(),
                ${ago("subscription_changes", age)})`),
    left: async () =>
      names(
        await sql`
          select stripe_subscription_id as name from private.subscription_changes` as never,
      ),
  }),
  subscription_intents: ({ sql, workspaceId }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.subscription_intents (workspace_id, price_id, quantity, state, closed_at)
        values ('${workspaceId}', '${name}', 1, 'bought', ${ago("subscription_intents", age)})`),
    left: async () =>
      names(await sql`select price_id as name from private.subscription_intents` as never),
  }),
  subscription_cancellations: ({ sql, workspaceId }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.subscription_cancellations (
          workspace_id, stripe_subscription_id, currency, parts, refunded_at
        )
        values ('${workspaceId}', '${name}', 'EUR', '[]', ${
        ago("subscription_cancellations", age)
      })`),
    left: async () =>
      names(
        await sql`
          select stripe_subscription_id as name from private.subscription_cancellations` as never,
      ),
  }),
  refund_intents: ({ sql, workspaceId }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with paid as (
          insert into public.payments (
            workspace_id, stripe_payment_id, status, amount, currency, created_at
          )
          values ('${workspaceId}', 'refunded ${name}', 'succeeded', 100, 'EUR', now()) returning id
        )
        insert into private.refund_intents (payment_id, amount, state, cause, closed_at)
        select id, 100, 'done', '${name}', ${ago("refund_intents", age)} from paid`),
    left: async () => names(await sql`select cause as name from private.refund_intents` as never),
  }),
  feature_overrides: ({ sql, workspaceId }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.feature_overrides (workspace_id, feature, reason, expires_at)
        values ('${workspaceId}', '${name}', 'a test', ${ago("feature_overrides", age)})`),
    left: async () =>
      names(await sql`select feature as name from public.feature_overrides` as never),
  }),
  usage_holds: ({ sql, workspaceId }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with counter as (
          insert into public.usage_counters (workspace_id, meter, period_start, period_end)
          values ('${workspaceId}', 'sample_${name}', '2026-01-01', '9999-01-01') returning *
        )
        insert into private.usage_holds (
          workspace_id, meter, period_start, key, amount, state, expires_at, ended_at
        )
        select workspace_id, meter, period_start, '${name}', 1, 'expired', now(), ${
        ago("usage_holds", age)
      } from counter`),
    left: async () => names(await sql`select key as name from private.usage_holds` as never),
  }),
  usage_counters: ({ sql, workspaceId }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.usage_counters (workspace_id, meter, period_start, period_end)
        values ('${workspaceId}', '${name}', '2000-01-01', ${ago("usage_counters", age)})`),
    left: async () =>
      names(
        await sql`
          select meter as name from public.usage_counters where period_start = '2000-01-01'` as never,
      ),
  }),
  usage_reports: ({ sql, workspaceId }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.usage_reports (
          workspace_id, meter, event_name, stripe_customer_id, value, occurred_at, state, finished_at
        )
        values ('${workspaceId}', 'calls', '${name}', 'cus_sample', 1, now(), 'sent', ${
        ago("usage_reports", age)
      })`),
    left: async () =>
      names(await sql`select event_name as name from private.usage_reports` as never),
  }),
};
