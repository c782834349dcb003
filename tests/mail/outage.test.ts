/** Resend down or failing: nothing else notices, every mail waits and is sent once. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { type FlakyResend, startFlakyResend } from "../support/flaky-resend.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { call } from "../support/stack.ts";
import { freshAddress, signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let resend: FlakyResend;
let own: OwnStack;
let sql: Sql;
Deno.test.beforeAll(async () => {
  resend = await startFlakyResend();
  // Without the schedule a job is tried when a test says so.
  own = await startOwnStack({ functionsEnv: { RESEND_BASE_URL: resend.url }, schedule: false });
  sql = connect(own.at);
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await own?.[Symbol.asyncDispose]();
  await resend?.stop();
});

interface Job {
  id: number;
  state: string;
  attempts: number;
  last_error: string | null;
  /** Seconds until it is tried again. */
  wait: number;
}

/** The job of a mail, once `ready`. */
function mailJob(userId: string, what: string, ready: (job: Job) => boolean): Promise<Job> {
  return waitFor(what, async () => {
    const [job] = await sql<Job[]>`
      select id::int, state, attempts, last_error,
        extract(epoch from run_at - now())::float8 as wait
      from private.jobs
      where kind = 'mail_send' and strpos(dedupe_key, ${userId}) > 0 and locked_until is null`;
    return job !== undefined && ready(job) && job;
  });
}

/** What is due is tried: the wake that follows a sign-up is given up by a busy machine. */
async function runJobs(): Promise<void> {
  const run = await call("POST", "jobs-run", { on: own.at, key: own.at.secretKey, body: {} });
  assert.equal(run.status, 200);
}

/** Lets a waiting job be due now instead of after its pause. */
async function hasten(id: number): Promise<void> {
  await sql`update private.jobs set run_at = now() where id = ${id} and state = 'pending'`;
  await runJobs();
}

function acceptedFor(address: string): number {
  return [...resend.accepted.values()].filter((sent) => sent.to === address).length;
}

function sendingsTo(address: string) {
  return resend.tried.filter((sending) => sending.to === address);
}

// A test that fails must not leave the others without a Resend.
Deno.test.afterEach(() => {
  resend.down = false;
});

Deno.test("Resend down: sign-up and log-in work, the mail waits with backoff and its error, then goes once", async () => {
  resend.down = true;
  const user = await signUp({ on: own.at });
  const { email, password } = user;
  const login = await call("POST", "auth-login", { on: own.at, body: { email, password } });
  assert.equal(login.status, 200);
  await runJobs();

  const first = await mailJob(user.id, "a failed attempt", (job) => job.last_error !== null);
  assert.equal(first.attempts, 1);
  assert.equal(first.state, "pending");
  assert.match(first.last_error!, /^application_error \(no answer\)/);
  // How long is left depends on when one looks; it is never more than the pause.
  assert.ok(first.wait <= 3, `tried again after ${first.wait} s`);
  await hasten(first.id);
  const second = await mailJob(user.id, "a second attempt", (job) => job.attempts === 2);
  assert.ok(second.wait <= 6, `tried again after ${second.wait} s`);

  resend.down = false;
  await hasten(second.id);
  await mailJob(user.id, "the mail to go", (job) => job.state === "succeeded");
  const sendings = sendingsTo(email);
  assert.equal(sendings.length, 3);
  assert.equal(new Set(sendings.map((sending) => sending.key)).size, 1);
  assert.equal(new Set(sendings.map((sending) => sending.body)).size, 1);
  assert.equal(acceptedFor(email), 1);
});

