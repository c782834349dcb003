/** An invitation whose answer was lost, repeated under its key: it is the one that was sent, whatever became of it. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { keyed } from "../support/repeating.ts";
import { call } from "../support/stack.ts";
import { freshAddress, signUp, type TestUser } from "../support/users.ts";
import { givePlan } from "./team.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

/** An owner with a workspace of as many seats as it takes. */
async function ownerOf(seats: number | null = null) {
  const owner = await signUp();
  const { data } = await owner.client.rpc("workspace_create", { name: "Atelier" });
  await givePlan(sql, data!.id, seats);
  return { owner, workspace: data!.id };
}

/** Somebody is invited, and the answer is lost. */
async function cutOff(owner: TestUser, workspace: string, email: string) {
  const request = keyed({ sql }, "workspace-invite", owner, { workspace_id: workspace, email });
  const first = await request.send();
  strictEqual(first.status, 201, JSON.stringify(first.body));
  await request.loseReply();
  return { first: first.body.invitation, ...request };
}

const invitationsOf = (email: string) =>
  sql`select state, role, sends from public.workspace_invitations where email = ${email}`
    .then((found) => found.map((one) => ({ ...one })));

async function accept(user: TestUser, invitation_id: string) {
  const joined = await call("POST", "workspace-accept", {
    token: user.token,
    body: { invitation_id },
  });
  strictEqual(joined.status, 200, JSON.stringify(joined.body));
}

Deno.test("invited, and still open: the repetition sends no second mail and leaves the link good", async () => {
  const { owner, workspace } = await ownerOf();
  const email = freshAddress();
  const { first, send } = await cutOff(owner, workspace, email);
  const again = await send();
  deepStrictEqual([again.status, again.body.invitation], [201, first]);
  const [{ superseded }] = await sql<[{ superseded: number }]>`
    select count(superseded_at)::int as superseded from private.invitation_tokens
    where invitation_id = ${first.id}`;
  strictEqual(superseded, 0);
});

Deno.test("invited, and sent again since in another role: the repetition does not take it back", async () => {
  const { owner, workspace } = await ownerOf();
  const email = freshAddress();
  const { first, send } = await cutOff(owner, workspace, email);
  await call("POST", "workspace-invite", {
    token: owner.token,
    body: { workspace_id: workspace, email, role: "admin" },
  });
  const again = await send();
  deepStrictEqual([again.status, again.body.invitation?.id], [201, first.id]);
  deepStrictEqual(await invitationsOf(email), [{ state: "open", role: "admin", sends: 2 }]);
});

Deno.test("invited, and accepted meanwhile, with the last seat: the repetition is answered with it", async () => {
  const { owner, workspace } = await ownerOf(2);
  const invited = await signUp();
  const { first, send } = await cutOff(owner, workspace, invited.email);
  await accept(invited, first.id);
  const again = await send();
  deepStrictEqual(
    [again.status, again.body.invitation?.id, again.body.invitation?.state],
    [201, first.id, "accepted"],
    JSON.stringify(again.body),
  );
  // Another request, which has invited nobody.
  const other = keyed({ sql }, "workspace-invite", owner, {
    workspace_id: workspace,
    email: invited.email,
  });
  strictEqual((await other.send()).body.code, "already_member");
});

Deno.test("invited, and revoked, declined or put out since: the repetition invites nobody anew", async () => {
  const { owner, workspace } = await ownerOf();
  const since: Record<string, (user: TestUser, id: string) => Promise<unknown>> = {
    revoked: async (_user, id) =>
      await owner.client.from("workspace_invitations").update({ state: "revoked" }).eq("id", id),
    declined: async (user, id) =>
      await user.client.rpc("invitation_decline", { invitation_id: id }),
    accepted: async (user, id) => {
      await accept(user, id);
      await owner.client.from("workspace_members").delete()
        .eq("workspace_id", workspace).eq("user_id", user.id);
    },
  };
  for (const [state, happen] of Object.entries(since)) {
    const invited = await signUp();
    const { first, send } = await cutOff(owner, workspace, invited.email);
    await happen(invited, first.id);
    const again = await send();
    deepStrictEqual([again.status, again.body.invitation?.state], [201, state]);
    deepStrictEqual(await invitationsOf(invited.email), [{ state, role: "member", sends: 1 }]);
  }
});

Deno.test("who may no longer invite is refused at the repetition too", async () => {
  const { owner, workspace } = await ownerOf();
  const admin = await signUp();
  await sql`insert into public.workspace_members (workspace_id, user_id, role)
    values (${workspace}, ${admin.id}, 'admin')`;
  const { send } = await cutOff(admin, workspace, freshAddress());
  await owner.client.from("workspace_members").update({ role: "member" })
    .eq("workspace_id", workspace).eq("user_id", admin.id);
  const again = await send();
  deepStrictEqual([again.status, again.body.code], [403, "forbidden"]);
});
