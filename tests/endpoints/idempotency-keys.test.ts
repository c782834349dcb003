/**
 * What a key does over time, shown by the fixture's `keyed`, whose work can be held, failed and counted;
 * then the same rules by the RPCs alone. Time is moved in the key's row.
 */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { stack } from "../support/stack.ts";
import { type Fault, type FaultyProxy, startFaultyProxy } from "../support/faulty-proxy.ts";
import { waitFor } from "../support/wait.ts";
import { type Fixture, startFixture } from "./suite/fixture.ts";

const sql = connect();
let fixture: Fixture;
/** The way of its functions to the database. */
let way: FaultyProxy;
Deno.test.beforeAll(async () => {
  way = await startFaultyProxy();
  way.forwardTo(stack.url);
  fixture = await startFixture(way.url);
});
Deno.test.afterEach(() => way.mendAll());
Deno.test.afterAll(async () => {
  await fixture?.stop();
  await way?.[Symbol.asyncDispose]();
  await sql.end();
});

interface Work {
  wait?: boolean;
  failures?: number;
  refusal?: string;
}

/** One user's work under one key. */
async function keyedWork(work: Work = {}) {
  const name = crypto.randomUUID();
  const key = crypto.randomUUID();
  const token = await fixture.userToken();
  const request = async (method: string, body: unknown, headers: Record<string, string> = {}) => {
    const reply = await fixture.fetch(
      new Request("http://functions/functions/v1/keyed", {
        method,
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    );
    return {
      status: reply.status,
      type: reply.headers.get("content-type"),
      replayed: reply.headers.get("idempotency-replayed") === "true",
      body: await reply.json(),
    };
  };
  const state = (release: boolean) => request("PUT", { work: name, release });
  return {
    key,
    run: (changes: Work = {}) =>
      request("POST", { work: name, ...work, ...changes }, {
        authorization: `Bearer ${token}`,
        "idempotency-key": key,
      }),
    executions: async () => (await state(false)).body.executions as number,
    /** Resolves when so many executions wait. */
    waiting: (count: number) =>
      waitFor("the work to wait", async () => (await state(false)).body.waiting === count),
    release: () => state(true),
  };
}

Deno.test("idempotency: while the first request runs, the second is 409; after it, it gets its reply", async () => {
  const work = await keyedWork({ wait: true });
  const first = work.run();
  await work.waiting(1);
  const meanwhile = await work.run();
  assert.deepEqual([meanwhile.status, meanwhile.body.code], [409, "idempotency_in_progress"]);
  const otherMeanwhile = await work.run({ refusal: "forbidden" });
  assert.deepEqual([otherMeanwhile.status, otherMeanwhile.body.code], [
    422,
    "idempotency_key_reused",
  ]);
  await work.release();
  const { status, body, replayed } = await first;
  assert.deepEqual([status, body.execution, replayed], [201, 1, false]);
  assert.deepEqual(await work.run(), { ...await first, replayed: true });
  assert.equal(await work.executions(), 1);
});

Deno.test("idempotency: a 5xx is not kept; the retry under the same key runs", async () => {
  const work = await keyedWork({ failures: 2 });
  assert.deepEqual([(await work.run()).status, (await work.run()).status], [502, 502]);
  const third = await work.run();
  assert.deepEqual([third.status, third.body.execution, third.replayed], [201, 3, false]);
  const fourth = await work.run();
  assert.deepEqual([fourth.status, fourth.body.execution, fourth.replayed], [201, 3, true]);
});

Deno.test("idempotency: a refusal is kept, as problem+json; one that says Retry-After is not", async () => {
  const kept = await keyedWork({ refusal: "forbidden" });
  const first = await kept.run();
  const second = await kept.run();
  assert.deepEqual([first.status, second.status, second.replayed], [403, 403, true]);
  assert.deepEqual([second.type, second.body], ["application/problem+json", first.body]);
  assert.equal(await kept.executions(), 1);

  const temporary = await keyedWork({ refusal: "subscription_pending" });
  await temporary.run();
  assert.deepEqual([(await temporary.run()).replayed, await temporary.executions()], [false, 2]);
});

Deno.test("idempotency: when the lease has run out, a retry takes over, and the late first one changes nothing", async () => {
  const work = await keyedWork({ wait: true });
  const first = work.run();
  await work.waiting(1);
  await sql`update private.idempotency_keys set locked_until = now() - interval '1 second'
    where key = ${work.key}`;
  const second = work.run();
  await work.waiting(2);
  // The first one ends while the second holds the key.
  await work.release();
  assert.equal((await first).body.execution, 1);
  assert.equal((await work.run()).body.code, "idempotency_in_progress");
  await work.release();
  assert.equal((await second).body.execution, 2);
  const later = await work.run();
  assert.deepEqual([later.body.execution, later.replayed], [2, true]);
});

Deno.test("idempotency: after 24 hours the key is free, also for another body", async () => {
  const work = await keyedWork();
  await work.run();
  await sql`update private.idempotency_keys set created_at = now() - interval '24 hours 1 second'
    where key = ${work.key}`;
  const next = await work.run({ refusal: "forbidden" });
  assert.deepEqual([next.status, next.replayed, await work.executions()], [403, false, 2]);
});

/** Loses the database at one RPC, so many times. */
const lose = (rpc: "begin" | "end", kind: "unreachable" | "answer lost", times: number) =>
  way.breakCalls({ path: new RegExp(`/rpc/idempotency_${rpc}$`) }, { kind } as Fault, times);

/** Repeats a request until it is no longer told to wait, as a client does; well before the lease of 150 s ends. */
const insist = (work: Awaited<ReturnType<typeof keyedWork>>) =>
  waitFor("the key to be free", async () => {
    const reply = await work.run();
    return reply.status < 400 && reply;
  }, 60);

Deno.test("idempotency: a key whose claim nobody heard of, because the database went away, does not block the retry", async () => {
  const work = await keyedWork();
  lose("begin", "answer lost", 3);
  assert.deepEqual((await work.run()).body.code, "database_unavailable");
  assert.equal((await insist(work)).body.execution, 1);
});

Deno.test("idempotency: a key that could not be freed, because the database was away, is freed when it is back", async () => {
  const work = await keyedWork({ failures: 1 });
  lose("end", "unreachable", 6);
  assert.equal((await work.run()).status, 502);
  assert.equal((await insist(work)).body.execution, 2);
});

Deno.test("idempotency: what was done is answered, and kept when the database is back", async () => {
  const work = await keyedWork();
  lose("end", "unreachable", 6);
  const first = await work.run();
  assert.deepEqual([first.status, first.body.execution], [201, 1]);
  const { body, replayed } = await insist(work);
  assert.deepEqual([body, replayed, await work.executions()], [first.body, true, 1]);
});

interface Begun {
  outcome: string;
  attempt?: string;
  status?: number;
  reply?: unknown;
  subject?: string | null;
}

/** The RPCs for one key of a caller of the test's own. */
function keyAtRpc(caller = `test:${crypto.randomUUID()}`, endpoint = "POST x", key = "k") {
  return {
    caller,
    async begin(hash = "a", leaseSeconds = 60): Promise<Begun> {
      const [row] = await sql<[{ begun: Begun }]>`
        select public.idempotency_begin(${caller}, ${endpoint}, ${key}, ${hash}, ${leaseSeconds}) as begun`;
      return row.begun;
    },
    async note(attempt: string, subject: string): Promise<boolean> {
      const [row] = await sql<[{ noted: boolean }]>`
        select public.idempotency_note_subject(${caller}, ${endpoint}, ${key}, ${attempt}, ${subject})
          as noted`;
      return row.noted;
    },
    async end(attempt: string, status: number | null, reply: unknown = null): Promise<boolean> {
      const [row] = await sql<[{ ended: boolean }]>`
        select public.idempotency_end(${caller}, ${endpoint}, ${key}, ${attempt}, ${status}::smallint,
          ${sql.json(reply as never)}) as ended`;
      return row.ended;
    },
  };
}

Deno.test("idempotency_begin: of 20 at once one starts", async () => {
  const { begin } = keyAtRpc();
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, async () => (await begin()).outcome),
  );
  assert.equal(outcomes.filter((one) => one === "started").length, 1);
  assert.equal(outcomes.filter((one) => one === "in_progress").length, 19);
});

