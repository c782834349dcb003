/** Metered work as a handler does it: what is counted when it succeeds, fails, or is done again. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import type { Db } from "../../supabase/functions/_shared/database.ts";
import { countUse, metered, type Use } from "../../supabase/functions/_shared/metering/metered.ts";
import { Problem } from "../../supabase/functions/_shared/problem.ts";
import { connect } from "../support/connect.ts";
import { plansGranting } from "../support/granting.ts";
import { meterOf } from "../support/metering.ts";
import { operator } from "../support/stack.ts";
import { subscribed } from "../support/features.ts";
import { signUp } from "../support/users.ts";

const admin = operator();
let sql: Sql;
Deno.test.beforeAll(() => {
  sql = connect();
});
Deno.test.afterAll(async () => {
  await sql?.end();
});

/** A workspace that may make 10 calls, and one such use of it. */
async function fresh(amount = 4) {
  const user = await signUp();
  await sql`
    insert into public.feature_overrides (workspace_id, feature, limit_value, reason)
    values (${user.workspaceId}, 'api_calls', 10, 'a test')`;
  const use: Use = {
    workspaceId: user.workspaceId,
    meter: "api_calls",
    amount,
    key: crypto.randomUUID(),
  };
  return { user, use, counter: meterOf(sql, user.workspaceId, "api_calls").counter };
}

/** A client whose first calls of an RPC fail, as they do while the database restarts. */
function failing(rpc: string, times: number): Db {
  return new Proxy(admin, {
    get(target, property) {
      if (property !== "rpc") return Reflect.get(target, property);
      return (name: string, args: never) =>
        name === rpc && times-- > 0
          ? Promise.resolve({ data: null, error: { message: "gone", code: "" }, status: 503 })
          : target.rpc(name as never, args);
    },
  });
}

async function refusedAs(code: string, work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(() => undefined, (error) => error);
  assert.ok(error instanceof Problem, String(error));
  assert.equal(error.code, code);
  return error;
}

Deno.test("metered: work that succeeds uses what it says, or what was reserved", async () => {
  const { use, counter } = await fresh();
  assert.equal(await metered({ admin }, use, () => Promise.resolve("done")), "done");
  assert.deepEqual(await counter(), { used: 4, reserved: 0 });
  await metered({ admin }, { ...use, key: "second" }, (used) => {
    used(1);
    return Promise.resolve();
  });
  assert.deepEqual(await counter(), { used: 5, reserved: 0 });
});

Deno.test("metered: while the work runs, what it may use is set aside", async () => {
  const { use, counter } = await fresh(10);
  await metered({ admin }, use, async () => {
    assert.deepEqual(await counter(), { used: 0, reserved: 10 });
    await refusedAs(
      "quota_exceeded",
      metered({ admin }, { ...use, amount: 1, key: "other" }, () => Promise.reject("never")),
    );
  });
});

Deno.test("metered: work that fails has used what it had said, else nothing", async () => {
  const { use, counter } = await fresh();
  const failure = new Error("the provider is down");
  await assert.rejects(metered({ admin }, use, () => Promise.reject(failure)), failure);
  assert.deepEqual(await counter(), { used: 0, reserved: 0 });
  await assert.rejects(
    metered({ admin }, use, (used) => {
      used(2);
      return Promise.reject(failure);
    }),
    failure,
  );
  assert.deepEqual(await counter(), { used: 2, reserved: 0 });
});

Deno.test("metered: the same cause is done again and counted once", async () => {
  const { use, counter } = await fresh();
  let done = 0;
  for (let times = 0; times < 3; times++) {
    await metered({ admin }, use, () => Promise.resolve(done++));
  }
  assert.equal(done, 3);
  assert.deepEqual(await counter(), { used: 4, reserved: 0 });
});

Deno.test("metered: the limit refuses before the work, and tells what would grant more and when it begins anew", async () => {
  const { use, counter } = await fresh(11);
  let ran = false;
  const refused = await refusedAs(
    "quota_exceeded",
    metered({ admin }, use, () => Promise.resolve(ran = true)),
  );
  assert.equal(ran, false);
  const { feature, limit, used, granted_by, resets_at } = refused.options.extra!;
  assert.deepEqual([feature, limit, used], ["api_calls", 10, 0]);
  assert.deepEqual(
    (granted_by as { plan: string }[]).map(({ plan }) => plan),
    plansGranting("api_calls", 10),
  );
  assert.ok(Date.parse(resets_at as string) > Date.now());
  assert.deepEqual(await counter(), { used: 0, reserved: 0 });
});

Deno.test("metered: a plan without the meter is plan_required, one with it is counted at once", async () => {
  const user = await signUp();
  const use = { workspaceId: user.workspaceId, meter: "api_calls" as const };
  const refused = await refusedAs("plan_required", countUse({ admin }, use));
  assert.equal(refused.options.extra!["feature"], "api_calls");
  await subscribed(sql, user.workspaceId, "basic");
  await countUse({ admin }, use);
  await countUse({ admin }, { ...use, amount: 5, key: "once" });
  await countUse({ admin }, { ...use, amount: 5, key: "once" });
  const counter = await meterOf(sql, user.workspaceId, "api_calls").counter();
  assert.deepEqual(counter, { used: 6, reserved: 0 });
  const { data } = await user.client.from("usage_counters").select("meter, used");
  assert.deepEqual(data, [{ meter: "api_calls", used: 6 }]);
});

Deno.test("metered: a settle that fails for a moment is tried again; one that cannot is owed, and the result given", async () => {
  const first = await fresh();
  await metered({ admin: failing("meter_settle", 2) }, first.use, () => Promise.resolve());
  assert.deepEqual(await first.counter(), { used: 4, reserved: 0 });

  const second = await fresh();
  const logged = console.error;
  const lines: string[] = [];
  console.error = (line: string) => lines.push(line);
  try {
    const never = { admin: failing("meter_settle", 99) };
    assert.equal(await metered(never, second.use, () => Promise.resolve("done")), "done");
  } finally {
    console.error = logged;
  }
  const owed = JSON.parse(lines.find((line) => line.includes("usage_not_settled"))!);
  assert.deepEqual(await second.counter(), { used: 0, reserved: 4 });
  const { data } = await admin.rpc("meter_settle", { hold_id: owed.hold, used: owed.used });
  assert.equal(data, true);
  assert.deepEqual(await second.counter(), { used: 4, reserved: 0 });
});

Deno.test("metered: a release that fails leaves the hold to expire, and the caller the first failure", async () => {
  const { use, counter } = await fresh();
  const failure = new Error("the provider is down");
  await assert.rejects(
    metered({ admin: failing("meter_release", 9) }, use, () => Promise.reject(failure)),
    failure,
  );
  assert.deepEqual(await counter(), { used: 0, reserved: 4 });
});
