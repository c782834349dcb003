/** What staff decide about those of a filter, repeated under its key after a lost answer: about the same ones. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { keyed } from "../support/repeating.ts";
import { call } from "../support/stack.ts";
import { signUpStaff, type TestUser } from "../support/users.ts";
import { webhookEndpoint } from "../support/webhook-endpoints.ts";

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

/** Sends it, loses the answer, and sends it again: both answers. */
async function twice(name: string, body: Record<string, unknown>) {
  const { send, loseReply } = keyed({ sql }, name, staff, { reason, ...body });
  const first = await send();
  strictEqual(first.status, 200, JSON.stringify(first.body));
  await loseReply();
  return { first: first.body, again: (await send()).body, send, loseReply };
}

/** Jobs of a kind of the test's own that wait for tomorrow. */
async function waitingJobs(count: number): Promise<string> {
  const kind = `test_${crypto.randomUUID()}`;
  await sql`
    insert into private.jobs (kind, run_at)
    select ${kind}, now() + interval '1 day' from generate_series(1, ${count})`;
  return kind;
}

Deno.test("jobs: the newest of a filter, discarded, and the answer lost: the repetition names the same and discards no more", async () => {
  const kind = await waitingJobs(5);
  const body = { action: "discard", filter: { kind }, most: 2 };
  const { first, again } = await twice("jobs", body);
  strictEqual(first.changed.length, 2);
  deepStrictEqual(again, first);
  // Another request means the next ones.
  const next = await call("POST", "jobs", { token: staff.token, body: { reason, ...body } });
  strictEqual(next.body.changed.length, 2);
  const [{ left }] = await sql<[{ left: number }]>`
    select count(*)::int as left from private.jobs where kind = ${kind} and state = 'pending'`;
  strictEqual(left, 1);
  await sql`delete from private.jobs where kind = ${kind}`;
});

Deno.test("jobs: one that was decided about otherwise since stays as it is", async () => {
  const kind = await waitingJobs(1);
  const { send, loseReply } = keyed({ sql }, "jobs", staff, {
    reason,
    action: "discard",
    filter: { kind },
  });
  const { body: { changed } } = await send();
  await loseReply();
  await sql`update private.jobs set state = 'pending', finished_at = null, run_at = now() + interval '1 day'
    where kind = ${kind}`;
  deepStrictEqual((await send()).body, { changed });
  const [row] = await sql`select state from private.jobs where kind = ${kind}`;
  strictEqual(row!["state"], "pending");
  await sql`delete from private.jobs where kind = ${kind}`;
});

Deno.test("jobs: who is no longer staff is refused at the repetition too", async () => {
  const kind = await waitingJobs(1);
  const former = await signUpStaff();
  const { send, loseReply } = keyed({ sql }, "jobs", former, {
    reason,
    action: "discard",
    filter: { kind },
  });
  await send();
  await loseReply();
  await sql`delete from private.staff where user_id = ${former.id}`;
  const again = await send();
  deepStrictEqual([again.status, again.body.code], [403, "forbidden"]);
  await sql`delete from private.jobs where kind = ${kind}`;
});

Deno.test("webhook-deliveries: the newest that failed, sent anew, and the answer lost: the repetition sends no more; a test is sent once", async () => {
  await using hook = await webhookEndpoint(sql, staff.id, ["webhook.ping"]);
  const endpoint_id = hook.id;
  const tested = await twice("webhook-deliveries", { action: "ping", endpoint_id });
  deepStrictEqual(tested.again, tested.first);
  strictEqual((await hook.deliveries()).length, 1);

  for (let n = 0; n < 3; n++) {
    await call("POST", "webhook-deliveries", {
      token: staff.token,
      body: { action: "ping", endpoint_id, reason },
    });
  }
  await sql`update public.webhook_deliveries set state = 'failed', finished_at = now()
    where endpoint_id = ${endpoint_id}`;
  const filter = { endpoint_id, state: "failed" };
  const { first, again } = await twice("webhook-deliveries", { action: "replay", filter, most: 2 });
  strictEqual(first.deliveries.length, 2);
  deepStrictEqual(again, first);
  const [{ replays }] = await sql<[{ replays: number }]>`
    select sum(replays)::int as replays from public.webhook_deliveries
    where endpoint_id = ${endpoint_id}`;
  strictEqual(replays, 2);
});

Deno.test("webhook-events: the newest of a filter, handled anew, and the answer lost: the repetition names the same", async () => {
  const type = `test.${crypto.randomUUID()}`;
  await sql`
    insert into private.webhook_events (provider, event_id, type, payload, discarded_at)
    select 'stripe', ${type} || n, ${type}, '{}', now() from generate_series(1, 3) as n`;
  const { first, again } = await twice("webhook-events", {
    filter: { type, state: "discarded" },
    most: 1,
  });
  strictEqual(first.replayed.length, 1);
  deepStrictEqual(again, first);
  await sql`delete from private.webhook_events where type = ${type}`;
});
