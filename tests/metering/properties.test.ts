/** What holds of meters and periods whatever happens, by fast-check. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { planOf, subscribed } from "../support/features.ts";
import { assertCountersAddUp, meterOf } from "../support/metering.ts";

const limit = 20;
let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 8 });
  sql = database.sql;
  await planOf(sql, { id: "free", rank: 0, price: false, features: { calls: limit } });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

/** Stops the business clock at a moment. */
async function at(moment: Date): Promise<void> {
  await sql.unsafe(`
    create or replace function private.now() returns timestamptz language sql stable
    set search_path = '' as $$ select timestamptz '${moment.toISOString()}' $$`);
}

async function newWorkspace(): Promise<string> {
  const user = await insertUser(sql);
  const [row] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${user}`;
  return row!.id;
}

type Step =
  | { do: "reserve"; key: string; amount: number; ttl: number }
  | { do: "settle"; key: string; used: number }
  | { do: "release"; key: string }
  | { do: "count"; amount: number; key: string | null }
  | { do: "sweep" };

const key = fc.constantFrom("a", "b", "c", "d", "e");
const amount = fc.integer({ min: 1, max: 12 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("reserve" as const),
    key,
    amount,
    ttl: fc.constantFrom(0, 60),
  }),
  fc.record({ do: fc.constant("settle" as const), key, used: fc.integer({ min: 0, max: 15 }) }),
  fc.record({ do: fc.constant("release" as const), key }),
  fc.record({
    do: fc.constant("count" as const),
    amount,
    key: fc.option(fc.constantFrom("x", "y")),
  }),
  fc.record({ do: fc.constant("sweep" as const) }),
);

/** Takes one step; a reserve or count that passes must have fitted. */
async function take(
  meter: ReturnType<typeof meterOf>,
  holds: Map<string, string>,
  one: Step,
  alone: boolean,
): Promise<void> {
  switch (one.do) {
    case "reserve": {
      const answer = await meter.reserve(one.amount, one.key, one.ttl);
      if (answer.hold_id !== undefined) holds.set(one.key, answer.hold_id);
      break;
    }
    case "count": {
      const before = await meter.counter();
      const answer = await meter.count(one.amount, one.key);
      if (!alone) break;
      const after = await meter.counter();
      if (answer.outcome === "counted" && after.used > before.used) {
        assert.ok(after.used + after.reserved <= limit, "counted past the limit");
      }
      break;
    }
    case "settle":
      if (holds.has(one.key)) await meter.settle(holds.get(one.key)!, one.used);
      break;
    case "release":
      if (holds.has(one.key)) await meter.release(holds.get(one.key)!);
      break;
    case "sweep":
      await sql`select public.usage_holds_expire()`;
  }
}

Deno.test("meter: any sequence keeps counters equal to records and holds, and passes nothing over the limit", async () => {
  await at(new Date());
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const meter = meterOf(sql, await newWorkspace(), "calls");
      const holds = new Map<string, string>();
      for (const one of steps) {
        const before = await meter.counter();
        await take(meter, holds, one, true);
        await assertCountersAddUp(sql);
        const after = await meter.counter();
        if (one.do === "reserve" && after.reserved > before.reserved) {
          assert.ok(after.used + after.reserved <= limit, "reserved past the limit");
        }
      }
    }),
    { numRuns: 25 },
  );
});

Deno.test("meter: any steps at once end with counters that add up, without a deadlock", async () => {
  await at(new Date());
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
      const meter = meterOf(sql, await newWorkspace(), "calls");
      const holds = new Map<string, string>();
      await Promise.all(steps.map((one) => take(meter, holds, one, false)));
      await assertCountersAddUp(sql);
    }),
    { numRuns: 10 },
  );
});

Deno.test("period: each moment lies in its period, which moves forward and never skips or overlaps", async () => {
  const workspace = await newWorkspace();
  await planOf(sql, { id: "pro", rank: 1, features: { calls: null } });
  const day = 86_400_000;
  const starts = fc.date({
    min: new Date("2026-01-01T00:00:00Z"),
    max: new Date("2028-12-31T00:00:00Z"),
    noInvalidDate: true,
  }).map((date) => new Date(Math.floor(+date / 1000) * 1000));
  const id = await subscribed(sql, workspace, "pro");
  await fc.assert(
    fc.asyncProperty(
      starts,
      fc.constantFrom(1, 7, 28, 30, 31, 90, 365, 366),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
      async (start, days, parts) => {
        const end = new Date(+start + days * day);
        await sql`
          update public.subscriptions
          set current_period_start = ${start}, current_period_end = ${end} where id = ${id}`;
        let former: { starts_at: Date; ends_at: Date } | undefined;
        for (const part of parts.toSorted((a, b) => a - b)) {
          const moment = new Date(+start + Math.floor(part * (days * day - 1)));
          await at(moment);
          const [period] = await sql<{ starts_at: Date; ends_at: Date }[]>`
            select * from private.meter_period(${workspace})`;
          const { starts_at, ends_at } = period!;
          assert.ok(starts_at <= moment && moment < ends_at, moment.toISOString());
          assert.ok(starts_at >= start && ends_at <= end);
          if (days <= 31) assert.deepEqual([starts_at, ends_at], [start, end]);
          else assert.ok(+ends_at - +starts_at <= 31 * day, "a limit is one of a month");
          if (former !== undefined) {
            assert.ok(
              +former.starts_at === +starts_at || former.ends_at <= starts_at,
              "periods overlap",
            );
          }
          former = period;
        }
      },
    ),
    { numRuns: 40 },
  );
});
