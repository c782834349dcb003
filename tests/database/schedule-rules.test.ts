/** Schedule rules: each slot's job once, whatever ticks how often. */
import assert from "node:assert/strict";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 8 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});
Deno.test.beforeEach(async () => {
  await sql`truncate private.jobs`;
  await sql`truncate private.schedule_rules`;
});

/** Stops the business clock at a moment. */
async function at(moment: string): Promise<void> {
  await sql.unsafe(`
    create or replace function private.now() returns timestamptz language sql stable
    set search_path = '' as $$ select timestamptz '${moment}' $$`);
}

const rule = async (kind: string, every: string, at = "0") =>
  await sql`insert into private.schedule_rules (kind, every, at) values (${kind}, ${every}, ${at})`;

const keys = async () =>
  (await sql<{ key: string }[]>`select dedupe_key as key from private.jobs order by id`)
    .map((row) => row.key);

async function succeed(jobs: { id: string; attempts: number }[]): Promise<void> {
  const results = jobs.map(({ id, attempts: attempt }) => ({ id, attempt, outcome: "succeeded" }));
  await sql`select from public.jobs_settle(${sql.json(results)})`;
}

/** Runs whatever is due, as jobs-run would. */
async function work(): Promise<number> {
  const jobs = await sql<{ id: string; attempts: number }[]>`
    select id, attempts from public.jobs_claim(50, 60)`;
  await succeed(jobs);
  return jobs.length;
}

Deno.test("schedule: the coming slot's job is written once, by however many ticks at once", async () => {
  await rule("sweep", "5 minutes");
  await at("2026-03-10 10:02:30Z");
  await Promise.all(Array.from({ length: 24 }, () => sql`select private.tick()`));
  assert.deepEqual(await keys(), ["sweep:2026-03-10T10:05:00Z"]);
  const [job] = await sql`select run_at from private.jobs`;
  assert.equal(job!["run_at"].toISOString(), "2026-03-10T10:05:00.000Z");
});

Deno.test("schedule: over a day of ticks every slot runs once", async () => {
  await rule("sweep", "15 minutes");
  await rule("nightly", "1 day", "3 hours");
  const ran: string[] = [];
  for (let minutes = 0; minutes <= 24 * 60; minutes += 5) {
    await at(new Date(Date.UTC(2026, 2, 10, 0, minutes)).toISOString());
    await sql`select private.tick()`;
    await sql`select private.tick()`;
    const due = await sql<{ id: string; attempts: number; cause: string }[]>`
      select id, attempts, cause from public.jobs_claim(50, 60)`;
    ran.push(...due.map((job) => job.cause));
    await succeed(due);
  }
  assert.equal(new Set(ran).size, ran.length, "no slot twice");
  assert.equal(ran.filter((cause) => cause.startsWith("sweep:")).length, 96);
  assert.deepEqual(ran.filter((cause) => cause.startsWith("nightly:")), ["nightly:2026-03-10"]);
});

Deno.test("schedule: a rule of minutes leaves no row a minute, one of days keeps its slots", async () => {
  await rule("sweep", "1 minute");
  await rule("nightly", "1 day");
  for (const moment of ["2026-03-10 23:58:10Z", "2026-03-10 23:59:10Z", "2026-03-11 00:00:10Z"]) {
    await at(moment);
    await sql`select private.tick()`;
    await work();
    await sql`select private.tick()`;
  }
  assert.deepEqual((await keys()).toSorted(), [
    "nightly:2026-03-11",
    "nightly:2026-03-12",
    "sweep:2026-03-11T00:01:00Z",
  ]);
});

Deno.test("schedule: while nobody works the queue off, slots do not pile up", async () => {
  await rule("sweep", "1 minute");
  for (let minute = 0; minute < 10; minute++) {
    await at(new Date(Date.UTC(2026, 2, 10, 9, minute)).toISOString());
    await sql`select private.tick()`;
  }
  assert.equal((await keys()).length, 1);
  assert.equal(await work(), 1);
});

Deno.test("schedule: a day begins at the same hour when clocks change, and a week on Monday", async () => {
  await rule("nightly", "1 day", "3 hours");
  await rule("weekly", "7 days", "1 hour");
  await at("2026-03-28 12:00:00Z");
  await sql.begin(async (tx) => {
    await tx`set local timezone = 'Europe/Paris'`; // Clocks go forward on 29 March.
    await tx`select private.tick()`;
  });
  const jobs = await sql`select kind, run_at from private.jobs order by kind`;
  assert.deepEqual(jobs.map((job) => [job["kind"], job["run_at"].toISOString()]), [
    ["nightly", "2026-03-29T03:00:00.000Z"],
    ["weekly", "2026-03-30T01:00:00.000Z"],
  ]);
});

Deno.test("schedule: a night that was enqueued before there were rules is not enqueued again", async () => {
  await rule("nightly", "1 day", "3 hours");
  await at("2026-03-10 12:00:00Z");
  await sql`
    select private.enqueue('nightly', '{}', 'nightly:2026-03-11', '2026-03-11 03:00:00Z')`;
  await sql`select private.tick()`;
  await sql`select private.tick()`;
  assert.deepEqual(await keys(), ["nightly:2026-03-11"]);
});

Deno.test("schedule: a rule that does not divide time is refused", async () => {
  for (const [every, at] of [["1 month", "0"], ["30 seconds", "0"], ["1 day", "25 hours"]]) {
    await assert.rejects(rule("wrong", every!, at), { code: "23514" });
  }
});
