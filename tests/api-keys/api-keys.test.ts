/** Keys over HTTP, from their creation to their end. What every endpoint that takes keys does is in tests/endpoints/suite. */
import assert from "node:assert/strict";
import { keyPattern } from "../../supabase/functions/_shared/api-keys/key.ts";
import { apiAccess, askForKey, createApiKey } from "../support/api-keys.ts";
import { connect } from "../support/connect.ts";
import { call } from "../support/stack.ts";
import { signUp } from "../support/users.ts";

const sql = connect();
Deno.test.afterAll(async () => await sql.end());

Deno.test("api-key-create: shows the key once; lists show its prefix, nothing shows its hash", async () => {
  const user = await signUp();
  await apiAccess(user);
  const answer = await askForKey(user, { name: "Deploy" });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  const { key, api_key } = answer.body;
  assert.match(key, keyPattern);
  assert.ok(key.startsWith(`socle_test_${api_key.prefix}_`));
  const days = (Date.parse(api_key.expires_at) - Date.now()) / 86_400_000;
  assert.ok(days > 89 && days <= 90, api_key.expires_at);

  const { data, error } = await user.client.from("workspace_api_keys").select();
  assert.equal(error, null);
  assert.equal(data!.length, 1);
  assert.deepEqual([data![0]!.name, data![0]!.prefix, data![0]!.role], [
    "Deploy",
    api_key.prefix,
    "member",
  ]);
  const secret = key.split("_")[3];
  assert.ok(!JSON.stringify(data).includes(secret));

  // Nowhere in the database does the secret appear: not in a reply that was kept, not in a job.
  const [kept] = await sql<{ found: boolean }[]>`
    select exists (select from private.idempotency_keys where strpos(reply::text, ${secret}) > 0)
      or exists (select from private.jobs where strpos(payload::text, ${secret}) > 0)
      or exists (select from private.api_key_hashes where strpos(key_hash, ${secret}) > 0) as found`;
  assert.equal(kept!.found, false);
});

Deno.test("api-key-create: repeated after its answer was lost, it is refused by its name", async () => {
  const user = await signUp();
  await apiAccess(user);
  await createApiKey(user, { name: "Deploy" });
  const again = await askForKey(user, { name: "deploy" });
  assert.deepEqual([again.status, again.body.code], [409, "api_key_name_taken"]);
});

Deno.test("api-key-create: without a plan that includes keys it is 402, in another's workspace 404", async () => {
  const [user, other] = await Promise.all([signUp(), signUp()]);
  await apiAccess(other);
  const refused = await askForKey(user);
  assert.deepEqual([refused.status, refused.body.code], [402, "plan_required"]);
  assert.ok(refused.body.granted_by.length > 0, "what to buy is told");
  const foreign = await askForKey(user, { workspace_id: other.workspaceId });
  assert.deepEqual([foreign.status, foreign.body.code], [404, "workspace_not_found"]);
});

Deno.test("a key reads its own workspace under RLS, until it is revoked", async () => {
  const user = await signUp({ name: "Ada" });
  await apiAccess(user);
  const { key, id } = await createApiKey(user);
  const read = () => call("GET", "workspace", { key: null, token: key });
  const answer = await read();
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.equal(answer.body.workspace.id, user.workspaceId);
  assert.deepEqual(answer.body.workspace.members, [{ user_id: user.id, role: "owner" }]);
  assert.equal(answer.body.workspace.subscription, null);

  const asUser = await call("GET", "workspace", { token: user.token });
  assert.deepEqual(asUser.body.workspace, answer.body.workspace);

  const { data } = await user.client.from("workspace_api_keys").select("last_used_at").single();
  assert.ok(data!.last_used_at, "the use is noted");
  await user.client.from("workspace_api_keys").update({ revoked_at: new Date().toISOString() })
    .eq("id", id).throwOnError();
  assert.equal((await read()).status, 401);
});

Deno.test("a key of an admin renames the workspace, one of a member may not, and the audit log names the key", async () => {
  const user = await signUp({ name: "Ada" });
  await apiAccess(user);
  const scopes = ["workspace:write" as const];
  const [admin, member] = [
    await createApiKey(user, { role: "admin", scopes }),
    await createApiKey(user, { role: "member", scopes }),
  ];
  const rename = (token: string, name: string) =>
    call("PATCH", "workspace", { key: null, token, body: { name } });
  const renamed = await rename(admin.key, "Zoé & Cie");
  assert.equal(renamed.status, 200, JSON.stringify(renamed.body));
  assert.equal(renamed.body.workspace.name, "Zoé & Cie");
  const refused = await rename(member.key, "Mine");
  assert.deepEqual([refused.status, refused.body.code], [403, "forbidden"]);
  const [entry] = await sql<{ actor_kind: string; actor_id: string }[]>`
    select actor_kind, actor_id from public.audit_log
    where target = ${user.workspaceId} and action = 'workspaces.update'`;
  assert.deepEqual({ ...entry }, { actor_kind: "api_key", actor_id: admin.id });
});

Deno.test("calls with a key count as api_calls until the plan's are used up; calls of people do not", async () => {
  const user = await signUp();
  await apiAccess(user);
  await sql`
    update public.feature_overrides set limit_value = 2
    where workspace_id = ${user.workspaceId} and feature = 'api_calls'`;
  const { key } = await createApiKey(user);
  const read = (token: string) => call("GET", "workspace", { key: null, token });
  assert.equal((await read(key)).status, 200);
  assert.equal((await call("GET", "workspace", { token: user.token })).status, 200);
  assert.equal((await read(key)).status, 200);
  const refused = await read(key);
  assert.equal(refused.body.code, "quota_exceeded", JSON.stringify(refused.body));
  assert.equal(refused.body.feature, "api_calls");
  assert.equal((await call("GET", "workspace", { token: user.token })).status, 200);
});

Deno.test("a key is nobody to the API itself", async () => {
  const user = await signUp();
  await apiAccess(user);
  const { key } = await createApiKey(user, { role: "admin" });
  for (const path of ["rest/v1/workspaces", "rest/v1/profiles", "auth/v1/user"]) {
    const reply = await fetch(`${Deno.env.get("SUPABASE_URL")}/${path}`, {
      headers: {
        apikey: Deno.env.get("SUPABASE_PUBLISHABLE_KEY")!,
        authorization: `Bearer ${key}`,
      },
    });
    assert.ok(reply.status === 401 || reply.status === 403, `${path}: ${reply.status}`);
    await reply.body?.cancel();
  }
});
