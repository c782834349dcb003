/** Calls by a workspace's keys are the first meter: counted by endpoint(), up to the plan's limit. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { countCall } from "../../supabase/functions/_shared/api-keys/count-call.ts";
import { apiAccess, createApiKey } from "../support/api-keys.ts";
import { connect } from "../support/connect.ts";
import { meterOf } from "../support/metering.ts";
import { call, stack } from "../support/stack.ts";
import { signUp } from "../support/users.ts";

let sql: Sql;
Deno.test.beforeAll(() => {
  sql = connect();
  Deno.env.set("SUPABASE_SECRET_KEYS", JSON.stringify({ default: stack.secretKey }));
});
Deno.test.afterAll(async () => {
  await sql?.end();
});

/** A workspace with a key and so many calls. */
async function withCalls(limit: number) {
  const user = await signUp();
  await apiAccess(user);
  await sql`
    update public.feature_overrides set limit_value = ${limit}
    where workspace_id = ${user.workspaceId} and feature = 'api_calls'`;
  const { key } = await createApiKey(user);
  const read = () => call("GET", "workspace", { key: null, token: key });
  return { user, read, counter: meterOf(sql, user.workspaceId, "api_calls").counter };
}

Deno.test("api calls: each call of a key counts, a person's do not, and the limit refuses", async () => {
  const { user, read, counter } = await withCalls(3);
  for (let calls = 1; calls <= 3; calls++) {
    assert.equal((await read()).status, 200);
    assert.equal((await counter()).used, calls);
  }
  const refused = await read();
  assert.deepEqual([refused.status, refused.body.code], [402, "quota_exceeded"]);
  assert.deepEqual([refused.body.feature, refused.body.limit, refused.body.used], [
    "api_calls",
    3,
    3,
  ]);
  assert.equal((await call("GET", "workspace", { token: user.token })).status, 200);
  assert.equal((await counter()).used, 3);
  const { data } = await user.client.rpc("usage_daily", { workspace_id: user.workspaceId });
  assert.deepEqual(data!.map(({ meter, used }) => [meter, used]), [["api_calls", 3]]);
});

Deno.test("api calls: of 20 at once, as many pass as the plan leaves", async () => {
  const { read, counter } = await withCalls(5);
  const answers = await Promise.all(Array.from({ length: 20 }, read));
  assert.equal(answers.filter(({ status }) => status === 200).length, 5);
  assert.equal(answers.filter(({ body }) => body.code === "quota_exceeded").length, 15);
  assert.equal((await counter()).used, 5);
});

Deno.test("api calls: a repetition under an Idempotency-Key is the same call, another key or endpoint is not", async () => {
  const { user, counter } = await withCalls(10);
  const request = {
    caller: "api_key:1",
    endpoint: "POST sample",
    key: "k".repeat(255),
    requestHash: "",
  };
  const count = (changes: Partial<typeof request> = {}) =>
    countCall(user.workspaceId, "POST", { ...request, ...changes });
  await Promise.all([count(), count(), count()]);
  assert.equal((await counter()).used, 1);
  await count({ key: "other" });
  await count({ endpoint: "POST other" });
  assert.equal((await counter()).used, 3);
});

Deno.test("api calls: while invoices are unpaid a key may read, uncounted, and do nothing else", async () => {
  const { user, read, counter } = await withCalls(10);
  const [invoice] = await sql<{ id: string }[]>`
    insert into public.invoices (
      workspace_id, stripe_invoice_id, status, currency, subtotal, total, amount_due, amount_paid,
      period_start, period_end, created_at
    )
    values (${user.workspaceId}, ${`in_${crypto.randomUUID()}`}, 'open', 'EUR', 1, 1, 1, 0, now(), now(), now())
    returning id`;
  await sql`
    insert into public.dunning_cases (workspace_id, invoice_id, first_failed_at, access)
    values (${user.workspaceId}, ${invoice!.id}, now(), 'read_only')`;
  assert.equal((await read()).status, 200);
  assert.equal((await counter()).used, 0);
  await assert.rejects(countCall(user.workspaceId, "POST", undefined), {
    code: "workspace_read_only",
  });
  await sql`update public.dunning_cases set access = 'locked' where workspace_id = ${user.workspaceId}`;
  assert.equal((await read()).body.code, "plan_required", "locked: no keys at all");
});
