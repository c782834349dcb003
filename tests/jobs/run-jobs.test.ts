/** Working the queue off, with kinds of the test's own: the real SQL over the real API. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { type JobKind, jobKind, succeeded } from "../../supabase/functions/_shared/jobs/kind.ts";
import { runJobs } from "../../supabase/functions/_shared/jobs/run.ts";
import { connect } from "../support/connect.ts";
import { nobody, type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { anonymous, call, type Client, operator, type StackAddress } from "../support/stack.ts";
import { freshAddress } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let own: OwnStack;
let on: StackAddress;
let sql: Sql;
let admin: Client;

Deno.test.beforeAll(async () => {
  // Without Stripe there are no events, whose handling would wake other workers.
  own = await startOwnStack({ schedule: false, functionsEnv: { STRIPE_API_URL: nobody } });
  on = own.at;
  sql = connect(on);
  admin = operator(on);
  await quiet();
});
// Nothing may be left that another test's workers would take.
Deno.test.afterEach(async () => {
  await sql`delete from private.jobs where kind like 'test_%'`;
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await own?.[Symbol.asyncDispose]();
});

async function quiet(): Promise<void> {
  await waitFor("the queue to be empty", async () => {
    return (await sql`select from private.jobs where state = 'pending'`).length === 0;
  });
}

interface Job {
  id: number;
  state: string;
  attempts: number;
  last_error: string | null;
  payload: unknown;
  wait: number;
}

async function enqueue(kind: string, payload: unknown = {}, maxAttempts = 20): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    select private.enqueue(${kind}, ${sql.json(payload as never)}, null, null,
      ${maxAttempts}::smallint)::int as id`;
  return row!.id;
}

async function job(id: number): Promise<Job> {
  const [row] = await sql<Job[]>`
    select id::int, state, attempts::int, last_error, payload,
      extract(epoch from run_at - now())::float as wait
    from private.jobs where id = ${id}`;
  return row!;
}

/** A kind that does as told; the payload is any object. */
function kind(handle: JobKind["handle"], changes: Partial<JobKind> = {}): JobKind {
  return {
    ...jobKind({ schema: z.looseObject({}), timeoutMs: 5_000, handle: handle as never }),
    ...changes,
  };
}

Deno.test("a handler that throws is tried again later, and the error is kept", async () => {
  const id = await enqueue("test_throws");
  const tally = await runJobs({
    test_throws: kind(() => Promise.reject(new Error("the provider said no to ada@example.com"))),
  }, admin);
  deepStrictEqual(tally, { claimed: 1, succeeded: 0, failed: 1 });
  const { state, attempts, last_error, wait } = await job(id);
  deepStrictEqual([state, attempts], ["pending", 1]);
  match(last_error!, /the provider said no/);
  ok(!last_error!.includes("ada@example.com"), "without addresses");
  ok(wait > 0 && wait <= 3, `after 2 s, give or take half: ${wait}`);
});

Deno.test("an error with what Postgres cannot hold is kept without it, and holds up nobody's result", async () => {
  const hostile = await enqueue("test_hostile");
  const good = await enqueue("test_good");
  const tally = await runJobs({
    test_hostile: kind(() => Promise.reject(new Error("no\0 \ud800 way"))),
    test_good: kind(() => Promise.resolve(succeeded)),
  }, admin);
  deepStrictEqual(tally, { claimed: 2, succeeded: 1, failed: 1 });
  strictEqual((await job(hostile)).last_error, "Error: no \ufffd way");
  strictEqual((await job(good)).state, "succeeded");
});

Deno.test("a provider that asks for half a second, or for a hundred years, holds up nobody's result", async () => {
  const soon = await enqueue("test_soon");
  const never = await enqueue("test_never");
  const good = await enqueue("test_good");
  const later = (afterSeconds: number) =>
    kind(() => Promise.resolve({ outcome: "retry", reason: "busy", afterSeconds }));
  const tally = await runJobs({
    test_soon: later(0.5),
    test_never: later(3e9),
    test_good: kind(() => Promise.resolve(succeeded)),
  }, admin);
  deepStrictEqual(tally, { claimed: 3, succeeded: 1, failed: 2 });
  strictEqual((await job(good)).state, "succeeded");
  const [first, second] = [await job(soon), await job(never)];
  deepStrictEqual([first.state, second.state], ["pending", "pending"]);
  ok(first.wait <= 1, `${first.wait}`);
  ok(second.wait > 23 * 60 * 60 && second.wait <= 24 * 60 * 60, `${second.wait}`);
});

