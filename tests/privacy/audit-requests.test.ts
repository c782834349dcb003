/** The audit log as requests fill it and as members and staff read it, through the API. */
import assert from "node:assert/strict";
import { subscribe } from "../support/purchases.ts";
import { signUp, signUpStaff } from "../support/users.ts";

Deno.test("audit_log: what an elevated handler changes is its caller's, under the request's id", async () => {
  const user = await signUp();
  const answer = await subscribe(user);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { data, error } = await user.client.from("audit_log").select()
    .eq("workspace_id", user.workspaceId).eq("action", "subscriptions.insert").single();
  assert.equal(error, null);
  assert.equal(data!.actor_kind, "user");
  assert.equal(data!.actor_id, user.id);
  assert.equal(data!.request_id, answer.headers.get("x-request-id"));
  assert.equal(data!.target, answer.body.subscription.id);
});

Deno.test("audit_log: owners read their workspace's entries, strangers none, staff all", async () => {
  const [user, stranger, staff] = await Promise.all([signUp(), signUp(), signUpStaff()]);
  const actions = async ({ client }: typeof user) => {
    const { data, error } = await client.from("audit_log").select("action")
      .eq("workspace_id", user.workspaceId).order("id");
    assert.equal(error, null);
    return data!.map(({ action }) => action);
  };
  const expected = ["workspaces.insert", "workspace_members.insert"];
  assert.deepEqual(await actions(user), expected);
  assert.deepEqual(await actions(stranger), []);
  assert.deepEqual(await actions(staff), expected);
});
