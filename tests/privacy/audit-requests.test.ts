/** The audit log as requests fill it and as members and staff read it, through the API. */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { call } from "../support/stack.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

/** Lets a workspace's audit log be read, as the plan that has it does. */
async function withFeature({ workspaceId }: TestUser): Promise<void> {
  await sql`
    insert into public.feature_overrides (workspace_id, feature, reason)
    values (${workspaceId}, 'audit_log', 'a test')`;
}

/** Without what a job brings from Stripe, once it has made the customer. */
async function actions(reader: TestUser, of: TestUser): Promise<string[]> {
  const { data, error } = await reader.client.from("audit_log").select("action")
    .eq("workspace_id", of.workspaceId).neq("actor_kind", "stripe").order("id");
  assert.equal(error, null);
  return data!.map(({ action }) => action);
}

Deno.test("audit_log: what an elevated handler changes is its caller's, under the request's id", async () => {
  // Nobody else writes this row: what is bought, Stripe's event may bring first.
  const [user, staff] = await Promise.all([signUp(), signUpStaff()]);
  const answer = await call("PUT", "feature-override", {
    token: staff.token,
    body: {
      workspace_id: user.workspaceId,
      feature: "audit_log",
      enabled: true,
      reason: "a test of it",
    },
  });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { data, error } = await user.client.from("audit_log").select()
    .eq("workspace_id", user.workspaceId).eq("action", "feature_overrides.insert").single();
  assert.equal(error, null);
  assert.equal(data!.actor_kind, "staff");
  assert.equal(data!.actor_id, staff.id);
  assert.equal(data!.request_id, answer.headers.get("x-request-id"));
  assert.equal(data!.target, "audit_log");
});

Deno.test("audit_log: owners read their workspace's entries where their plan has it, strangers none, staff all", async () => {
  const [user, stranger, staff] = await Promise.all([signUp(), signUp(), signUpStaff()]);
  const made = ["workspaces.insert", "workspace_members.insert"];
  assert.deepEqual(await actions(user, user), [], "the plan lacks it");
  assert.deepEqual(await actions(staff, user), made);
  await withFeature(user);
  assert.deepEqual(await actions(user, user), [...made, "feature_overrides.insert"]);
  assert.deepEqual(await actions(stranger, user), []);
});

Deno.test("audit_log: a direct call with forged headers is its caller's all the same", async () => {
  const [user, other] = await Promise.all([signUp(), signUp()]);
  await withFeature(user);
  const { error } = await user.client.from("workspaces").update({ name: "Renamed" })
    .eq("id", user.workspaceId)
    .setHeader("x-actor", `user:${other.id}`).setHeader("x-request-id", "forged-request");
  assert.equal(error, null);
  const { data } = await user.client.from("audit_log").select()
    .eq("workspace_id", user.workspaceId).eq("action", "workspaces.update").single();
  assert.deepEqual(
    [data!.actor_id, data!.actor_kind, data!.request_id, data!.changes],
    [user.id, "user", null, { name: {} }],
  );
});
