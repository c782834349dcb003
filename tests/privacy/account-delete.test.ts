/** The deletion of an account: asked for, cancelled, blocked, and done step by step, on the running stack. */
import assert from "node:assert/strict";
import { deleteAccount } from "../../supabase/functions/_shared/privacy/delete-account.ts";
import { connect } from "../support/connect.ts";
import { death, dyingOperator } from "../support/dying-operator.ts";
import { png } from "../support/images.ts";
import { mailsTo, mailTo } from "../support/mails.ts";
import { buy, customerOf, subscriptionsAtStripe } from "../support/purchases.ts";
import { anonymous, call, operator, stack, stripeSdk } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());
Deno.env.set("SUPABASE_URL", stack.url);

const ask = (user: TestUser, body: { password?: string; token?: string } = {}) =>
  call("POST", "account-delete", { token: user.token, body });
const current = async (user: TestUser) =>
  (await call("GET", "account-delete", { token: user.token })).body.deletion;

async function scheduled(user: TestUser): Promise<string> {
  const answer = await ask(user, { password: user.password });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  assert.equal(answer.body.deletion.state, "scheduled");
  return answer.body.deletion.id;
}

/** Lets the seven days pass for one deletion. */
async function due(id: string): Promise<void> {
  await sql`
    update public.account_deletions set due_at = private.now() - interval '1 second' where id = ${id}`;
}

const tools = () => ({ admin: operator(), stripe: stripeSdk() });

async function withAvatar(user: TestUser): Promise<string> {
  const bucket = user.client.storage.from("avatars");
  const { error } = await bucket.upload(`${user.id}/face.png`, png(), { contentType: "image/png" });
  assert.equal(error, null);
  return bucket.getPublicUrl(`${user.id}/face.png`).data.publicUrl;
}

async function statusOf(url: string): Promise<number> {
  const reply = await fetch(url);
  await reply.body?.cancel();
  return reply.status;
}

async function filesOf(user: TestUser): Promise<number> {
  const found = await sql`
    select from storage.objects where starts_with(name, ${user.id}) or owner_id = ${user.id}`;
  return found.count;
}

Deno.test("account-delete: by password, with seven days in which one signs in, is told, and changes one's mind", async () => {
  const user = await signUp();
  const wrong = await ask(user, { password: "not this one" });
  assert.deepEqual([wrong.status, wrong.body.code], [403, "reauthentication_failed"]);
  assert.equal(await current(user), null);

  const before = Date.now();
  const id = await scheduled(user);
  const { due_at } = await current(user);
  assert.ok(Math.abs(Date.parse(due_at) - before - 7 * 24 * 3600 * 1000) < 60_000, due_at);
  const mail = await mailTo(user.email, /will be deleted on/);
  assert.ok(mail.text!.includes("/account/delete"));
  assert.equal(await scheduled(user), id, "asked again, it stays as it is");

  const login = await call("POST", "auth-login", {
    body: { email: user.email, password: user.password },
  });
  assert.equal(login.status, 200);
  assert.equal(login.body.deletion_due_at, due_at);
  // The user's other sessions were left alone.
  assert.notEqual((await user.client.auth.getUser()).data.user, null);

  const kept = await call("DELETE", "account-delete", { token: user.token, body: {} });
  assert.equal(kept.body.deletion.state, "cancelled");
  await mailTo(user.email, /account stays/);
  const again = await call("DELETE", "account-delete", { token: user.token, body: {} });
  assert.deepEqual([again.status, again.body.code], [404, "deletion_not_found"]);
  await due(id);
  await deleteAccount(tools(), id);
  assert.equal((await current(user)).state, "cancelled");
  assert.notEqual((await user.client.auth.getUser()).data.user, null);
});

