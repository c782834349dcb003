/** Each rule of retention: what goes, and what stays beside it. */
import assert from "node:assert/strict";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const apply = async () => await sql`select public.retention_run()`;

Deno.test("retention: idempotency keys go after 24 hours", async () => {
  for (const [key, hours] of [["old", 25], ["fresh", 23]] as const) {
    await sql`
      insert into private.idempotency_keys (caller, endpoint, key, request_hash, status, created_at)
      values ('c', 'e', ${key}, '', 200, now() - make_interval(hours => ${hours}))`;
  }
  await apply();
  const left = await sql`select key from private.idempotency_keys`;
  assert.deepEqual([...left], [{ key: "fresh" }]);
});

Deno.test("retention: rate limit windows go after a day", async () => {
  await sql`
    insert into private.rate_limit_windows (key, window_start)
    values ('old', now() - interval '25 hours'), ('fresh', now() - interval '23 hours')`;
  await apply();
  const left = await sql`select key from private.rate_limit_windows`;
  assert.deepEqual([...left], [{ key: "fresh" }]);
});

Deno.test("retention: handled events go after 90 days, unhandled ones never", async () => {
  const events = { old: [91, true], fresh: [89, true], unhandled: [400, false] } as const;
  for (const [event, [days, handled]] of Object.entries(events)) {
    await sql`
      insert into private.webhook_events (provider, event_id, type, payload, received_at, handled_at)
      values ('stripe', ${event}, 't', '{}', now() - make_interval(days => ${days}),
        case when ${handled} then now() - make_interval(days => ${days}) end)`;
  }
  await apply();
  const left = await sql`select event_id from private.webhook_events order by 1`;
  assert.deepEqual([...left], [{ event_id: "fresh" }, { event_id: "unhandled" }]);
});

Deno.test("retention: finished jobs go after 30 days, or lose their payload where the cause must stay", async () => {
  const jobs: [name: string, state: string, dedupe: string | null, days: number | null][] = [
    ["old", "succeeded", null, 31],
    ["fresh", "succeeded", null, 29],
    ["old cause", "succeeded", "a", 31],
    ["fresh cause", "succeeded", "b", 29],
    ["dead", "dead", null, 400],
    ["dead cause", "dead", "c", 400],
    ["pending", "pending", null, null],
  ];
  for (const [name, state, dedupe, days] of jobs) {
    await sql`
      insert into private.jobs (kind, payload, dedupe_key, state, last_error, finished_at)
      values (${name}, '{"a": 1}', ${dedupe}, ${state}, 'was late',
        now() - make_interval(days => ${days}))`;
  }
  await apply();
  const left = await sql<{ kind: string; kept: boolean }[]>`
    select kind, payload <> '{}' and last_error is not null as kept from private.jobs`;
  assert.deepEqual(Object.fromEntries(left.map(({ kind, kept }) => [kind, kept])), {
    fresh: true,
    "old cause": false,
    "fresh cause": true,
    dead: true,
    "dead cause": true,
    pending: true,
  });
});

Deno.test("retention: reconciliations go after 90 days with what they found, what they have seen after 2", async () => {
  for (const [cause, days] of [["old", 91], ["kept", 89], ["late", 3], ["fresh", 1]] as const) {
    await sql`
      with run as (
        insert into private.reconciliations (repair, cause, started_at)
        values (false, ${cause}, now() - make_interval(days => ${days})) returning id
      ), found as (
        insert into private.billing_drifts (reconciliation_id, kind, object_type, object_id)
        select id, 'missing', 'invoice', ${cause} from run
      )
      insert into private.reconciliation_seen (reconciliation_id, object_type, object_id)
      select id, 'invoice', ${cause} from run`;
  }
  const [counts] = await sql<{ run: Record<string, number> }[]>`
    select public.retention_run() as run`;
  assert.equal(counts!.run["reconciliations"], 1);
  assert.equal(counts!.run["reconciliation_seen"], 2, "the oldest run took its own along");
  const runs = await sql`select cause from private.reconciliations order by id`;
  assert.deepEqual([...runs], [{ cause: "kept" }, { cause: "late" }, { cause: "fresh" }]);
  const drifts = await sql`select object_id from private.billing_drifts order by id`;
  assert.deepEqual([...drifts], [
    { object_id: "kept" },
    { object_id: "late" },
    { object_id: "fresh" },
  ]);
  const seen = await sql`select object_id from private.reconciliation_seen`;
  assert.deepEqual([...seen], [{ object_id: "fresh" }]);
});
