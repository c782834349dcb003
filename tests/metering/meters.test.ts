/** Meters in SQL: what passes, what is refused, what is counted; one after the other and all at once. */
import assert from "node:assert/strict";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { planOf, subscribed } from "../support/features.ts";
import { assertCountersAddUp, meterOf } from "../support/metering.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 12 });
  sql = database.sql;
  await planOf(sql, { id: "free", rank: 0, price: false, features: { calls: 10 } });
  await planOf(sql, { id: "basic", rank: 1, features: { calls: 100, tokens: 5 } });
  await planOf(sql, { id: "pro", rank: 2, features: { calls: null, tokens: 50 } });
  await sql`
    insert into private.plan_products (product_id, plan_id, record)
    values ('prod_basic', 'basic', '{"meters": {"calls": "socle_calls", "tokens": "socle_tokens"}}')`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});
Deno.test.afterEach(async () => {
  await assertCountersAddUp(sql);
  await atOffset("0 seconds");
  await access("full");
});

async function newWorkspace(plan?: string): Promise<string> {
  const user = await insertUser(sql);
  const [row] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${user}`;
  if (plan !== undefined) await subscribed(sql, row!.id, plan);
  return row!.id;
}

/** Moves the business clock. */
async function atOffset(offset: string): Promise<void> {
  await sql.unsafe(`
    create or replace function private.now() returns timestamptz language sql stable
    set search_path = '' as $$ select pg_catalog.now() + interval '${offset}' $$`);
}

async function access(kind: "full" | "read_only" | "locked"): Promise<void> {
  await sql.unsafe(`
    create or replace function private.workspace_access(workspace uuid) returns text
    language sql stable set search_path = '' as $$ select '${kind}' $$`);
}

Deno.test("meter: 100 parallel reserves against a balance of 1 give one success", async () => {
  const workspace = await newWorkspace();
  const calls = meterOf(sql, workspace, "calls");
  await calls.count(9);
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => calls.reserve(1, `call ${index}`)),
  );
  assert.equal(answers.filter(({ outcome }) => outcome === "reserved").length, 1);
  const refused = answers.filter(({ outcome }) => outcome === "refused");
  assert.equal(refused.length, 99);
  assert.ok(refused.every(({ reason }) => reason === "limit"));
  assert.deepEqual(await calls.counter(), { used: 9, reserved: 1 });
});

Deno.test("meter: 100 parallel counts against a balance of 3 give three", async () => {
  const workspace = await newWorkspace();
  const calls = meterOf(sql, workspace, "calls");
  await calls.count(7);
  const answers = await Promise.all(Array.from({ length: 100 }, () => calls.count()));
  assert.equal(answers.filter(({ outcome }) => outcome === "counted").length, 3);
  assert.deepEqual(await calls.counter(), { used: 10, reserved: 0 });
});

Deno.test("meter: a redelivery is counted once, however often and at once (open-saas#688)", async () => {
  const workspace = await newWorkspace();
  const calls = meterOf(sql, workspace, "calls");
  const answers = await Promise.all(Array.from({ length: 20 }, () => calls.count(2, "evt_1")));
  assert.ok(answers.every(({ outcome }) => outcome === "counted"));
  assert.deepEqual(await calls.counter(), { used: 2, reserved: 0 });

  const holds = await Promise.all(Array.from({ length: 20 }, () => calls.reserve(3, "evt_2")));
  assert.equal(new Set(holds.map(({ hold_id }) => hold_id)).size, 1);
  const settled = await Promise.all(holds.map(({ hold_id }) => calls.settle(hold_id!, 3)));
  assert.equal(settled.filter(Boolean).length, 1);
  assert.equal((await calls.reserve(3, "evt_2")).outcome, "settled");
  assert.deepEqual(await calls.counter(), { used: 5, reserved: 0 });
});

Deno.test("meter: settling for less gives the rest back, for more is recorded and refuses the next", async () => {
  const workspace = await newWorkspace();
  const calls = meterOf(sql, workspace, "calls");
  const first = await calls.reserve(8, "a");
  assert.equal((await calls.reserve(3, "b")).outcome, "refused");
  await calls.settle(first.hold_id!, 2);
  const second = await calls.reserve(8, "b");
  assert.equal(second.outcome, "reserved");
  await calls.settle(second.hold_id!, 30);
  assert.deepEqual(await calls.counter(), { used: 32, reserved: 0 });
  const refused = await calls.reserve(1, "c");
  assert.deepEqual([refused.outcome, refused.reason, refused.limit, refused.used], [
    "refused",
    "limit",
    10,
    32,
  ]);
  assert.deepEqual(refused.granted_by, [
    { plan: "basic", prices: ["price_monthly_basic"] },
    { plan: "pro", prices: ["price_monthly_pro"] },
  ]);
});

Deno.test("meter: what is released can be reserved again, by the same cause too", async () => {
  const workspace = await newWorkspace();
  const calls = meterOf(sql, workspace, "calls");
  const hold = await calls.reserve(10, "a");
  assert.equal(await calls.release(hold.hold_id!), true);
  assert.equal(await calls.release(hold.hold_id!), false);
  const again = await calls.reserve(4, "a");
  assert.equal(again.outcome, "reserved");
  assert.deepEqual(await calls.counter(), { used: 0, reserved: 4 });
  assert.equal(await calls.settle(again.hold_id!, 0), true, "nothing was used after all");
  assert.equal(await calls.release(again.hold_id!), false, "settled is over");
  assert.deepEqual(await calls.counter(), { used: 0, reserved: 0 });
});

Deno.test("meter: a hold whose caller died expires, for who waits at the limit and by the sweep", async () => {
  const [waiting, swept] = [await newWorkspace(), await newWorkspace()];
  const atLimit = meterOf(sql, waiting, "calls");
  await atLimit.reserve(10, "dead", 60);
  await meterOf(sql, swept, "calls").reserve(10, "dead", 60);
  assert.equal((await atLimit.reserve(1, "next")).outcome, "refused");
  await atOffset("61 seconds");
  assert.equal((await atLimit.reserve(1, "next")).outcome, "reserved");
  assert.deepEqual(await atLimit.counter(), { used: 0, reserved: 1 });
  await sql`select public.usage_holds_expire()`;
  assert.deepEqual(await meterOf(sql, swept, "calls").counter(), { used: 0, reserved: 0 });
  const [again] = await sql`select public.usage_holds_expire() as counters`;
  assert.equal(again!["counters"], 0);
});

Deno.test("meter: a settle that comes after expiry, or after release, counts all the same and once", async () => {
  const workspace = await newWorkspace();
  const calls = meterOf(sql, workspace, "calls");
  const late = await calls.reserve(5, "late", 60);
  await atOffset("61 seconds");
  await sql`select public.usage_holds_expire()`;
  assert.equal(await calls.settle(late.hold_id!, 5), true);
  assert.equal(await calls.settle(late.hold_id!, 5), false);
  assert.deepEqual(await calls.counter(), { used: 5, reserved: 0 });
  const released = await calls.reserve(2, "released");
  await calls.release(released.hold_id!);
  assert.equal(await calls.settle(released.hold_id!, 2), true);
  assert.deepEqual(await calls.counter(), { used: 7, reserved: 0 });
});

Deno.test("meter: unlimited is unlimited, and what no plan of the workspace includes is refused", async () => {
  const calls = meterOf(sql, await newWorkspace("pro"), "calls");
  assert.equal((await calls.count(1_000_000_000)).outcome, "counted");
  const free = await newWorkspace();
  const tokens = await meterOf(sql, free, "tokens").reserve(1, "a");
  assert.equal(tokens.reason, "plan");
  assert.deepEqual(tokens.granted_by, [
    { plan: "basic", prices: ["price_monthly_basic"] },
    { plan: "pro", prices: ["price_monthly_pro"] },
  ]);
  assert.equal((await meterOf(sql, free, "no_such_meter").count()).reason, "plan");
});

Deno.test("meter: unpaid invoices refuse new use, and never what is under way", async () => {
  const workspace = await newWorkspace("basic");
  const calls = meterOf(sql, workspace, "calls");
  const hold = await calls.reserve(5, "under way");
  for (const kind of ["read_only", "locked"] as const) {
    await access(kind);
    assert.equal((await calls.reserve(1, kind)).reason, "access");
    assert.equal((await calls.count()).reason, "access");
  }
  assert.equal(await calls.settle(hold.hold_id!, 5), true);
});

Deno.test("meter: amounts that cannot be counted are refused, and nobody's workspace or hold is 404", async () => {
  const workspace = await newWorkspace("pro");
  const calls = meterOf(sql, workspace, "calls");
  for (const amount of [0, -1, 1e15 + 1]) {
    await assert.rejects(calls.reserve(amount, "a"), { message: "invalid_body" });
    await assert.rejects(calls.count(amount), { message: "invalid_body" });
  }
  const nowhere = meterOf(sql, crypto.randomUUID(), "calls");
  await assert.rejects(nowhere.count(), { message: "workspace_not_found" });
  await assert.rejects(nowhere.settle(crypto.randomUUID(), 1), { message: "not_found" });
  const hold = await calls.reserve(1, "b");
  await assert.rejects(calls.settle(hold.hold_id!, -1), { message: "invalid_body" });
});

Deno.test("meter: limits begin anew with the subscription's period, and what is settled later counts in its own", async () => {
  const workspace = await newWorkspace();
  const start = new Date(Date.now() - 29 * 86_400_000);
  const end = new Date(Date.now() + 3_600_000);
  const subscription = await subscribed(sql, workspace, "basic", {
    current_period_start: start,
    current_period_end: end,
  });
  const tokens = meterOf(sql, workspace, "tokens");
  const hold = await tokens.reserve(5, "a", 86_400);
  assert.equal((await tokens.reserve(1, "b")).outcome, "refused");

  // Renewed, and the event is not here yet: the new period begins where Stripe will say it did.
  await atOffset("2 hours");
  assert.equal((await tokens.reserve(1, "b")).outcome, "reserved");
  await sql`
    update public.subscriptions
    set current_period_start = ${end}, current_period_end = ${new Date(+end + 31 * 86_400_000)}
    where id = ${subscription}`;
  await tokens.count(4);
  assert.equal((await tokens.count()).outcome, "refused", "the same new period after the event");
  await tokens.settle(hold.hold_id!, 5);
  const counters = await sql`
    select used::int, reserved::int, period_end from public.usage_counters
    where workspace_id = ${workspace} order by period_start`;
  assert.deepEqual(counters.map(({ used, reserved }) => [used, reserved]), [[5, 0], [4, 1]]);
  assert.equal(+counters[1]!["period_end"], +end + 31 * 86_400_000);

  // The same cause, begun in the old period and tried again in the new one.
  const stale = await tokens.reserve(1, "b");
  assert.equal(stale.outcome, "reserved");
});

Deno.test("meter: a cause whose hold expired in the last period is reserved in this one", async () => {
  const workspace = await newWorkspace();
  const calls = meterOf(sql, workspace, "calls");
  await calls.reserve(10, "a", 60);
  await atOffset("40 days");
  assert.equal((await calls.reserve(7, "a")).outcome, "reserved");
  const counters = await sql`
    select reserved::int from public.usage_counters
    where workspace_id = ${workspace} order by period_start`;
  assert.deepEqual(counters.map(({ reserved }) => reserved), [0, 7]);
  // And back: whoever ends his subscription goes from its period to a calendar month, which began earlier.
  await atOffset("0 seconds");
  await sql`update private.usage_holds set expires_at = now() where workspace_id = ${workspace}`;
  assert.equal((await calls.reserve(6, "a")).outcome, "reserved");
});

Deno.test("meter: entitlements and usage_daily tell members what was used", async () => {
  const user = await insertUser(sql);
  const [mine] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${user}`;
  const calls = meterOf(sql, mine!.id, "calls");
  await calls.count(2);
  await calls.count(3);
  await calls.count(1, "a cause");
  await sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: user })}, true)`;
    await tx`set local role authenticated`;
    const had = await tx`
      select feature, used::int from public.entitlements(${mine!.id}) where feature <> 'members'`;
    assert.deepEqual(had.map(({ feature, used }) => [feature, used]), [["calls", 6], [
      "tokens",
      0,
    ]]);
    const days = await tx`select meter, used::int from public.usage_daily(${mine!.id})`;
    assert.deepEqual([...days], [{ meter: "calls", used: 6 }]);
    const rows = await tx`select count(*)::int as rows from public.usage_records`;
    assert.equal(rows[0]!["rows"], 2, "what has no cause of its own adds up in a row a day");
  });
  const other = await insertUser(sql);
  await assert.rejects(
    sql.begin(async (tx) => {
      await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: other })}, true)`;
      await tx`set local role authenticated`;
      await tx`select * from public.usage_daily(${mine!.id})`;
    }),
    { message: "workspace_not_found" },
  );
});