Deno.test("idempotency_begin: caller, endpoint and key each make another key", async () => {
  const first = keyAtRpc();
  await first.begin();
  for (
    const other of [
      keyAtRpc(),
      keyAtRpc(first.caller, "POST y"),
      keyAtRpc(first.caller, "POST x", "K"),
    ]
  ) {
    assert.equal((await other.begin("another body")).outcome, "started");
  }
});

Deno.test("idempotency_begin: a lease that ran out is taken over by the same request only", async () => {
  const { begin, end } = keyAtRpc();
  const first = await begin("a", 0);
  assert.equal((await begin("b")).outcome, "mismatch");
  const second = await begin("a");
  assert.equal(second.outcome, "started");
  assert.equal(await end(first.attempt!, 200, { by: "first" }), false);
  assert.equal(await end(first.attempt!, null), false);
  assert.equal((await begin("a")).outcome, "in_progress");
  assert.equal(await end(second.attempt!, 201, { by: "second" }), true);
  assert.deepEqual(await begin("a"), { outcome: "replay", status: 201, reply: { by: "second" } });
});

Deno.test("idempotency_end: without a status the key is free again; a kept reply stays as it is", async () => {
  const { begin, end } = keyAtRpc();
  const first = await begin();
  assert.equal(await end(first.attempt!, null), true);
  const second = await begin("another body");
  assert.equal(second.outcome, "started");
  assert.equal(await end(second.attempt!, 200, { first: true }), true);
  assert.equal(await end(second.attempt!, 500, { first: false }), false);
  assert.equal(await end(second.attempt!, null), false);
  assert.deepEqual((await begin("another body")).reply, { first: true });
});