Deno.test("account-delete: by the link of a mail, which works for its user, once and for an hour", async () => {
  const [user, other] = await Promise.all([signUp({ locale: "fr" }), signUp()]);
  const asked = await ask(user);
  assert.deepEqual([asked.status, asked.body.deletion.state], [202, "unconfirmed"]);
  const mail = await mailTo(user.email, /Confirmez la suppression/);
  const token = /\/account\/delete#token=([0-9a-f]{64})/.exec(mail.text!)![1]!;

  for (const [who, given] of [[other, token], [user, "0".repeat(64)]] as const) {
    const refused = await ask(who, { token: given });
    assert.deepEqual([refused.status, refused.body.code], [403, "reauthentication_failed"]);
  }
  await sql`
    update private.account_deletion_details set token_expires_at = now() - interval '1 second'
    where deletion_id = ${asked.body.deletion.id}`;
  assert.equal((await ask(user, { token })).body.code, "reauthentication_failed");
  await ask(user);
  const second = await waitFor("a second link", async () => {
    const mails = (await mailsTo(user.email)).map(({ text }) => /#token=(\w+)/.exec(text!)?.[1]);
    return mails.find((one) => one !== undefined && one !== token);
  });
  assert.equal(
    (await ask(user, { token })).body.code,
    "reauthentication_failed",
    "the earlier one",
  );
  const confirmed = await ask(user, { token: second });
  assert.equal(confirmed.body.deletion.state, "scheduled");
  const [kept] = await sql`
    select from private.account_deletion_details where deletion_id = ${confirmed.body.deletion.id}`;
  assert.equal(kept, undefined, "the token is gone");
});

Deno.test("account-delete: a workspace that others are in is named, unless somebody else owns it, too", async () => {
  const [user, other] = await Promise.all([signUp(), signUp()]);
  const { data: made, error } = await user.client.rpc("workspace_create", { name: "Shared One" });
  assert.equal(error, null);
  const workspace = (made as unknown as { id: string }).id;
  await sql`
    insert into public.workspace_members (workspace_id, user_id, role)
    values (${workspace}, ${other.id}, 'admin')`;
  const blocked = await ask(user, { password: user.password });
  assert.deepEqual([blocked.status, blocked.body.code], [409, "workspaces_need_owner"]);
  assert.deepEqual(blocked.body.workspaces, [{ id: workspace, name: "Shared One", members: 1 }]);
  assert.match(blocked.body.detail, /Shared One/);
  assert.equal(await current(user), null);

  const role = async (to: string) =>
    await sql`
      update public.workspace_members set role = ${to}
      where workspace_id = ${workspace} and user_id = ${other.id}`;
  await role("owner");
  const id = await scheduled(user);
  // In these seven days the other one steps back.
  await role("member");
  await due(id);
  await deleteAccount(tools(), id);
  assert.equal((await current(user)).state, "blocked");
  const mail = await mailTo(user.email, /could not be deleted/);
  assert.ok(mail.text!.includes("Shared One"));

  await role("owner");
  const second = await scheduled(user);
  await due(second);
  await deleteAccount(tools(), second);
  const members = await sql`
    select user_id from public.workspace_members where workspace_id = ${workspace}`;
  assert.deepEqual([...members], [{ user_id: other.id }]);
});

Deno.test("account-delete: before its day nothing happens", async () => {
  const user = await signUp();
  const id = await scheduled(user);
  await deleteAccount(tools(), id);
  assert.equal((await current(user)).state, "scheduled");
});

Deno.test("account-delete: killed between any two steps it goes on: Stripe, files, records and user are gone, once", async () => {
  const user = await signUp({ name: "Ada Lovelace" });
  const image = await withAvatar(user);
  await buy(user);
  const customer = (await customerOf(user)).id;
  const { data: invoice } = await user.client.from("invoices").select().eq("status", "paid")
    .single();
  const id = await scheduled(user);
  await due(id);

  const state = async () => {
    const [row] = await sql<{ state: string; step: string }[]>`
      select state, step from public.account_deletions where id = ${id}`;
    return row!;
  };
  let deaths = 0;
  for (let n = 1; (await state()).state !== "done"; n++) {
    assert.ok(n < 100, "it ends");
    const before = await state();
    await deleteAccount({ admin: dyingOperator(n), stripe: stripeSdk() }, id).catch((error) => {
      assert.match(Deno.inspect(error), new RegExp(death));
      deaths++;
    });
    if ((await state()).step !== before.step) n = 0;
  }
  assert.ok(deaths > 8, `${deaths} deaths`);

  const stripe = stripeSdk();
  assert.equal((await stripe.customers.retrieve(customer)).deleted, true);
  const statuses = (await subscriptionsAtStripe(customer)).map(({ status }) => status);
  assert.ok(statuses.every((one) => one === "canceled"), statuses.join());
  assert.equal(await filesOf(user), 0);
  assert.notEqual(await statusOf(image), 200);
  const found = await operator().auth.admin.getUserById(user.id);
  assert.equal(found.error?.code, "user_not_found");
  const signIn = await anonymous().auth.signInWithPassword(user);
  assert.notEqual(signIn.error, null);

  const [kept] = await sql`
    select invoice.total, invoice.amount_paid, invoice.hosted_invoice_url, invoice.invoice_pdf,
      workspace.name, workspace.personal_of, customer.email, customer.name as customer
    from public.invoices as invoice
    join public.workspaces as workspace on workspace.id = invoice.workspace_id
    join private.billing_customers as customer on customer.workspace_id = workspace.id
    where invoice.id = ${invoice!.id}`;
  assert.deepEqual(kept, {
    total: String(invoice!.total),
    amount_paid: String(invoice!.amount_paid),
    hosted_invoice_url: null,
    invoice_pdf: null,
    name: "Closed",
    personal_of: null,
    email: null,
    customer: null,
  });
  // Late news of Stripe's bring nothing back.
  await waitFor("one last mail", async () => {
    const mails = await mailsTo(user.email);
    return mails.some(({ subject }) => /has been deleted/.test(subject));
  });
  const last = (await mailsTo(user.email)).filter(({ subject }) =>
    /has been deleted/.test(subject)
  );
  assert.equal(last.length, 1);
  // A mail shows before its job is settled.
  await waitFor("no job to hold the address", async () => {
    const held = await sql`
      select from private.jobs where state in ('pending', 'dead')
        and payload::text like ${"%" + user.email + "%"}`;
    return held.count === 0;
  });
  const [left] = await sql`
    select (select count(*) from private.account_deletion_details where deletion_id = ${id})::int as details,
      (select count(*) from public.profiles where id = ${user.id})::int as profiles,
      (select count(*) from public.workspace_members where user_id = ${user.id})::int as members`;
  assert.deepEqual(left, { details: 0, profiles: 0, members: 0 });
});

Deno.test("a user who owns files is deleted in the dashboard: neither fails nor orphans them (supabase/storage#65, #276)", async () => {
  const user = await signUp();
  const image = await withAvatar(user);
  await fetch(image).then((reply) => reply.body?.cancel());
  const { error } = await operator().auth.admin.deleteUser(user.id);
  assert.equal(error, null);
  await waitFor("the files to go", async () => await filesOf(user) === 0);
  assert.notEqual(await statusOf(image), 200, "the bytes, not only the row");
});

Deno.test("a user deleted in the dashboard is no longer charged", async () => {
  const user = await signUp();
  await buy(user);
  const customer = (await customerOf(user)).id;
  assert.equal((await operator().auth.admin.deleteUser(user.id)).error, null);
  await waitFor(
    "the end of the subscription at Stripe",
    async () =>
      (await subscriptionsAtStripe(customer)).every(({ status }) => status === "canceled"),
  );
  await waitFor("the end of our row", async () => {
    const [held] = await sql`
      select status from public.subscriptions where workspace_id = ${user.workspaceId}`;
    return held!["status"] === "canceled";
  });
});
