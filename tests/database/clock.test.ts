/** The business clock, and what runs by it. */
import assert from "node:assert/strict";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});
Deno.test.beforeEach(async () => {
  await sql`truncate private.jobs`;
  await travel(0);
});

/** Sets the clock as many days from now as asked. */
async function travel(days: number): Promise<void> {
  await sql.unsafe(`
    create or replace function private.now() returns timestamptz language sql stable
    set search_path = '' as $$ select pg_catalog.now() + interval '${days} days' $$`);
}

async function tick(): Promise<boolean> {
  const [row] = await sql<{ due: boolean }[]>`select private.tick() as due`;
  return row!.due;
}

async function kinds(): Promise<string[]> {
  const rows = await sql<{ kind: string }[]>`select kind from private.jobs order by kind`;
  return rows.map((row) => row.kind);
}

const claim = async () => await sql`select * from public.jobs_claim(50, 60)`;

Deno.test("clock: a job runs when the business clock says so, and its lease keeps real time", async () => {
  await sql`select private.enqueue('sample', '{}', null, private.now() + interval '3 days')`;
  assert.equal((await claim()).length, 0);
  await travel(4);
  const [job] = await claim();
  assert.equal(job!["kind"], "sample");
  const [held] = await sql<{ seconds: number }[]>`
    select extract(epoch from locked_until - clock_timestamp())::float8 as seconds from private.jobs`;
  assert.ok(held!.seconds > 50 && held!.seconds <= 60);
});

Deno.test("clock: a job enqueued without a time is due at once on the business clock", async () => {
  await travel(30);
  await sql`select private.enqueue('sample', '{}')`;
  const [row] = await sql<{ later: boolean }[]>`
    select run_at > now() + interval '29 days' as later from private.jobs`;
  assert.equal(row!.later, true);
  assert.equal((await claim()).length, 1);
});

Deno.test("tick: enqueues the coming night's work once, and tells when it is due", async () => {
  assert.equal(await tick(), false);
  const nightly = await kinds();
  assert.ok(nightly.includes("retention"));
  assert.equal(new Set(nightly).size, nightly.length);
  assert.equal(await tick(), false);
  assert.deepEqual(await kinds(), nightly);

  // Two days later that night is over, whatever the hour is now.
  await travel(2);
  assert.equal(await tick(), true);
  assert.deepEqual((await claim()).map((job) => job["kind"]).toSorted(), nightly);
  assert.equal(await tick(), false);
  assert.equal((await kinds()).length, nightly.length * 2);
});

Deno.test("tick: a job whose worker died is work that is due", async () => {
  await sql`select private.enqueue('sample', '{}')`;
  assert.equal(await tick(), true);
  await claim();
  assert.equal(await tick(), false);
  await sql`
    update private.jobs set locked_until = clock_timestamp() - interval '1 second'
    where kind = 'sample'`;
  assert.equal(await tick(), true);
});
