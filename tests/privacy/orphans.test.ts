/** What nobody owns any more is found, and what somebody owns is left alone. */
import assert from "node:assert/strict";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

async function workspaceOf(userId: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${userId}`;
  return row!.id;
}

async function subscribed(workspaceId: string, status: string, ends = false): Promise<void> {
  await sql`
    insert into public.subscriptions (workspace_id, stripe_subscription_id, status, quantity, currency,
      cancel_at_period_end, created_at)
    values (${workspaceId}, ${`sub_${crypto.randomUUID()}`}, ${status}, 1, 'EUR', ${ends}, now())`;
}

const jobs = async (kind: string) =>
  (await sql<{ payload: Record<string, string> }[]>`
    select payload from private.jobs where kind = ${kind} order by id`).map((row) => row.payload);

Deno.test("orphans: a subscription without an owner is found, an owned, ended or ending one is not", async () => {
  const orphaned: string[] = [];
  for (
    const [status, ends] of [["active", false], ["past_due", false], ["canceled", false], [
      "active",
      true,
    ]] as const
  ) {
    const user = await insertUser(sql);
    const workspace = await workspaceOf(user);
    await subscribed(workspace, status, ends);
    await sql`delete from auth.users where id = ${user}`;
    if (status !== "canceled" && !ends) orphaned.push(workspace);
  }
  await subscribed(await workspaceOf(await insertUser(sql)), "active");
  const found = await sql<{ id: string }[]>`select public.orphaned_subscriptions(100) as id`;
  assert.deepEqual(found.map(({ id }) => id), orphaned.toSorted());
});

Deno.test("orphans: a user or a workspace deleted by any way enqueues the end of what is charged, and of the files", async () => {
  await sql`truncate private.jobs`;
  const user = await insertUser(sql);
  const workspace = await workspaceOf(user);
  await sql`
    update private.billing_customers set stripe_customer_id = ${`cus_${user}`}
    where workspace_id = ${workspace}`;
  await sql`delete from auth.users where id = ${user}`;
  assert.deepEqual(await jobs("billing_close"), [{ workspace }]);
  assert.deepEqual(await jobs("files_remove"), [{ user_id: user }]);
  await sql`delete from public.workspaces where id = ${workspace}`;
  assert.deepEqual((await jobs("billing_close"))[1], { customer: `cus_${user}` });
});

Deno.test("orphans: files in the folder of a user who is gone are found, no others", async () => {
  const [here, gone] = [await insertUser(sql), crypto.randomUUID()];
  for (const name of [`${here}/face.png`, `${gone}/face.png`, "default.png", "icons/face.png"]) {
    await sql`insert into storage.objects (bucket_id, name) values ('avatars', ${name})`;
  }
  const [row] = await sql<{ found: unknown }[]>`select public.orphaned_files(100) as found`;
  assert.deepEqual(row!.found, [{ bucket: "avatars", name: `${gone}/face.png` }]);
});

Deno.test("account-delete: when it begins, nobody can join any more what ends with the user", async () => {
  const user = await insertUser(sql);
  const workspace = await workspaceOf(user);
  await sql`
    insert into public.workspace_invitations (workspace_id, email, role)
    values (${workspace}, 'late@example.com', 'member')`;
  await sql`select public.account_deletion_schedule(${user})`;
  const [deletion] = await sql<{ id: string }[]>`
    update public.account_deletions set due_at = now() where user_id = ${user} returning id`;
  const [row] = await sql<{ step: { workspaces: { id: string }[] } }[]>`
    select public.account_deletion_step(${deletion!.id}) as step`;
  assert.deepEqual(row!.step.workspaces.map(({ id }) => id), [workspace]);
  const [invitation] = await sql`
    select state from public.workspace_invitations where workspace_id = ${workspace}`;
  assert.equal(invitation!["state"], "revoked");
});

Deno.test("orphans: workspaces without anybody are closed after a day, once; what is charged or used is not", async () => {
  const left = async (age: string) => {
    const user = await insertUser(sql);
    const workspace = await workspaceOf(user);
    await sql`
      update public.workspaces set created_at = now() - ${age}::interval where id = ${workspace}`;
    await sql`
      update private.billing_customers set name = 'Ada' where workspace_id = ${workspace}`;
    return { user, workspace };
  };
  const invoiced = async (workspace: string) => {
    await sql`
      insert into public.invoices (workspace_id, stripe_invoice_id, status, currency, subtotal, total,
        amount_due, amount_paid, period_start, period_end, created_at)
      values (${workspace}, ${`in_${workspace}`}, 'paid', 'EUR', 1, 1, 1, 1, now(), now(), now())`;
  };
  const [plain, billed, charged, fresh, used] = [
    await left("2 days"),
    await left("2 days"),
    await left("2 days"),
    await left("1 hour"),
    await left("2 days"),
  ];
  await invoiced(billed.workspace);
  await subscribed(charged.workspace, "active");
  for (const { user } of [plain, billed, charged, fresh]) {
    await sql`delete from auth.users where id = ${user}`;
  }
  const close = async () =>
    (await sql<{ closed: number }[]>`select public.orphaned_workspaces_close(100) as closed`)[0]!
      .closed;
  await close();
  assert.equal(await close(), 0, "what was closed stays as it is");
  const kept = await sql<{ id: string; closed: boolean; customer: string | null }[]>`
    select id, workspace.name = 'Closed' as closed, customer.name as customer
    from public.workspaces as workspace
    left join private.billing_customers as customer on customer.workspace_id = id
    where id in ${sql([plain, billed, charged, fresh, used].map(({ workspace }) => workspace))}`;
  assert.deepEqual(
    new Map(kept.map(({ id, closed, customer }) => [id, [closed, customer]])),
    new Map<string, unknown>([
      [billed.workspace, [true, null]],
      [charged.workspace, [false, "Ada"]],
      [fresh.workspace, [false, "Ada"]],
      [used.workspace, [false, "Ada"]],
    ]),
  );
});