Deno.test("meter: a workspace that goes takes its usage along, reported or not", async () => {
  const workspace = await newWorkspace("pro");
  await sql`
    update private.billing_customers set stripe_customer_id = ${`cus_${workspace}`}
    where workspace_id = ${workspace}`;
  const calls = meterOf(sql, workspace, "calls");
  await calls.count(3);
  await calls.reserve(2, "open");
  await sql`select public.usage_reports_open()`;
  await calls.count(4);
  const [report] = await sql`
    select value::int, event_name from private.usage_reports where workspace_id = ${workspace}`;
  assert.deepEqual({ ...report }, { value: 3, event_name: "socle_calls" });
  await sql`delete from public.workspaces where id = ${workspace}`;
  const [left] = await sql`
    select (select count(*)::int from public.usage_records where workspace_id = ${workspace})
      + (select count(*)::int from public.usage_counters where workspace_id = ${workspace})
      + (select count(*)::int from private.usage_reports where workspace_id = ${workspace}) as rows`;
  assert.equal(left!["rows"], 0);
});

Deno.test("meter: use of a day on both sides of a period's end is reported for each, and a late settle when it came", async () => {
  const workspace = await newWorkspace();
  await sql`
    update private.billing_customers set stripe_customer_id = ${`cus_${workspace}`}
    where workspace_id = ${workspace}`;
  // A period that ends in the middle of this day.
  const noon = new Date(
    `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T12:00:00Z`,
  );
  await subscribed(sql, workspace, "pro", {
    current_period_start: new Date(+noon - 30 * 86_400_000),
    current_period_end: noon,
  });
  const hours = (Number(noon) - Date.now()) / 3_600_000;
  const calls = meterOf(sql, workspace, "calls");
  await atOffset(`${hours - 1} hours`);
  await calls.count(1);
  const late = await calls.reserve(10, "late", 86_400);
  await atOffset(`${hours + 1} hours`);
  await calls.count(20);
  await calls.settle(late.hold_id!, 10);
  await sql`select public.usage_reports_open()`;
  const reports = await sql`
    select value::int, occurred_at >= ${noon} as after from private.usage_reports
    where workspace_id = ${workspace} order by value`;
  assert.deepEqual(reports.map(({ value, after }) => [value, after]), [
    [1, false],
    [10, true],
    [20, true],
  ]);
});
