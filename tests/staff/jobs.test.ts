/** The queue as staff work with it: dead letters are seen, retried and discarded, each with a reason. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { call } from "../support/stack.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let sql: Sql;
let staff: TestUser;
Deno.test.beforeAll(async () => {
  sql = connect();
  staff = await signUpStaff();
});
Deno.test.afterAll(async () => {
  await sql?.end();
});

const reason = "seen with the provider's support";
const list = (query: Record<string, string>) =>
  call("GET", `jobs?${new URLSearchParams(query)}`, { token: staff.token });
const decide = (body: Record<string, unknown>) =>
  call("POST", "jobs", { token: staff.token, body: { reason, ...body } });

/** A job of a kind of the test's own, as it stands after `state`. */
async function job(kind: string, state: string, changes: Record<string, unknown> = {}) {
  const [row] = await sql<{ id: number }[]>`
    insert into private.jobs ${
    sql({
      kind,
      state,
      attempts: state === "dead" ? 20 : 0,
      run_at: new Date(),
      finished_at: state === "dead" ? new Date() : null,
      ...changes,
    } as never)
  } returning id::int`;
  return row!.id;
}

const later = () => new Date(Date.now() + 3_600_000);
const ofKind = async (kind: string) =>
  Object.fromEntries(
    (await list({ kind })).body.jobs.map((
      one: { id: number; state: string },
    ) => [one.id, one.state]),
  );

Deno.test("jobs: dead, running and waiting ones are told apart, filtered and paged", async () => {
  const kind = `test_${crypto.randomUUID()}`;
  const dead = await job(kind, "dead", { last_error: "refused for good" });
  const running = await job(kind, "pending", { locked_until: later(), attempts: 1 });
  const waiting = await job(kind, "pending", { run_at: later() });
  deepStrictEqual(await ofKind(kind), {
    [dead]: "dead",
    [running]: "running",
    [waiting]: "waiting",
  });
  for (const [id, state] of [[dead, "dead"], [running, "running"], [waiting, "waiting"]] as const) {
    const { jobs, next_cursor } = (await list({ kind, state })).body;
    deepStrictEqual([jobs.map((one: { id: number }) => one.id), next_cursor], [[id], null]);
  }
  const first = (await list({ kind, page_size: "2" })).body;
  const second = (await list({ kind, page_size: "2", cursor: first.next_cursor })).body;
  deepStrictEqual(
    [...first.jobs, ...second.jobs].map((one: { id: number }) => one.id),
    [waiting, running, dead],
  );
  strictEqual(second.jobs[0].last_error, "refused for good");
  await decide({ action: "discard", filter: { kind } });
  await sql`delete from private.jobs where kind = ${kind}`;
});

Deno.test("jobs: a mail's links are not shown, since who reads them could sign in as somebody else", async () => {
  const kind = `test_${crypto.randomUUID()}`;
  const payload = {
    template: "recovery",
    to: "ada@example.com",
    user_id: staff.id,
    props: { url: "https://example.com/verify?token=secret" },
    redirect_to: "https://example.com/?token=secret",
  };
  await job(kind, "dead", { payload: sql.json(payload) });
  const { body } = await list({ kind });
  deepStrictEqual(body.jobs[0].payload, {
    template: "recovery",
    to: "ada@example.com",
    user_id: staff.id,
    props: "[hidden]",
    redirect_to: "[hidden]",
  });
  await sql`delete from private.jobs where kind = ${kind}`;
});

