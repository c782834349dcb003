/** The whole way of an invitation, as an application goes it: function, mail, link, sign-up, membership. */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { mailsTo, mailTo } from "../support/mails.ts";
import { anonymous, call } from "../support/stack.ts";
import { freshAddress, signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { givePlan } from "./team.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

async function workspaceOf(owner: TestUser, name: string) {
  const { data, error } = await owner.client.rpc("workspace_create", { name });
  assert.equal(error, null);
  await givePlan(sql, data!.id, 10);
  return data!.id;
}

function invite(by: TestUser, workspace_id: string, email: string, role?: string) {
  return call("POST", "workspace-invite", {
    token: by.token,
    body: { workspace_id, email, ...(role !== undefined && { role }) },
  });
}

const accept = (by: TestUser, body: unknown) =>
  call("POST", "workspace-accept", { token: by.token, body });

Deno.test("workspace-invite: a stranger is asked by mail, signs up with that address, and is in", async () => {
  const owner = await signUp({ name: "Sacha Bernard", locale: "fr" });
  const workspace = await workspaceOf(owner, "Atelier Bernard");
  const email = freshAddress("invited");
  const sent = await invite(owner, workspace, email.toUpperCase(), "admin");
  assert.equal(sent.status, 201, JSON.stringify(sent.body));
  assert.equal(sent.body.invitation.email, email);
  assert.equal(JSON.stringify(sent.body).includes("token"), false);

  const mail = await mailTo(email, /Sacha Bernard vous invite/);
  assert.match(mail.text!, /Atelier Bernard/);
  assert.ok(mail.text!.includes(owner.email), "the inviter's address stands beside the name");
  const token = /\/invitation\?token=([0-9a-f]{64})/.exec(mail.text!)![1]!;
  const seen = await anonymous().rpc("invitation_by_token", { token });
  assert.equal(seen.error, null);
  assert.equal((seen.data as { email: string }).email, email);

  const passerBy = await signUp();
  assert.equal((await accept(passerBy, { token })).body.code, "invitation_for_another");

  const invited = await signUp({ name: "Invited", email });
  const waiting = await invited.client.rpc("my_invitations");
  assert.equal(waiting.data![0]!.workspace, "Atelier Bernard");
  const joined = await accept(invited, { token });
  assert.equal(joined.status, 200, JSON.stringify(joined.body));
  assert.equal(joined.body.workspace.name, "Atelier Bernard");
  assert.equal(joined.body.workspace.role, "admin");
  assert.deepEqual((await accept(invited, { token })).body, joined.body);

  const people = await invited.client.rpc("workspace_people", { workspace_id: workspace });
  assert.deepEqual(people.data!.map(({ name, role }) => [name, role]), [
    ["Sacha Bernard", "owner"],
    ["Invited", "admin"],
  ]);
  const { data: open } = await owner.client.from("workspace_invitations").select("state");
  assert.deepEqual(open, [{ state: "accepted" }]);
  // The link is nowhere kept once the mail has gone.
  const kept = await waitFor("the mail's job to forget its link", async () => {
    const rows =
      await sql`select payload from private.jobs where payload::text like ${`%${token}%`}`;
    return rows.length === 0 && "nothing";
  });
  assert.equal(kept, "nothing");
});

Deno.test("workspace-invite: refusals reach the caller by name, and send nothing", async () => {
  const owner = await signUp();
  const email = freshAddress();
  // The personal workspace has no plan yet, so one seat.
  const full = await invite(owner, owner.workspaceId, email);
  assert.equal(full.status, 409);
  assert.equal(full.body.code, "seat_limit_reached");
  assert.match(full.body.detail, /includes 1 member,/);
  const workspace = await workspaceOf(owner, "Mine");
  const itself = await invite(owner, workspace, owner.email);
  assert.equal(itself.body.code, "already_member");
  const stranger = await signUp();
  assert.equal((await invite(stranger, workspace, email)).body.code, "workspace_not_found");
  assert.equal((await accept(stranger, {})).status, 422);
  const neither = await accept(stranger, { token: "0".repeat(64), invitation_id: workspace });
  assert.equal(neither.status, 422);
  const unknown = await accept(stranger, { invitation_id: crypto.randomUUID() });
  assert.equal(unknown.body.code, "invitation_not_found");
  assert.deepEqual(await mailsTo(email), []);
});

Deno.test("workspace-invite: one Idempotency-Key sends one mail, and no key sends again", async () => {
  const owner = await signUp({ name: "Repeater" });
  const workspace = await workspaceOf(owner, "Repeated");
  const email = freshAddress();
  const body = { workspace_id: workspace, email };
  const headers = { "idempotency-key": crypto.randomUUID() };
  for (let attempt = 0; attempt < 2; attempt++) {
    const sent = await call("POST", "workspace-invite", { token: owner.token, headers, body });
    assert.equal(sent.body.invitation.sends, 1);
  }
  assert.equal((await invite(owner, workspace, email)).body.invitation.sends, 2);
  await waitFor("both mails", async () => (await mailsTo(email)).length === 2);
});
