/** `requires` of a declaration, entitlements by supabase-js, and overrides by staff. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sql } from "postgres";
import { startFunctions } from "../../local/functions/runtime.ts";
import type { FeatureName } from "../../supabase/functions/_shared/billing/plans.ts";
import type { Entitlement } from "../../supabase/functions/_shared/entitlements/entitlement.ts";
import { connect } from "../support/connect.ts";
import { subscribed } from "../support/features.ts";
import { plansGranting } from "../support/granting.ts";
import { anonymous, call, stack } from "../support/stack.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";

let sql: Sql;
let functions: Awaited<ReturnType<typeof startFunctions>>;
let ada: TestUser;
Deno.test.beforeAll(async () => {
  sql = connect();
  ada = await signUp();
  functions = await startFunctions({
    supabaseDir: join(dirname(fileURLToPath(import.meta.url)), "fixture"),
    env: {
      SUPABASE_URL: stack.url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.publishableKey }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secretKey }),
      SUPABASE_JWKS: stack.jwks,
    },
    log: () => {},
  });
});
Deno.test.afterAll(async () => {
  await functions?.stop();
  await sql?.end();
});

/** Calls the fixture's function as a user. */
async function gated(
  user: TestUser,
  request: { method?: string; query?: string; body?: unknown; key?: string } = {},
) {
  const { method = "POST", query = "", body = {}, key } = request;
  const reply = await functions.handle(
    new Request(`http://functions/functions/v1/gated${query}`, {
      method,
      headers: {
        apikey: stack.publishableKey,
        authorization: `Bearer ${user.token}`,
        "content-type": "application/json",
        ...(key !== undefined && { "idempotency-key": key }),
      },
      ...(method === "POST" && { body: JSON.stringify(body) }),
    }),
  );
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}

Deno.test("requires: a workspace without the feature is 402 and told what would grant it", async () => {
  const refused = await gated(ada);
  assert.equal(refused.status, 402);
  assert.equal(refused.body.code, "plan_required");
  assert.equal(refused.body.feature, "audit_log");
  const granting: { plan: string; prices: string[] }[] = refused.body.granted_by;
  assert.deepEqual(granting.map(({ plan }) => plan), plansGranting("audit_log"));
  assert.deepEqual(granting[0], {
    plan: "pro",
    prices: ["price_monthly_pro", "price_yearly_pro"],
  });
  assert.match(refused.body.detail, /pro/);
  assert.equal((await gated(ada, { method: "GET" })).body.code, "plan_required");
});

Deno.test("requires: a workspace with the feature passes, named in the body, in the query or not at all", async () => {
  const user = await signUp();
  await subscribed(sql, user.workspaceId, "pro");
  assert.equal((await gated(user)).status, 200);
  assert.equal((await gated(user, { body: { workspace_id: user.workspaceId } })).status, 200);
  const query = `?workspace_id=${user.workspaceId}`;
  assert.equal((await gated(user, { method: "GET", query })).status, 200);
});

Deno.test("requires: another's workspace is 404, whatever its plan", async () => {
  const other = await signUp();
  await subscribed(sql, other.workspaceId, "pro");
  for (const id of [other.workspaceId, crypto.randomUUID()]) {
    const refused = await gated(ada, { body: { workspace_id: id } });
    assert.equal(refused.status, 404);
    assert.equal(refused.body.code, "workspace_not_found");
  }
});

Deno.test("requires: a refusal frees the Idempotency-Key, and a kept reply outlives the plan", async () => {
  const user = await signUp();
  const key = crypto.randomUUID();
  assert.equal((await gated(user, { key })).status, 402);
  const subscription = await subscribed(sql, user.workspaceId, "pro");
  const done = await gated(user, { key });
  assert.equal(done.status, 200);
  await sql`update public.subscriptions set status = 'canceled' where id = ${subscription}`;
  const again = await gated(user, { key });
  assert.equal(again.headers.get("idempotency-replayed"), "true");
  assert.deepEqual(again.body, done.body);
  assert.equal((await gated(user)).status, 402);
});

