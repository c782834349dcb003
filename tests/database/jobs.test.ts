/** The queue in SQL: claims, leases, ends, repetition. */
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
// The queue is one: each test finds it empty.
Deno.test.beforeEach(async () => {
  await sql`truncate private.jobs`;
});

interface Claimed {
  id: string;
  kind: string;
  attempts: number;
}

async function enqueue(kind: string, options: { dedupe?: string; maxAttempts?: number } = {}) {
  const { dedupe = null, maxAttempts = 20 } = options;
  const [row] = await sql<{ id: string | null }[]>`
    select private.enqueue(${kind}, '{"secret": true}', ${dedupe}, null, ${maxAttempts}::smallint) as id`;
  return row!.id;
}

async function claim(batch = 10, lease = 60): Promise<Claimed[]> {
  return await sql<Claimed[]>`select * from public.jobs_claim(${batch}, ${lease})`;
}

async function settle(
  job: Claimed,
  outcome: "succeeded" | "retry" | "fatal",
  options: { error?: string; retryAfter?: number; forget?: boolean } = {},
): Promise<string> {
  const [row] = await sql<{ state: string }[]>`
    select state from public.jobs_settle(${
    sql.json([{
      id: job.id,
      attempt: job.attempts,
      outcome,
      error: options.error,
      retry_after_seconds: options.retryAfter,
      forget_payload: options.forget,
    }] as never)
  })`;
  return row?.state ?? "superseded";
}

interface Job {
  state: string;
  attempts: number;
  payload: unknown;
  last_error: string | null;
  finished_at: Date | null;
  locked_until: Date | null;
  wait: number;
}

async function look(id: string): Promise<Job> {
  const [row] = await sql<Job[]>`
    select *, extract(epoch from run_at - private.now())::float8 as wait
    from private.jobs where id = ${id}`;
  return row!;
}

/** As if a lease had run out. */
async function expireLease(id: string): Promise<void> {
  await sql`update private.jobs set locked_until = clock_timestamp() - interval '1 second' where id = ${id}`;
}

async function makeDue(id: string): Promise<void> {
  await sql`update private.jobs set run_at = private.now() where id = ${id}`;
}

Deno.test("jobs: 8 workers at once claim 200 jobs, each job once", async () => {
  await sql`
    select private.enqueue('sample', jsonb_build_object('n', n)) from generate_series(1, 200) as n`;
  const worker = async () => {
    const mine: string[] = [];
    for (;;) {
      const batch = await claim(7);
      if (batch.length === 0) return mine;
      mine.push(...batch.map((job) => job.id));
    }
  };
  const claimed = (await Promise.all(Array.from({ length: 8 }, worker))).flat();
  assert.equal(claimed.length, 200);
  assert.equal(new Set(claimed).size, 200);
});

Deno.test("jobs: a claim takes no more than its batch, the earliest first", async () => {
  const ids = [];
  for (let n = 0; n < 5; n++) ids.push(await enqueue("sample"));
  const claimed = await claim(3);
  assert.deepEqual(claimed.map((job) => job.id).toSorted(), ids.slice(0, 3).toSorted());
});

