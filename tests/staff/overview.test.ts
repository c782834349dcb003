/** What staff see of the whole: the last day of queue and inbox, alerts, comparisons; and one begun by hand. */
import assert from "node:assert/strict";
import { asServer, asUser, refused } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
let staff: string;
let user: string;
Deno.test.beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  staff = await insertUser(sql);
  user = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${staff}, 'a test')`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

/** The result of a client RPC without arguments. */
async function told(name: string, as = staff) {
  return await asUser(sql, as, async (call) => {
    const [row] = await call`select public.${call(name)}() as told`;
    return row!["told"];
  });
}

const begin = (reason: string, as = staff) =>
  asUser(sql, as, async (call) => {
    const [row] = await call<{ job: string }[]>`
      select public.staff_billing_reconcile(${reason}) as job`;
    return Number(row!.job);
  });

Deno.test("staff_overview: jobs and events of the last day by the hour; older ones are left out", async () => {
  await sql`truncate private.jobs, private.webhook_events cascade`;
  await sql`
    insert into private.jobs (kind, state, finished_at, created_at)
    select 'test', state, case when state <> 'pending' then now() end, now() - age::interval
    from (values ('succeeded', '0'), ('succeeded', '0'), ('dead', '0'), ('pending', '0'),
      ('succeeded', '3 hours'), ('dead', '25 hours')) as made (state, age)`;
  await sql`
    insert into private.webhook_events (provider, event_id, type, payload, targets, received_at)
    select provider, gen_random_uuid(), 'invoice.paid', '{}', '[]', now() - age::interval
    from (values ('stripe', '0'), ('stripe', '0'), ('resend', '0'), ('stripe', '2 days'))
      as made (provider, age)`;
  const { jobs, events } = await told("staff_overview");
  const { hour: _, ...latest } = jobs.hours.at(-1);
  assert.deepEqual(latest, { succeeded: 2, dead: 1, pending: 1 });
  assert.equal(jobs.hours.length, 2);
  assert.equal(jobs.since, null);
  assert.deepEqual(
    events.hours.map(({ provider, events }: { provider: string; events: number }) => [
      provider,
      events,
    ]),
    [["resend", 1], ["stripe", 2]],
  );
});

Deno.test("staff_overview: of more than 20,000 jobs a day the newest are counted, and it says since when", async () => {
  await sql`truncate private.jobs`;
  await sql`
    insert into private.jobs (kind, state, finished_at, created_at)
    select 'test', 'succeeded', now(), now() - interval '1 hour' + number * interval '0.1 seconds'
    from generate_series(1, 25000) as number`;
  const { jobs } = await told("staff_overview");
  const counted = jobs.hours.reduce(
    (sum: number, { succeeded }: { succeeded: number }) => sum + succeeded,
    0,
  );
  assert.equal(counted, 20_000);
  const [oldest] = await sql<{ created_at: Date }[]>`
    select created_at from private.jobs order by id desc offset 19999 limit 1`;
  assert.equal(new Date(jobs.since).getTime(), oldest!.created_at.getTime());
});

Deno.test("staff_overview: an alert that is open, and one that ended this week", async () => {
  await sql`truncate private.alert_incidents`;
  await sql`
    insert into private.alert_incidents (rule, opened_at, resolved_at, value, peak, told_value, told_detail)
    values ('dead_letters', now(), null, 2, 3, 2, '{"mail_send": 2}'),
      ('drift', now() - interval '3 days', now() - interval '2 days', 1, 1, 1, '{}'),
      ('bounces', now() - interval '9 days', now() - interval '8 days', 20, 25, 20, '{}')`;
  const { incidents } = await told("staff_overview");
  assert.deepEqual(
    incidents.map((one: Record<string, unknown>) => [one["rule"], one["resolved_at"] === null]),
    [["dead_letters", true], ["drift", false]],
  );
  assert.deepEqual(incidents[0].detail, { mail_send: 2 });
});

Deno.test("staff_billing_reconciliations: each run with its differences, and how many are open", async () => {
  const [run] = await sql<{ id: number }[]>`
    insert into private.reconciliations (repair, phase, checked, finished_at)
    values (false, 'done', 12, now()) returning id::int`;
  await sql`
    insert into private.billing_drifts (reconciliation_id, kind, object_type, object_id, detail, repaired_at)
    values (${run!.id}, 'amount', 'invoice', 'in_1', '{"total": {"stripe": 1, "ours": 2}}', null),
      (${run!.id}, 'missing', 'charge', 'ch_1', '{}', now())`;
  const [latest] = await told("staff_billing_reconciliations");
  assert.deepEqual([latest.id, latest.checked, latest.drifts, latest.open], [run!.id, 12, 2, 1]);
  assert.deepEqual(
    latest.found.map(({ kind, object_id }: Record<string, string>) => [kind, object_id]),
    [["amount", "in_1"], ["missing", "ch_1"]],
  );
});

Deno.test("staff_billing_reconcile: one job however often it is asked for, with who and why in the audit log", async () => {
  await sql`truncate private.jobs`;
  // The coming night's waits in the queue already, and is not the one that is wanted now.
  await sql`select private.schedule_jobs()`;
  const [coming] = await sql`select id::int from private.jobs where kind = 'billing_reconcile'`;
  const job = await begin("a customer says that he has paid");
  assert.notEqual(job, coming!["id"]);
  assert.equal(await begin("and another one"), job);
  // One that failed is tried at once.
  await sql`update private.jobs set attempts = 1, run_at = private.now() + interval '1 hour' where id = ${job}`;
  assert.equal(await begin("and once more"), job);
  assert.equal(
    (await sql`select from private.jobs where id = ${job} and run_at <= private.now()`).count,
    1,
  );
  const [row] = await sql`select kind, payload from private.jobs where id = ${job}`;
  assert.deepEqual({ ...row }, { kind: "billing_reconcile", payload: {} });
  const entries = await sql`
    select actor_id, changes from public.audit_log where action = 'billing_reconcile.start' order by id`;
  assert.deepEqual(
    entries.map((one) => ({ ...one })),
    ["a customer says that he has paid", "and another one", "and once more"].map((why) => ({
      actor_id: staff,
      changes: { note: { new: why } },
    })),
  );
  await sql`update private.jobs set state = 'succeeded', finished_at = now()`;
  assert.notEqual(await begin("the next day"), job);
  await refused(begin("no"), "invalid_body");
});

Deno.test("staff's figures: nobody else gets them, nor staff without the second factor that is required", async () => {
  const asked = [
    (as: string) => told("staff_overview", as),
    (as: string) => told("staff_billing_reconciliations", as),
    (as: string) => begin("for no good reason", as),
  ];
  for (const one of asked) await refused(one(user), "forbidden");
  await asServer(
    sql,
    (call) => call`update private.second_factor_rules set required = true where audience = 'staff'`,
  );
  for (const one of asked) await refused(one(staff), "second_factor_required");
  await sql`update private.second_factor_rules set required = false where audience = 'staff'`;
});
