/** Rate limits and idempotency keys in Postgres, under concurrency. */
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

Deno.test("rate limit: 40 requests at once against a limit of 10 let 10 through", async () => {
  // A window so long that the test cannot straddle two.
  const hit = async () => {
    const [row] = await sql<{ hit: { allowed: boolean; retry_after_seconds: number } }[]>`
      select public.rate_limit_hit('crowd', 10, 1000000000) as hit`;
    return row!.hit;
  };
  const hits = await Promise.all(Array.from({ length: 40 }, hit));
  assert.equal(hits.filter((one) => one.allowed).length, 10);
  for (const one of hits) assert.ok(one.retry_after_seconds >= 1);
});

Deno.test("rate limit: keys do not share a window, and an earlier window does not count", async () => {
  await sql`
    insert into private.rate_limit_windows (key, window_start, hits)
    values ('mine', now() - interval '1 hour', 1000), ('other', now(), 1000)`;
  const [row] = await sql<{ hit: { allowed: boolean } }[]>`
    select public.rate_limit_hit('mine', 1, 60) as hit`;
  assert.equal(row!.hit.allowed, true);
});

interface Begun {
  outcome: "started" | "replay" | "in_progress" | "mismatch";
  attempt?: string;
  status?: number;
  reply?: unknown;
}

async function begin(key: string, options: { hash?: string; caller?: string } = {}) {
  const { hash = "hash", caller = "caller" } = options;
  const [row] = await sql<{ begun: Begun }[]>`
    select public.idempotency_begin(${caller}, 'endpoint', ${key}, ${hash}, 60) as begun`;
  return row!.begun;
}

async function end(key: string, attempt: string, status: number | null, reply: unknown = null) {
  const [row] = await sql<{ kept: boolean }[]>`
    select public.idempotency_end('caller', 'endpoint', ${key}, ${attempt}, ${status}::smallint,
      ${sql.json(reply as never)}) as kept`;
  return row!.kept;
}

Deno.test("idempotency: of 20 requests at once under one key one runs", async () => {
  const begun = await Promise.all(Array.from({ length: 20 }, () => begin("crowd")));
  assert.equal(begun.filter((one) => one.outcome === "started").length, 1);
  assert.equal(begun.filter((one) => one.outcome === "in_progress").length, 19);
});

Deno.test("idempotency: the kept reply is replayed to its caller and request alone", async () => {
  const { attempt } = await begin("kept");
  assert.equal(await end("kept", attempt!, 201, { id: 1 }), true);
  assert.deepEqual(await begin("kept"), { outcome: "replay", status: 201, reply: { id: 1 } });
  assert.equal((await begin("kept", { hash: "another" })).outcome, "mismatch");
  assert.equal((await begin("kept", { caller: "another" })).outcome, "started");
});

Deno.test("idempotency: a freed key runs again; a dead request's key is taken over, not kept by it", async () => {
  const first = await begin("freed");
  await end("freed", first.attempt!, null);
  const second = await begin("freed");
  assert.equal(second.outcome, "started");

  await sql`
    update private.idempotency_keys set locked_until = clock_timestamp() - interval '1 second'
    where key = 'freed'`;
  assert.equal((await begin("freed", { hash: "another" })).outcome, "mismatch");
  const third = await begin("freed");
  assert.equal(third.outcome, "started");
  assert.equal(await end("freed", second.attempt!, 200, "late"), false);
  assert.equal(await end("freed", third.attempt!, 200, "true"), true);
  assert.deepEqual(await begin("freed"), { outcome: "replay", status: 200, reply: "true" });
});

Deno.test("idempotency: after 24 hours a key is new, for another request too", async () => {
  const { attempt } = await begin("old");
  await end("old", attempt!, 200, {});
  await sql`
    update private.idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'`;
  assert.equal((await begin("old", { hash: "another" })).outcome, "started");
});
