import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "./support/connect.ts";
import { type OwnStack, startOwnStack } from "./support/own-stack.ts";
import { type Answer, call } from "./support/stack.ts";
import { waitFor } from "./support/wait.ts";

let own: OwnStack;
let sql: Sql;
Deno.test.beforeAll(async () => {
  own = await startOwnStack();
  sql = connect(own.at);
});
Deno.test.afterAll(async () => {
  await sql.end();
  await own[Symbol.asyncDispose]();
});

function health(): Promise<Answer> {
  return call("GET", "health", { on: own.at, key: null });
}

function assertUnhealthy(answer: Answer) {
  assert.deepEqual([answer.status, answer.body.code], [503, "unhealthy"]);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.ok(Number(answer.headers.get("retry-after")) > 0);
  assert.equal(answer.body.health.status, "unhealthy");
}

Deno.test("health: tells that all is well, to anyone, in numbers only", async () => {
  const answer = await waitFor("an empty queue", async () => {
    const answer = await health();
    return answer.body.due_jobs === 0 && answer;
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.deepEqual(answer.body, {
    status: "ok",
    database: "ok",
    redis: "ok",
    due_jobs: 0,
    oldest_due_job_seconds: 0,
    dead_jobs: 0,
    oldest_unhandled_event_seconds: 0,
  });
});

Deno.test("health: a job that nobody works off for five minutes is an alarm, one that runs is not", async () => {
  // Locked, so that no worker takes it: what a queue looks like whose workers hang.
  const stick = async (minutes: number) => {
    const [job] = await sql`
      insert into private.jobs (kind, run_at, locked_until)
      values ('retention', now() - make_interval(mins => ${minutes}), now() + interval '1 hour')
      returning id`;
    return job!["id"] as string;
  };
  const young = await stick(4);
  const fine = await health();
  assert.equal(fine.status, 200, JSON.stringify(fine.body));
  assert.ok(fine.body.due_jobs >= 1 && fine.body.oldest_due_job_seconds >= 240);
  const old = await stick(6);
  const stuck = await health();
  assertUnhealthy(stuck);
  assert.deepEqual([stuck.body.health.database, stuck.body.health.redis], ["ok", "ok"]);
  assert.ok(stuck.body.health.oldest_due_job_seconds >= 360);
  await sql`delete from private.jobs where id in (${young}, ${old})`;
  assert.equal((await health()).status, 200);
});

Deno.test("health: an event that nobody handles for five minutes is an alarm", async () => {
  const [event] = await sql`
    insert into private.webhook_events (provider, event_id, type, payload, received_at)
    values ('stripe', 'evt_stuck', 'invoice.paid', '{}', now() - interval '6 minutes')
    returning id`;
  const stuck = await health();
  assertUnhealthy(stuck);
  assert.ok(stuck.body.health.oldest_unhandled_event_seconds >= 360);
  await sql`delete from private.webhook_events where id = ${event!["id"]}`;
  assert.equal((await health()).status, 200);
});

Deno.test("health: a dead letter is counted, and no alarm by itself", async () => {
  const [job] = await sql`
    insert into private.jobs (kind, state, attempts, finished_at)
    values ('mail_send', 'dead', 20, now()) returning id`;
  const answer = await health();
  assert.equal(answer.status, 200);
  assert.equal(answer.body.dead_jobs, 1);
  await sql`delete from private.jobs where id = ${job!["id"]}`;
});
