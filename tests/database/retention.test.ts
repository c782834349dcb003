/** Each rule of retention: what goes, and what stays beside it. A rule without a sample here fails. */
import assert from "node:assert/strict";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
let workspaceId: string;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
  sql = database.sql;
  const user = await insertUser(sql);
  const [mine] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${user}`;
  workspaceId = mine!.id;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

interface Applied {
  removed: Record<string, number>;
  more: boolean;
}

const apply = async (batch = 1000): Promise<Applied> => {
  const [row] = await sql<{ run: Applied }[]>`select public.retention_run(${batch}) as run`;
  return row!.run;
};

/** An hour more, and an hour less, than what a rule keeps. */
const ages = ["keep + interval '1 hour'", "keep - interval '1 hour'"] as const;

/** What a rule is tried with: a row of an age, and which rows are left. */
interface Sample {
  /** Inserts one that is named `name`; `age` is SQL for how old it is. */
  insert(name: string, age: string): Promise<unknown>;
  /** Names of what is left. */
  left(): Promise<string[]>;
}

const names = (rows: Iterable<{ name: string }>) => [...rows].map(({ name }) => name).toSorted();

const ago = (rule: string, age: string) =>
  `now() - (select ${age} from private.retention_rules where name = '${rule}')`;

const samples: Record<string, Sample> = {
  shop_reconciliations: {
    insert: (name, age) =>
      sql.unsafe(`
        with run as (
          insert into private.shop_reconciliations (repair, cause, started_at)
          values (false, '${name}', ${ago("shop_reconciliations", age)}) returning id
        )
        insert into private.shop_drifts (reconciliation_id, kind, object_type, object_id)
        select id, 'shortage', 'variant', '${name}' from run`),
    // With what they found.
    left: async () => names(await sql`select object_id as name from private.shop_drifts` as never),
  },
  webhook_deliveries: {
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
  },
  order_requests: {
    insert: (name, age) =>
      sql.unsafe(`
        with placed as (
          insert into public.orders (price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('eur', 'EUR', 100, 100, now()) returning id
        )
        insert into private.order_requests (order_id, buyer, asked_hash, request_hash, closed_at)
        select id, '${name}', '', '', ${ago("order_requests", age)} from placed`),
    left: async () => names(await sql`select buyer as name from private.order_requests` as never),
  },
  discount_redemptions: {
    insert: (name, age) =>
      sql.unsafe(`
        with placed as (
          insert into public.orders (price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('eur', 'EUR', 100, 100, now()) returning id
        ), given as (
          insert into public.discounts (code, kind, basis_points)
          values (upper(left(md5(random()::text), 12)), 'percent', 1000) returning id
        )
        insert into private.discount_redemptions (order_id, discount_id, customer, created_at)
        select placed.id, given.id, '${name}', ${
        ago("discount_redemptions", age)
      } from placed, given`),
    left: async () =>
      names(await sql`select customer as name from private.discount_redemptions` as never),
  },
  orders_of_deleted_accounts: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.orders (
          customer_email, status, forget, price_list_id, currency, subtotal_amount, total_amount, expires_at,
          paid_at, updated_at
        )
        select '${name}', 'delivered', true, 'eur', 'EUR', 100, 100, now(), now(),
          ${ago("orders_of_deleted_accounts", age)}`),
    left: async () =>
      names(await sql`select customer_email as name from public.orders where forget` as never),
  },
  orders_of_guests: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.orders (
          customer_email, shipping_address, price_list_id, currency, subtotal_amount, total_amount, expires_at,
          created_at
        )
        values ('${name}', '{"name": "${name}"}', 'eur', 'EUR', 100, 100, now(), ${
        ago("orders_of_guests", age)
      })`),
    left: async () =>
      names(
        await sql`
          select shipping_address ->> 'name' as name from public.orders
          where shipping_address is not null and customer_email is not null` as never,
      ),
  },
  order_returns_of_guests: {
    insert: (name, age) =>
      sql.unsafe(`
        with placed as (
          insert into public.orders (price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('eur', 'EUR', 100, 100, now()) returning id
        )
        insert into public.order_returns (order_id, lines, reason, created_at)
        select id, '[]', '${name}', ${ago("order_returns_of_guests", age)} from placed`),
    left: async () =>
      names(
        await sql`
          select reason as name from public.order_returns where reason is not null` as never,
      ),
  },
  workspace_invitations: {
    insert: async (name, age) => {
      const user = await insertUser(sql);
      await sql.unsafe(`
        insert into public.workspace_invitations (workspace_id, email, role, expires_at)
        select id, '${name}@example.com', 'member', ${ago("workspace_invitations", age)}
        from public.workspaces where personal_of = '${user}'`);
    },
    left: async () =>
      names(
        await sql`
          select split_part(email, '@', 1) as name from public.workspace_invitations` as never,
      ),
  },
  idempotency_keys: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.idempotency_keys (caller, endpoint, key, request_hash, status, created_at)
        values ('c', 'e', '${name}', '', 200, ${ago("idempotency_keys", age)})`),
    left: async () => names(await sql`select key as name from private.idempotency_keys` as never),
  },
  rate_limit_windows: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.rate_limit_windows (key, window_start)
        values ('${name}', ${ago("rate_limit_windows", age)})`),
    left: async () => names(await sql`select key as name from private.rate_limit_windows` as never),
  },
  webhook_events: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.webhook_events (provider, event_id, type, payload, received_at, handled_at)
        values ('stripe', '${name}', 't', '{}', ${ago("webhook_events", age)}, ${
        ago("webhook_events", age)
      })`),
    left: async () =>
      names(await sql`select event_id as name from private.webhook_events` as never),
  },
  jobs: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.jobs (kind, state, finished_at)
        values ('${name}', 'succeeded', ${ago("jobs", age)})`),
    left: async () =>
      names(await sql`select kind as name from private.jobs where dedupe_key is null` as never),
  },
  job_payloads: {
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
  },
  reconciliations: {
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
  },
  reconciliation_seen: {
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
  },
  discarded_jobs: {
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
  },
  discarded_payloads: {
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
  },
  mail_log: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.mail_log (cause, template, purpose, address_hash, outcome, created_at)
        values ('${name}', 'welcome', 'transactional', 'hash', 'sent', ${ago("mail_log", age)})`),
    left: async () => names(await sql`select cause as name from private.mail_log` as never),
  },
  mail_deliveries: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.mail_deliveries (provider_id, delivery, occurred_at)
        values ('${name}', 'delivered', ${ago("mail_deliveries", age)})`),
    left: async () =>
      names(await sql`select provider_id as name from private.mail_deliveries` as never),
  },
  restore_mails: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.restore_mails (provider_id, address_hash, sent_at)
        values ('${name}', '${name}', ${ago("restore_mails", age)})`),
    left: async () =>
      names(await sql`select provider_id as name from private.restore_mails` as never),
  },
  mail_feedback: {
    // Told of an address that is not suppressed: of one that is, it stays.
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.mail_feedback (source, address_hash, kind, occurred_at)
        values ('${name}', '${name}', 'soft_bounce', ${ago("mail_feedback", age)})`),
    left: async () => names(await sql`select source as name from private.mail_feedback` as never),
  },
  alert_incidents: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.alert_incidents (rule, value, peak, told_value, told_detail, note, resolved_at)
        values ('drift', 1, 1, 1, '{}', '${name}', ${ago("alert_incidents", age)})`),
    left: async () => names(await sql`select note as name from private.alert_incidents` as never),
  },
  card_attempts: {
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
  },
  card_declines: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.card_declines (cause, declined_at)
        values ('${name}', ${ago("card_declines", age)})`),
    left: async () => names(await sql`select cause as name from private.card_declines` as never),
  },
  subscription_changes: {
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
  },
  account_deletions: {
    insert: (name, age) =>
      sql.unsafe(`
        with gone as (
          insert into public.account_deletions (user_id, state, finished_at)
          values (gen_random_uuid(), 'cancelled', ${ago("account_deletions", age)}) returning id
        )
        insert into private.account_deletion_details (deletion_id, email)
        select id, '${name}' from gone`),
    left: async () =>
      names(await sql`select email as name from private.account_deletion_details` as never),
  },
  account_exports: {
    insert: async (name, age) => {
      const user = await insertUser(sql, { email: `${name}@export.example.com` });
      await sql.unsafe(`
        insert into public.account_exports (user_id, state, expires_at)
        values ('${user}', 'expired', ${ago("account_exports", age)})`);
    },
    left: async () =>
      names(
        await sql`
          select split_part(account.email, '@', 1) as name from public.account_exports as export
          join auth.users as account on account.id = export.user_id` as never,
      ),
  },
  account_deletions_unconfirmed: {
    insert: async (name, age) => {
      const user = await insertUser(sql, { email: `${name}@unconfirmed.example.com` });
      await sql.unsafe(`
        with asked as (
          insert into public.account_deletions (user_id, requested_at)
          values ('${user}', ${ago("account_deletions_unconfirmed", age)}) returning id
        )
        insert into private.account_deletion_details (deletion_id, token_hash, token_expires_at)
        select id, '${name}', now() - interval '1 minute' from asked`);
    },
    left: async () =>
      names(
        await sql`
          select split_part(account.email, '@', 1) as name from public.account_deletions as asked
          join auth.users as account on account.id = asked.user_id
          where asked.state = 'unconfirmed'` as never,
      ),
  },
  subscription_intents: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into private.subscription_intents (workspace_id, price_id, quantity, state, closed_at)
        values ('${workspaceId}', '${name}', 1, 'bought', ${ago("subscription_intents", age)})`),
    left: async () =>
      names(await sql`select price_id as name from private.subscription_intents` as never),
  },
  subscription_cancellations: {
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
  },
  refund_intents: {
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
  },
  workspace_api_keys: {
    // Revoked, or expired: whatever was first.
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.workspace_api_keys (
          workspace_id, name, prefix, role, scopes, revoked_at, expires_at
        )
        values (
          '${workspaceId}', '${name}', left(replace(gen_random_uuid()::text, '-', ''), 8), 'member',
          '{plans:read}', ${name === "old" ? "null" : ago("workspace_api_keys", age)},
          ${name === "old" ? ago("workspace_api_keys", age) : "now() + interval '1 day'"}
        )`),
    left: async () => names(await sql`select name from public.workspace_api_keys` as never),
  },
  feature_overrides: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.feature_overrides (workspace_id, feature, reason, expires_at)
        values ('${workspaceId}', '${name}', 'a test', ${ago("feature_overrides", age)})`),
    left: async () =>
      names(await sql`select feature as name from public.feature_overrides` as never),
  },
  audit_log: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.audit_log (actor_kind, action, target, created_at)
        values ('system', 'sample.update', '${name}', ${ago("audit_log", age)})`),
    left: async () =>
      names(
        await sql`
          select target as name from public.audit_log where action = 'sample.update'` as never,
      ),
  },
  usage_holds: {
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
  },
  usage_counters: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.usage_counters (workspace_id, meter, period_start, period_end)
        values ('${workspaceId}', '${name}', '2000-01-01', ${ago("usage_counters", age)})`),
    left: async () =>
      names(
        await sql`
          select meter as name from public.usage_counters where period_start = '2000-01-01'` as never,
      ),
  },
  catalogue_exports: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.catalogue_exports (price_lists, cursor, state, expires_at)
        values ('{}', '"${name}"', 'expired', ${ago("catalogue_exports", age)})`),
    left: async () =>
      names(await sql`select cursor #>> '{}' as name from public.catalogue_exports` as never),
  },
  catalogue_imports: {
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.catalogue_imports (path, file, dry_run, bytes_total, state, finished_at)
        values ('${name}', '{}', false, 1, 'done', ${ago("catalogue_imports", age)})`),
    left: async () => names(await sql`select path as name from public.catalogue_imports` as never),
  },
  usage_reports: {
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
  },
};

Deno.test("retention: every rule has a sample, and every sample a rule", async () => {
  const rules = await sql<{ name: string }[]>`select name from private.retention_rules`;
  assert.deepEqual(names(rules), Object.keys(samples).toSorted());
});

for (const [rule, sample] of Object.entries(samples)) {
  Deno.test(`retention: ${rule}: what is older goes, what is younger stays`, async () => {
    const [tooOld, young] = ages;
    await sample.insert("old", tooOld);
    await sample.insert("older", `${tooOld} + interval '1 year'`);
    await sample.insert("fresh", young);
    assert.deepEqual(await sample.left(), ["fresh", "old", "older"]);
    const { removed, more } = await apply();
    assert.equal(removed[rule], 2);
    assert.equal(more, false);
    assert.deepEqual(await sample.left(), ["fresh"]);
    assert.equal((await apply()).removed[rule], 0);
  });
}

Deno.test("retention: unhandled events, dead letters and pending jobs stay, however old", async () => {
  await sql`truncate private.jobs, private.webhook_events cascade`;
  await sql`
    insert into private.webhook_events (provider, event_id, type, payload, received_at)
    values ('stripe', 'unhandled', 't', '{}', now() - interval '9 years')`;
  await sql`
    insert into private.jobs (kind, payload, dedupe_key, state, run_at, finished_at)
    select state, '{"a": 1}', cause, state, now() - interval '9 years',
      case when state = 'dead' then now() - interval '9 years' end
    from unnest(array['dead', 'pending']) as state, unnest(array['a', null]) as cause`;
  await apply();
  assert.equal((await sql`select from private.webhook_events`).count, 1);
  assert.equal((await sql`select from private.jobs where payload <> '{}'`).count, 4);
});

Deno.test("retention: what was told of a suppressed address stays, or it would be lifted by its age", async () => {
  await sql`
    insert into private.mail_feedback (source, address_hash, kind, occurred_at)
    values ('bounced long ago', 'suppressed', 'hard_bounce', now() - interval '9 years')`;
  await sql`select private.mail_suppression_derive('suppressed')`;
  await apply();
  await sql`select private.mail_suppression_derive('suppressed')`;
  assert.equal(
    (await sql`select from private.mail_suppressions where cause = 'hard_bounce'`).count,
    1,
  );
});

Deno.test("retention: what is under way stays, however old", async () => {
  const user = await insertUser(sql);
  await sql.unsafe(`
    insert into private.subscription_intents (workspace_id, price_id, quantity, created_at)
    values ('${workspaceId}', 'open', 1, now() - interval '9 years');
    insert into private.subscription_cancellations (
      workspace_id, stripe_subscription_id, currency, parts, created_at
    )
    values ('${workspaceId}', 'open', 'EUR', '[]', now() - interval '9 years');
    insert into private.refund_intents (payment_id, amount, state, cause, created_at)
    select id, 1, 'refunded', 'open', now() - interval '9 years' from public.payments limit 1;
    insert into public.workspace_api_keys (workspace_id, name, prefix, role, scopes, created_at)
    values ('${workspaceId}', 'open', 'lasting1', 'member', '{plans:read}', now() - interval '9 years');
    insert into public.feature_overrides (workspace_id, feature, reason, created_at)
    values ('${workspaceId}', 'open', 'for good', now() - interval '9 years');
    -- Asked for long ago, and its link sent again just now.
    with asked as (
      insert into public.account_deletions (user_id, requested_at)
      values ('${user}', now() - interval '9 years') returning id
    )
    insert into private.account_deletion_details (deletion_id, token_hash, token_expires_at)
    select id, 'open', now() + interval '1 minute' from asked`);
  await apply();
  const rules = [
    "subscription_intents",
    "subscription_cancellations",
    "refund_intents",
    "workspace_api_keys",
    "feature_overrides",
  ];
  for (const rule of rules) {
    assert.ok((await samples[rule]!.left()).includes("open"), rule);
  }
  assert.equal(
    (await sql`select from public.account_deletions where user_id = ${user}`).count,
    1,
  );
});

Deno.test("retention: no purchase that goes gives a trial back, nor takes one that was given up", async () => {
  const bought = async (state: string, subscription: string | null) => {
    const user = await insertUser(sql);
    const [row] = await sql<{ id: string; workspace: string }[]>`
      insert into private.subscription_intents (
        workspace_id, price_id, quantity, state, trial_days, closed_at
      )
      select id, 'with a trial', 1, ${state}, 14, now() - interval '9 years'
      from public.workspaces where personal_of = ${user}
      returning id, workspace_id as workspace`;
    await sql`
      insert into private.workspace_trials (workspace_id, intent_id, stripe_subscription_id)
      values (${row!.workspace}, ${row!.id}, ${subscription})`;
    const used = async () =>
      (await sql`select private.trial_used(${row!.workspace}) as used`)[0]!["used"];
    const before = await used();
    await apply();
    assert.equal(await used(), before);
    const kept =
      (await sql`select from private.subscription_intents where id = ${row!.id}`).count === 1;
    return { used: before, kept };
  };
  assert.deepEqual(await bought("bought", "sub_told"), { used: true, kept: false });
  // Stripe has not told of its subscription yet: the purchase is all that says so.
  assert.deepEqual(await bought("bought", null), { used: true, kept: true });
  assert.deepEqual(await bought("abandoned", null), { used: false, kept: false });
});

Deno.test("retention: every table has a rule, or says why its rows stay", async () => {
  const tables = await sql<{ name: string; ruled: boolean; reasoned: boolean }[]>`
    select named.name,
      exists (select from private.retention_rules as rule where rule.relation = named.name) as ruled,
      exists (select from private.retention_reasons as held where held.relation = named.name) as reasoned
    from pg_catalog.pg_class as relation
    cross join lateral (
      select relation.relnamespace::regnamespace || '.' || relation.relname as name
    ) as named
    where relation.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
      and relation.relkind in ('r', 'p') and not relation.relispartition`;
  assert.deepEqual(
    tables.filter(({ ruled, reasoned }) => !ruled && !reasoned).map(({ name }) => name),
    [],
    "a new table needs a row in private.retention_rules, or in private.retention_reasons",
  );
  assert.deepEqual(
    tables.filter(({ ruled, reasoned }) => ruled && reasoned).map(({ name }) => name),
    [],
    "what has a rule needs no reason",
  );
  const reasons = await sql<{ relation: string }[]>`select relation from private.retention_reasons`;
  const known = new Set(tables.map(({ name }) => name));
  assert.deepEqual(reasons.filter(({ relation }) => !known.has(relation)), []);
});

Deno.test("retention: what is said to go with another does", async () => {
  const told = await sql<{ relation: string; parent: string }[]>`
    select relation, substring(reason from '^goes with its \\w+ in ([a-z_.]+)') as parent
    from private.retention_reasons where reason ~ '^goes with its'`;
  assert.ok(told.length > 0);
  for (const { relation, parent } of told) {
    const cascades = await sql`
      select from pg_catalog.pg_constraint
      where contype = 'f' and confdeltype = 'c'
        and conrelid = to_regclass(${relation}) and confrelid = to_regclass(${parent})`;
    assert.equal(cascades.count, 1, `${relation} with ${parent}`);
  }
});

Deno.test("retention: a call takes a batch of each rule and says whether more is left", async () => {
  await sql`
    insert into private.rate_limit_windows (key, window_start)
    select 'many ' || n, now() - interval '9 days' from generate_series(1, 25) as n`;
  const runs: Applied[] = [];
  do runs.push(await apply(10)); while (runs.at(-1)!.more);
  assert.deepEqual(runs.map(({ removed }) => removed["rate_limit_windows"]), [10, 10, 5]);
});

Deno.test("retention: nobody but the schema's owner changes a rule, and the audit log keeps 90 days at least", async () => {
  const attempt = (role: string, statement: string) =>
    sql.begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      await tx.unsafe(statement);
    });
  const rule = "update private.retention_rules set keep = '1 second' where name = 'audit_log'";
  await assert.rejects(attempt("service_role", rule), { code: "42501" });
  await assert.rejects(attempt("postgres", rule), { code: "23514" });
  // A fresh entry stays to its owner, too, beside old ones that go.
  await insertUser(sql);
  await assert.rejects(attempt("postgres", "delete from public.audit_log"), { code: "42501" });
});

Deno.test("retention: each rule's rows are found by an index", async () => {
  const rules = await sql<{ name: string; relation: string; condition: string }[]>`
    select name, relation, condition from private.retention_rules`;
  for (const { name, relation, condition } of rules) {
    const plan = await sql.begin(async (tx) => {
      await tx`set local enable_seqscan = off`;
      const found = await tx.unsafe<{ "QUERY PLAN": string }[]>(
        `explain select ctid from ${relation} where ${
          condition.replaceAll("$1", "now()").replaceAll("$2", "interval '1 day'")
        } limit 10`,
      );
      return found.map((line) => line["QUERY PLAN"]).join("\n");
    });
    assert.match(plan, /Index/, `${name}\n${plan}`);
    assert.doesNotMatch(plan, /Seq Scan/, `${name}\n${plan}`);
  }
});