Deno.test("retries come later each time, as late as the provider asks, and end in a dead letter", async () => {
  const id = await enqueue("test_retry", {}, 3);
  const kinds = {
    test_retry: kind(() => Promise.resolve({ outcome: "retry", reason: "busy", afterSeconds: 90 })),
  };
  for (let attempt = 1; attempt <= 3; attempt++) {
    await sql`update private.jobs set run_at = now() where id = ${id}`;
    await runJobs(kinds, admin);
    const { state, attempts, wait } = await job(id);
    deepStrictEqual([state, attempts], [attempt < 3 ? "pending" : "dead", attempt]);
    if (attempt < 3) ok(wait > 80 && wait <= 90, `${wait}`);
  }
  strictEqual((await job(id)).last_error, "busy");

  // A person replays it, and it succeeds.
  strictEqual((await admin.rpc("job_replay", { job_id: id })).data, true);
  await runJobs({ test_retry: kind(() => Promise.resolve(succeeded)) }, admin);
  deepStrictEqual([(await job(id)).state, (await job(id)).attempts], ["succeeded", 1]);
  strictEqual((await admin.rpc("job_replay", { job_id: id })).data, false);
});

Deno.test("what cannot succeed is dead at once: an unknown kind, a payload that is not the kind's, fatal", async () => {
  const unknown = await enqueue("test_unknown");
  const invalid = await enqueue("test_strict", { to: 7 });
  const fatal = await enqueue("test_fatal");
  const tally = await runJobs({
    test_strict: jobKind({
      schema: z.object({ to: z.string() }),
      timeoutMs: 1_000,
      handle: () => Promise.resolve(succeeded),
    }),
    test_fatal: kind(() => Promise.resolve({ outcome: "fatal", reason: "refused for good" })),
  }, admin);
  deepStrictEqual(tally, { claimed: 3, succeeded: 0, failed: 3 });
  for (
    const [id, why] of [
      [unknown, /no handler for kind test_unknown/],
      [invalid, /invalid payload/],
      [fatal, /refused for good/],
    ] as const
  ) {
    const { state, last_error } = await job(id);
    strictEqual(state, "dead");
    match(last_error!, why);
  }
});

Deno.test("a handler that takes too long is given up and tried again", async () => {
  const id = await enqueue("test_hangs");
  let told = false;
  await runJobs({
    test_hangs: kind((context) =>
      new Promise((_, reject) => {
        context.signal.addEventListener("abort", () => {
          told = true;
          reject(context.signal.reason);
        });
      }), { timeoutMs: 200 }),
  }, admin);
  deepStrictEqual([told, (await job(id)).state], [true, "pending"]);
  match((await job(id)).last_error!, /timed? ?out/i);
});

Deno.test("a payload that must be forgotten is emptied on success, and kept for a retry", async () => {
  const id = await enqueue("test_secret", { link: "https://example.com/?token=1" });
  const secret = (end: JobKind["handle"]) => ({ test_secret: kind(end, { forgetPayload: true }) });
  await runJobs(secret(() => Promise.reject(new Error("not yet"))), admin);
  deepStrictEqual((await job(id)).payload, { link: "https://example.com/?token=1" });
  await sql`update private.jobs set run_at = now() where id = ${id}`;
  await runJobs(secret(() => Promise.resolve(succeeded)), admin);
  deepStrictEqual((await job(id)).payload, {});
});

