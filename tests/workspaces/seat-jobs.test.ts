/** Which changes ask for a look at the seats, and that two jobs do not undo each other, in SQL. */
import assert from "node:assert/strict";
import { asServer } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { join, makeWorkspace } from "./team.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 8 });
  sql = database.sql;
  await sql`
    insert into public.plans (id, name, active, per_seat)
    values ('seats', 'Seats', true, true), ('flat', 'Flat', true, false)`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

async function subscribe(workspace: string, plan: string, quantity: number, end: string | null) {
  const id = `sub_${crypto.randomUUID()}`;
  await sql`
    insert into public.subscriptions (workspace_id, stripe_subscription_id, plan_id, status, quantity,
      currency, current_period_end, created_at)
    values (${workspace}, ${id}, ${plan}, 'active', ${quantity}, 'EUR', ${end}, now())`;
  return id;
}

const jobs = (workspace: string) =>
  sql<{ dedupe_key: string; run_at: Date; seq: number | null }[]>`
    select dedupe_key, run_at, (payload ->> 'seq')::int as seq from private.jobs
    where kind = 'seats_sync' and payload ->> 'workspace_id' = ${workspace} order by id`;

async function begin(workspace: string, seq: number | null) {
  const [row] = await asServer(sql, (call) =>
    call<{ begun: Record<string, unknown> }[]>`
      select public.seats_begin(${workspace}, ${seq}) as begun`);
  return row!.begun;
}

const end = (workspace: string, seq: number | null) =>
  asServer(sql, (call) => call`select public.seats_end(${workspace}, ${seq})`);

Deno.test("seats: a job for who comes beyond what is paid, none for who goes, and one before each renewal", async () => {
  const workspace = await makeWorkspace(sql, await insertUser(sql));
  await join(sql, workspace, "member");
  assert.deepEqual([...await jobs(workspace)], [], "without a plan by the seat");
  const periodEnd = "2030-01-01T00:00:00Z";
  const subscription = await subscribe(workspace, "seats", 3, periodEnd);
  const [renewal] = await jobs(workspace);
  assert.equal(renewal!.run_at.toISOString(), "2029-12-31T22:00:00.000Z");
  assert.equal(renewal!.seq, null);

  const third = await join(sql, workspace, "member"); // A seat that is paid for.
  assert.equal((await jobs(workspace)).length, 1);
  const fourth = await join(sql, workspace, "member");
  assert.equal((await jobs(workspace)).length, 2);
  for (const gone of [third, fourth]) {
    await sql`delete from public.workspace_members where user_id = ${gone} and workspace_id = ${workspace}`;
  }
  assert.equal((await jobs(workspace)).length, 2);

  // The same mirrored again asks for nothing; the next period for a look before its end.
  const mirror = (to: string) =>
    sql`
    update public.subscriptions set quantity = 3, current_period_end = ${to}
    where stripe_subscription_id = ${subscription}`;
  await mirror(periodEnd);
  assert.equal((await jobs(workspace)).length, 2);
  await mirror("2030-02-01T00:00:00Z");
  await mirror(periodEnd);
  await mirror("2030-02-01T00:00:00Z");
  assert.equal((await jobs(workspace)).length, 3);
});

Deno.test("seats: a plan that is not by the seat is left alone", async () => {
  const workspace = await makeWorkspace(sql, await insertUser(sql));
  await subscribe(workspace, "flat", 1, "2030-01-01T00:00:00Z");
  await join(sql, workspace, "member");
  assert.deepEqual([...await jobs(workspace)], []);
});

Deno.test("seats: a subscription that begins while somebody comes is not missed by both", async () => {
  await Promise.all(Array.from({ length: 8 }, async () => {
    const workspace = await makeWorkspace(sql, await insertUser(sql));
    const user = await insertUser(sql);
    await Promise.all([
      subscribe(workspace, "seats", 1, null),
      join(sql, workspace, "member", user),
    ]);
    assert.equal((await jobs(workspace)).length, 1);
  }));
});

Deno.test("seats: one job at a time a workspace, and one that was overtaken has nothing left to do", async () => {
  const workspace = await makeWorkspace(sql, await insertUser(sql));
  const subscription = await subscribe(workspace, "seats", 1, null);
  for (let more = 0; more < 3; more++) await join(sql, workspace, "member");
  assert.deepEqual((await jobs(workspace)).map(({ seq }) => seq), [1, 2, 3]);

  const first = await begin(workspace, 1);
  assert.equal(first["outcome"], "begun");
  assert.equal(first["seq"], 3);
  assert.equal(first["members"], 4);
  assert.equal(first["stripe_subscription_id"], subscription);
  assert.equal((await begin(workspace, 2))["outcome"], "busy");
  await end(workspace, null); // It failed: whoever tries again may begin at once.
  assert.equal((await begin(workspace, 1))["outcome"], "begun");
  await end(workspace, 3);
  for (const seq of [1, 2, 3]) assert.equal((await begin(workspace, seq))["outcome"], "done");
  assert.equal((await begin(workspace, null))["outcome"], "begun");
  // A worker that died holds nothing for good.
  await sql`
    update private.seat_syncs set locked_until = now() - interval '1 second'
    where workspace_id = ${workspace}`;
  assert.equal((await begin(workspace, null))["outcome"], "begun");
  assert.equal((await begin(crypto.randomUUID(), null))["outcome"], "done");
});