Deno.test("idempotency_note_subject: the next attempt gets it, whether the first gave up or died; nobody else takes the key", async () => {
  const { begin, end, note } = keyAtRpc();
  const first = await begin("a", 60);
  assert.equal(first.subject, null);
  assert.equal(await note(first.attempt!, "one"), true);
  assert.equal(await end(first.attempt!, null), true);
  assert.equal((await begin("b")).outcome, "mismatch");
  const second = await begin("a", 0);
  assert.deepEqual([second.outcome, second.subject], ["started", "one"]);
  const third = await begin("a");
  assert.deepEqual([third.outcome, third.subject], ["started", "one"]);
  assert.equal(await note(second.attempt!, "two"), false, "another attempt has taken over");
  assert.equal(await end(second.attempt!, null), false);
  assert.equal(await end(third.attempt!, 200, { done: "one" }), true);
  assert.equal(await note(third.attempt!, "two"), false, "what has replied acts on nothing more");
  assert.deepEqual(await begin("a"), { outcome: "replay", status: 200, reply: { done: "one" } });
});

Deno.test("idempotency_note_subject: after 24 hours it is forgotten with its key", async () => {
  const { begin, end, note, caller } = keyAtRpc();
  const first = await begin();
  await note(first.attempt!, "one");
  await end(first.attempt!, null);
  await sql`update private.idempotency_keys set created_at = now() - interval '24 hours 1 second'
    where caller = ${caller}`;
  const next = await begin("b");
  assert.deepEqual([next.outcome, next.subject], ["started", null]);
});