Deno.test("Resend failing in every way at first: one accepted mail, Retry-After is kept, no address in errors", async () => {
  const email = freshAddress();
  resend.fail(email, [
    "closed",
    { status: 500 },
    { status: 429, name: "rate_limit_exceeded", headers: { "retry-after": "120" } },
    { status: 403, name: "invalid_api_key" },
    "lost",
  ]);
  const made = await call("POST", "auth-signup", {
    on: own.at,
    body: { email, password: "correct horse battery", name: "Zoé", locale: "fr" },
  });
  assert.equal(made.status, 201);
  const { id } = made.body.user;
  await runJobs();
  let job = await mailJob(id, "the first attempt", (job) => job.last_error !== null);
  const errors: string[] = [];
  while (job.state === "pending") {
    errors.push(job.last_error!);
    if (/429/.test(job.last_error!)) {
      assert.ok(job.wait > 60 && job.wait <= 120, `waits ${job.wait} s`);
    }
    const { attempts } = job;
    await hasten(job.id);
    job = await mailJob(id, `attempt ${attempts + 1}`, (job) => job.attempts > attempts);
  }
  assert.equal(job.state, "succeeded", job.last_error ?? "");
  assert.deepEqual(
    errors.map((error) => /\((.*?)\)/.exec(error)?.[1]),
    ["no answer", "500", "429", "403", "no answer"],
  );
  assert.equal(errors.join().includes(email), false);
  assert.equal(acceptedFor(email), 1);
});

Deno.test("Resend refuses a mail for good: the job is a dead letter, and a replay sends it", async () => {
  const email = freshAddress();
  resend.fail(email, [{ status: 422, name: "validation_error" }]);
  const made = await call("POST", "auth-signup", {
    on: own.at,
    body: { email, password: "correct horse battery", name: "Zoé" },
  });
  const { id } = made.body.user;
  await runJobs();
  const dead = await mailJob(id, "a dead letter", (job) => job.state === "dead");
  assert.equal(dead.attempts, 1);
  assert.match(dead.last_error!, /422/);
  assert.equal(dead.last_error!.includes(email), false);
  const [replayed] = await sql`select public.job_replay(${dead.id}) as done`;
  assert.equal(replayed?.["done"], true);
  await hasten(dead.id);
  await mailJob(id, "the replayed mail to go", (job) => job.state === "succeeded");
  assert.equal(acceptedFor(email), 1);
});

Deno.test("mails of other users do not wait for one that fails", async () => {
  const [stuck, fine] = [freshAddress(), freshAddress()];
  resend.fail(stuck, Array.from({ length: 30 }, () => ({ status: 500 })));
  const signUps = await Promise.all([stuck, fine].map((email) =>
    call("POST", "auth-signup", {
      on: own.at,
      body: { email, password: "correct horse battery", name: "Zoé" },
    })
  ));
  await runJobs();
  await mailJob(signUps[1]!.body.user.id, "the other mail", (job) => job.state === "succeeded");
  assert.equal(acceptedFor(fine), 1);
});

Deno.test("after a restore: all mails since are listed, page by page, on from where it broke off, and no further", async () => {
  // A mail each twenty minutes for four days, of which two were lost.
  const hour = 3_600_000;
  resend.listed = Array.from({ length: 288 }, (_, at) => ({
    id: crypto.randomUUID(),
    to: [`reader-${at}@example.com`],
    created_at: new Date(Date.now() - (at * hour) / 3 - 60_000).toISOString(),
  }));
  const lastOfFirst = resend.listed[99]!.id;
  resend.failPage = { after: lastOfFirst, times: 1 };
  await sql`select private.restore_begin(now() - interval '48 hours', 'a test of a restore')`;
  const listing = (what: string, ready: (job: Job) => boolean) =>
    waitFor(what, async () => {
      const [job] = await sql<Job[]>`
        select id::int, state, attempts, last_error, 0 as wait from private.jobs
        where kind = 'restore_mails' and locked_until is null`;
      return job !== undefined && ready(job) && job;
    });
  // A wake of an earlier test may have tried it already; once more, and it is past the page that fails.
  await sql`update private.jobs set run_at = now() where kind = 'restore_mails' and attempts = 0`;
  await runJobs();
  const broken = await listing("the page that fails", (job) => job.last_error !== null);
  assert.match(broken.last_error!, /internal_server_error/);
  const noted = async () => (await sql`select from private.restore_mails`).count;
  assert.equal(await noted(), 100);
  await hasten(broken.id);
  await listing("the end of the list", (job) => job.state === "succeeded");
  assert.equal(await noted(), 48 * 3);
  assert.deepEqual(resend.pages, [null, lastOfFirst, lastOfFirst]);
});

Deno.test("Resend's keys come from the cause: another database's first mail is another mail", () => {
  for (const { key } of resend.accepted.values()) {
    assert.match(key, /^mail:welcome:[0-9a-f-]{36}$/);
  }
});