Deno.test("a slow job holds up nobody", async () => {
  const release = Promise.withResolvers<void>();
  const slow = await enqueue("test_slow");
  const quick = await Promise.all(Array.from({ length: 35 }, () => enqueue("test_quick")));
  let done = 0;
  const run = runJobs({
    test_slow: kind(async () => {
      await release.promise;
      return succeeded;
    }),
    test_quick: kind(() => {
      done++;
      return Promise.resolve(succeeded);
    }),
  }, admin);
  try {
    await waitFor("the quick ones to be done", () => Promise.resolve(done === quick.length));
    strictEqual((await job(slow)).state, "pending");
    // What comes meanwhile is taken as soon as anything ends, by this worker or another.
  } finally {
    release.resolve();
  }
  deepStrictEqual(await run, { claimed: 36, succeeded: 36, failed: 0 });
});

Deno.test("four workers at once run each of 120 jobs once", async () => {
  const numbers = Array.from({ length: 120 }, (_, index) => index);
  await Promise.all(numbers.map((number) => enqueue("test_once", { number })));
  const ran: number[] = [];
  const kinds = {
    test_once: kind((_, payload) => {
      ran.push((payload as { number: number }).number);
      return Promise.resolve(succeeded);
    }),
  };
  const tallies = await Promise.all(Array.from({ length: 4 }, () => runJobs(kinds, admin)));
  deepStrictEqual(ran.toSorted((a, b) => a - b), numbers);
  strictEqual(tallies.reduce((sum, { succeeded }) => sum + succeeded, 0), 120);
});

Deno.test("a worker whose lease ran out has no say any more", async () => {
  const id = await enqueue("test_lease");
  const release = Promise.withResolvers<void>();
  let started = false;
  const late = runJobs({
    test_lease: kind(async () => {
      started = true;
      await release.promise;
      return { outcome: "fatal", reason: "the late one" };
    }),
  }, admin);
  await waitFor("the first worker to begin", () => Promise.resolve(started));
  await sql`update private.jobs set locked_until = now() - interval '1 second' where id = ${id}`;
  await runJobs({ test_lease: kind(() => Promise.resolve(succeeded)) }, admin);
  release.resolve();
  await late;
  const { state, attempts, last_error } = await job(id);
  deepStrictEqual([state, attempts, last_error], ["succeeded", 2, null]);
});

Deno.test("a worker that died in the last attempt leaves a dead letter, not a job for ever", async () => {
  const id = await enqueue("test_died", {}, 1);
  await sql`update private.jobs set attempts = 1, locked_until = now() - interval '1 second'
            where id = ${id}`;
  const tally = await runJobs({ test_died: kind(() => Promise.resolve(succeeded)) }, admin);
  strictEqual(tally.claimed, 0);
  const { state, last_error } = await job(id);
  strictEqual(state, "dead");
  match(last_error!, /worker died/);
});

Deno.test("jobs-run answers what it did, to holders of the secret key alone", async () => {
  // Straight by Auth: its trigger enqueues a customer and a mail, and nobody wakes a worker. There is no
  // Stripe here to make the customer.
  const { data } = await anonymous(on).auth.signUp({
    email: freshAddress(),
    password: crypto.randomUUID(),
  });
  await sql`delete from private.jobs where kind = 'stripe_customer_create'`;
  const id = await enqueue("test_nobody_knows");
  const run = (options: Parameters<typeof call>[2]) =>
    call("POST", "jobs-run", { on, body: {}, ...options });
  for (
    const [who, answer] of [
      ["nobody", await run({ key: null })],
      ["a publishable key", await run({})],
      ["a user", await run({ token: data.session!.access_token })],
      ["a wrong secret", await run({ key: "sb_secret_wrong" })],
    ] as const
  ) {
    strictEqual(answer.status, 401, who);
  }
  strictEqual((await job(id)).attempts, 0);

  const answer = await run({ key: on.secretKey });
  strictEqual(answer.status, 200);
  const { claimed, succeeded: good, failed } = answer.body;
  deepStrictEqual([claimed, good, failed], [2, 1, 1]);
  strictEqual((await job(id)).state, "dead");
  await quiet();
  deepStrictEqual((await run({ key: on.secretKey })).body, { claimed: 0, succeeded: 0, failed: 0 });
});