Deno.test("jobs: a retried dead letter runs again; one that is discarded keeps its cause and is no dead letter", async () => {
  const kind = `test_${crypto.randomUUID()}`;
  const retried = await job(kind, "dead", { dedupe_key: "a" });
  const discarded = await job(kind, "dead", { dedupe_key: "b" });
  const running = await job(kind, "pending", { locked_until: later(), attempts: 1 });
  const answer = await decide({ action: "retry", ids: [retried, running, 999_999_999_999] });
  deepStrictEqual(answer.body, { changed: [{ id: retried, state_before: "dead" }] });
  // Nobody handles this kind, so it dies anew: it has run.
  await waitFor("it to run", async () => {
    const [row] = await sql`
      select from private.jobs where id = ${retried} and last_error like 'no handler%'`;
    return row;
  });
  const gone = await decide({ action: "discard", ids: [discarded, running] });
  deepStrictEqual(gone.body, { changed: [{ id: discarded, state_before: "dead" }] });
  const [row] = await sql`select state, note, dedupe_key from private.jobs where id = ${discarded}`;
  deepStrictEqual({ ...row }, { state: "discarded", note: reason, dedupe_key: "b" });
  const [again] = await sql`select private.enqueue(${kind}, '{}', 'b') as id`;
  strictEqual(again!["id"], null, "its cause has been dealt with");
  const noted = await sql<{ target: string; actor_kind: string; reason: string }[]>`
    select target, actor_kind, reason from public.audit_log
    where action in ('jobs.retry', 'jobs.discard') and target in (${retried}, ${discarded})
    order by id`;
  deepStrictEqual(noted.map((one) => ({ ...one })), [
    { target: String(retried), actor_kind: "staff", reason },
    { target: String(discarded), actor_kind: "staff", reason },
  ]);
  // A slip is undone.
  deepStrictEqual((await decide({ action: "retry", ids: [discarded] })).body, {
    changed: [{ id: discarded, state_before: "discarded" }],
  });
  await sql`delete from private.jobs where kind = ${kind}`;
});

Deno.test("jobs: a filter changes no more than `most`, and two who discard at once change each job once", async () => {
  const kind = `test_${crypto.randomUUID()}`;
  for (let index = 0; index < 6; index++) await job(kind, "dead");
  const some = await decide({ action: "discard", filter: { kind, state: "dead" }, most: 2 });
  strictEqual(some.body.changed.length, 2);
  const both = await Promise.all([1, 2].map(() => decide({ action: "discard", filter: { kind } })));
  strictEqual(both.flatMap(({ body }) => body.changed).length, 4);
  await sql`delete from private.jobs where kind = ${kind}`;
});

Deno.test("jobs: a filter passes over what has succeeded, and a retry over what was discarded", async () => {
  const kind = `test_${crypto.randomUUID()}`;
  const dead = await job(kind, "dead");
  const discarded = await job(kind, "dead");
  await decide({ action: "discard", ids: [discarded] });
  for (let index = 0; index < 3; index++) {
    await job(kind, "succeeded", { finished_at: new Date() });
  }
  const retried = await decide({ action: "retry", filter: { kind }, most: 1 });
  deepStrictEqual(retried.body.changed, [{ id: dead, state_before: "dead" }]);
  const named = { kind, state: "discarded" };
  deepStrictEqual((await decide({ action: "retry", filter: named, most: 1 })).body.changed, [
    { id: discarded, state_before: "discarded" },
  ]);
  await sql`delete from private.jobs where kind = ${kind}`;
});

Deno.test("jobs: the RPCs ask for staff themselves, and for a reason", async () => {
  const user = await signUp();
  const decideAs = (staff: string, why: string | null) =>
    sql`select public.staff_jobs_decide(${staff}, ${why}, 'retry', array[1], '{}', 1)`.then(
      () => "done",
      (error) => error.message,
    );
  strictEqual(await decideAs(user.id, reason), "forbidden");
  strictEqual(await decideAs(staff.id, null), "invalid_body");
  strictEqual(await decideAs(staff.id, "why"), "invalid_body");
  strictEqual(await decideAs(staff.id, reason), "done");
});

Deno.test("staff read what members read, and write none of it", async () => {
  const user = await signUp({ name: "Somebody else" });
  const { data } = await staff.client.from("profiles").select("name").eq("id", user.id);
  deepStrictEqual(data, [{ name: "Somebody else" }]);
  const changed = await staff.client.from("profiles").update({ name: "X" }).eq("id", user.id)
    .select();
  deepStrictEqual(changed.data, []);
});
