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
  await database[Symbol.asyncDispose]();
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