Deno.test("jobs: a claim that names no size takes nothing, and ends", async () => {
  await enqueue("sample");
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = '10s'`;
    assert.deepEqual([...await tx`select * from public.jobs_claim(null, null)`], []);
  });
  assert.equal((await claim()).length, 1);
});

Deno.test("jobs: a job is free again when its lease has expired, and not before", async () => {
  const id = await enqueue("sample");
  const [first] = await claim();
  assert.equal(first!.attempts, 1);
  assert.deepEqual([...await claim()], []);
  await expireLease(id!);
  const [second] = await claim();
  assert.equal(second!.id, id);
  assert.equal(second!.attempts, 2);
});

Deno.test("jobs: a worker whose lease ran out cannot settle what another took", async () => {
  const id = await enqueue("sample");
  const [first] = await claim();
  await expireLease(id!);
  const [second] = await claim();
  assert.equal(await settle(first!, "succeeded", { forget: true }), "superseded");
  assert.equal((await look(id!)).state, "pending");
  assert.deepEqual((await look(id!)).payload, { secret: true });
  assert.equal(await settle(second!, "succeeded"), "succeeded");
  assert.equal(await settle(second!, "retry"), "superseded");
  assert.equal((await look(id!)).state, "succeeded");
});

Deno.test("jobs: a batch is settled in one call, each by its own result", async () => {
  for (const maxAttempts of [20, 20, 20, 1, 20]) await enqueue("sample", { maxAttempts });
  const [good, bad, again, last, stale] = await claim();
  await expireLease(stale!.id);
  await claim();
  const results = [
    { id: good!.id, attempt: 1, outcome: "succeeded", error: "a note", forget_payload: true },
    { id: bad!.id, attempt: 1, outcome: "fatal", error: "never", forget_payload: true },
    { id: again!.id, attempt: 1, outcome: "retry", retry_after_seconds: 50 },
    { id: last!.id, attempt: 1, outcome: "retry", retry_after_seconds: 50 },
    { id: stale!.id, attempt: 1, outcome: "succeeded" },
    { id: "999999", attempt: 1, outcome: "succeeded" },
  ];
  const settled = await sql`select * from public.jobs_settle(${sql.json(results)})`;
  const states = new Map(settled.map((row) => [row["id"], row["state"]]));
  assert.deepEqual(
    results.map(({ id }) => states.get(id)),
    ["succeeded", "dead", "pending", "dead", undefined, undefined],
  );
  const rows = await Promise.all([good!, bad!, again!, last!, stale!].map(({ id }) => look(id)));
  assert.deepEqual(rows.map((row) => row.last_error), ["a note", "never", null, null, null]);
  assert.deepEqual(rows[0]!.payload, {});
  assert.deepEqual(rows[1]!.payload, { secret: true });
  assert.ok(rows[2]!.wait > 48 && rows[2]!.wait <= 50, `waits ${rows[2]!.wait} s`);
  assert.equal(rows[4]!.state, "pending");
});

Deno.test("jobs: exhausted jobs, however many lie in front, take no place in a batch", async () => {
  const exhausted = [];
  for (let n = 0; n < 7; n++) exhausted.push(await enqueue("sample", { maxAttempts: 1 }));
  await claim(7);
  for (const id of exhausted) await expireLease(id!);
  const others = [];
  for (let n = 0; n < 4; n++) others.push(await enqueue("sample"));
  const claimed = await claim(3);
  assert.deepEqual(claimed.map((job) => job.id).toSorted(), others.slice(0, 3).toSorted());
  for (const id of exhausted) {
    const { state, last_error } = await look(id!);
    assert.equal(state, "dead");
    assert.match(last_error!, /worker died/);
  }
});

Deno.test("jobs: a retry waits half to one and a half times 2, 4, 8 … seconds, an hour at most", async () => {
  for (const attempts of [1, 2, 5, 11, 12, 19]) {
    const id = await enqueue("sample");
    await sql`update private.jobs set attempts = ${attempts - 1} where id = ${id}`;
    const [job] = await claim();
    assert.equal(await settle(job!, "retry", { error: "later" }), "pending");
    const { wait, last_error, locked_until } = await look(id!);
    const base = Math.min(3600, 2 ** attempts);
    assert.ok(wait > base * 0.5 - 1 && wait <= base * 1.5, `attempt ${attempts} waits ${wait} s`);
    assert.equal(last_error, "later");
    assert.equal(locked_until, null);
  }
});

Deno.test("jobs: a retry waits as long as the provider asked", async () => {
  const id = await enqueue("sample");
  const [job] = await claim();
  await settle(job!, "retry", { retryAfter: 120 });
  const { wait } = await look(id!);
  assert.ok(wait > 118 && wait <= 120, `waits ${wait} s`);
});

Deno.test("jobs: after the last attempt a job is dead, and so it is at once when it is fatal", async () => {
  const tired = await enqueue("sample", { maxAttempts: 2 });
  for (const [attempt, state] of [[1, "pending"], [2, "dead"]] as const) {
    const [job] = await claim();
    assert.equal(job!.attempts, attempt);
    assert.equal(await settle(job!, "retry", { error: "no" }), state);
    await makeDue(tired!);
  }
  const fatal = await enqueue("sample");
  const [job] = await claim();
  assert.equal(await settle(job!, "fatal", { error: "never", forget: true }), "dead");
  const dead = await look(fatal!);
  assert.equal(dead.last_error, "never");
  assert.notEqual(dead.finished_at, null);
  // What a replay needs stays.
  assert.deepEqual(dead.payload, { secret: true });
  assert.deepEqual([...await claim()], []);
});

Deno.test("jobs: a worker that dies during the last attempt leaves a dead letter, not a lost job", async () => {
  const id = await enqueue("sample", { maxAttempts: 1 });
  assert.equal((await claim()).length, 1);
  assert.deepEqual([...await claim()], []);
  assert.equal((await look(id!)).state, "pending");
  await expireLease(id!);
  assert.deepEqual([...await claim()], []);
  const dead = await look(id!);
  assert.equal(dead.state, "dead");
  assert.equal(dead.last_error, "the worker died during the last attempt");
  assert.equal(dead.locked_until, null);
});

Deno.test("jobs: a cause makes one job for good, also after it finished and after retention", async () => {
  const id = await enqueue("sample", { dedupe: "cause" });
  assert.equal(await enqueue("sample", { dedupe: "cause" }), null);
  assert.notEqual(await enqueue("other", { dedupe: "cause" }), null);
  for (const job of await claim()) await settle(job, "succeeded");
  assert.equal(await enqueue("sample", { dedupe: "cause" }), null);
  await sql`update private.jobs set finished_at = now() - interval '400 days'`;
  await sql`select private.apply_retention()`;
  assert.equal((await look(id!)).state, "succeeded");
  assert.deepEqual((await look(id!)).payload, {});
  assert.equal(await enqueue("sample", { dedupe: "cause" }), null);
});

Deno.test("jobs: the same cause 20 times at once makes one job", async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, () => enqueue("sample", { dedupe: "crowd" })),
  );
  assert.equal(ids.filter((id) => id !== null).length, 1);
});

Deno.test("jobs: a dead letter is replayed with a new life; nothing else is", async () => {
  const id = await enqueue("sample", { maxAttempts: 1, dedupe: "replayed" });
  const replay = async () => {
    const [row] = await sql<{ done: boolean }[]>`select public.job_replay(${id}) as done`;
    return row!.done;
  };
  assert.equal(await replay(), false);
  const [job] = await claim();
  await settle(job!, "retry", { error: "no" });
  assert.equal(await replay(), true);
  assert.equal(await replay(), false);
  const [again] = await claim();
  assert.equal(again!.attempts, 1);
  assert.equal(await settle(again!, "succeeded"), "succeeded");
  assert.equal(await replay(), false);
});

Deno.test("jobs: what a rolled-back transaction enqueued does not exist", async () => {
  await assert.rejects(
    sql.begin(async (transaction) => {
      const [row] = await transaction`select private.enqueue('sample', '{}', 'undone') as id`;
      assert.notEqual(row!["id"], null);
      throw new Error("undone");
    }),
    /undone/,
  );
  assert.deepEqual([...await claim()], []);
  assert.notEqual(await enqueue("sample", { dedupe: "undone" }), null);
});

Deno.test("jobs: a payload with secrets is forgotten on success alone", async () => {
  const id = await enqueue("sample");
  const [job] = await claim();
  await settle(job!, "retry", { forget: true });
  assert.deepEqual((await look(id!)).payload, { secret: true });
  await makeDue(id!);
  const [again] = await claim();
  await settle(again!, "succeeded", { forget: true });
  assert.deepEqual((await look(id!)).payload, {});
});

Deno.test("jobs: an outcome that is none of the three is refused", async () => {
  await enqueue("sample");
  const [job] = await claim();
  await assert.rejects(settle(job!, "done" as "succeeded"), { code: "23514" });
});