Deno.test("requires: the name of a feature is checked by the compiler", () => {
  const known: FeatureName = "api_access";
  // @ts-expect-error -- a slip in the name
  const slip: FeatureName = "api_acces";
  assert.notEqual(known, slip);
});

Deno.test("entitlements: a member sees each feature with limit, use and source; others see nothing", async () => {
  const user = await signUp();
  await sql`
    insert into public.feature_overrides (workspace_id, feature, limit_value, reason)
    values (${user.workspaceId}, 'projects', 3, 'a test')`;
  const { data, error } = await user.client.rpc("entitlements", { workspace_id: user.workspaceId });
  assert.equal(error, null);
  const byName = Object.fromEntries((data as Entitlement[]).map((one) => [one.feature, one]));
  assert.deepEqual(byName["projects"], {
    feature: "projects",
    included: true,
    limit: 3,
    used: null,
    source: "override",
  });
  assert.deepEqual(byName["members"], {
    feature: "members",
    included: true,
    limit: 1,
    used: 1,
    source: "plan",
  });
  assert.deepEqual(byName["audit_log"], {
    feature: "audit_log",
    included: false,
    limit: 0,
    used: null,
    source: "plan",
  });

  const stranger = await ada.client.rpc("entitlements", { workspace_id: user.workspaceId });
  assert.equal(stranger.status, 404);
  assert.equal(stranger.error?.message, "workspace_not_found");
  const nobody = await anonymous().rpc("entitlements", { workspace_id: user.workspaceId });
  assert.equal(nobody.error?.code, "42501");
});

Deno.test("override: staff give and take back, members read it, and no one else writes it", async () => {
  const [user, staff] = await Promise.all([signUp(), signUpStaff()]);
  const wanted = {
    workspace_id: user.workspaceId,
    feature: "audit_log",
    enabled: true,
    limit: null,
    expires_at: "2099-01-01T00:00:00Z",
    reason: "They helped us test it",
  };
  const given = await call("PUT", "feature-override", { token: staff.token, body: wanted });
  assert.equal(given.status, 200, JSON.stringify(given.body));
  assert.equal(given.body.override.reason, wanted.reason);
  assert.equal((await gated(user)).status, 200);

  const { data } = await user.client.from("feature_overrides").select("feature, reason");
  assert.deepEqual(data, [{ feature: "audit_log", reason: wanted.reason }]);
  const own = await user.client.from("feature_overrides").insert({
    workspace_id: user.workspaceId,
    feature: "api_access",
    reason: "me",
  });
  assert.equal(own.error?.code, "42501");
  const rpc = await user.client.rpc("feature_override_set", {
    user_id: staff.id,
    workspace_id: user.workspaceId,
    feature: "api_access",
    enabled: true,
    limit_value: 1,
    expires_at: "2099-01-01",
    reason: "me",
  });
  assert.equal(rpc.error?.code, "42501");
  const asked = await call("PUT", "feature-override", { token: user.token, body: wanted });
  assert.equal(asked.body.code, "forbidden");

  const { workspace_id, feature, reason } = wanted;
  const back = { token: staff.token, body: { workspace_id, feature, reason } };
  assert.deepEqual((await call("DELETE", "feature-override", back)).body, { removed: true });
  assert.deepEqual((await call("DELETE", "feature-override", back)).body, { removed: false });
  assert.equal((await gated(user)).status, 402);

  const audited = await sql`
    select actor_id, actor_kind, action, target, reason from public.audit_log
    where workspace_id = ${user.workspaceId} and action like 'feature_overrides.%' order by id`;
  assert.deepEqual(
    audited.map((entry) => ({ ...entry })),
    ["insert", "delete"].map((verb) => ({
      actor_id: staff.id,
      actor_kind: "staff",
      action: `feature_overrides.${verb}`,
      target: "audit_log",
      reason,
    })),
  );

  const nowhere = { ...wanted, workspace_id: crypto.randomUUID() };
  const missing = await call("PUT", "feature-override", { token: staff.token, body: nowhere });
  assert.equal(missing.body.code, "workspace_not_found");
});
