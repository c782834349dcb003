/** What members do while a deletion runs, and two deletions at one moment: each ends, and nothing is left charged. */
import assert from "node:assert/strict";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 3 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

/** A shared workspace of these users, the first of whom are its owners. */
async function team(owners: string[], members: string[] = []): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into public.workspaces (name) values ('A team') returning id`;
  for (const [role, users] of [["owner", owners], ["admin", members]] as const) {
    for (const user of users) {
      await sql`
        insert into public.workspace_members (workspace_id, user_id, role)
        values (${row!.id}, ${user}, ${role})`;
    }
  }
  return row!.id;
}

/** A deletion that has begun, and whose next step is this one. */
async function running(user: string, step = "records"): Promise<string> {
  await sql`select public.account_deletion_schedule(${user})`;
  const [deletion] = await sql<{ id: string }[]>`
    update public.account_deletions set due_at = now() where user_id = ${user} returning id`;
  assert.notEqual(await stepOf(deletion!.id), null);
  await sql`update public.account_deletions set step = ${step} where id = ${deletion!.id}`;
  return deletion!.id;
}

const stepOf = async (id: string) =>
  (await sql<{ step: unknown }[]>`select public.account_deletion_step(${id}) as step`)[0]!.step;

async function assertBlocked(id: string): Promise<void> {
  const [row] = await sql`
    select state, finished_at is not null as finished,
      exists (select from private.account_deletion_details where deletion_id = id) as details
    from public.account_deletions where id = ${id}`;
  assert.deepEqual(row, { state: "blocked", finished: true, details: false });
  const mails = await sql`
    select from private.jobs where kind = 'mail_send' and payload ->> 'template' = 'account_delete_blocked'
      and dedupe_key = ${`delete_blocked:${id}`}`;
  assert.equal(mails.count, 1);
}

Deno.test("races: somebody who joined while it ran blocks a deletion before anything is closed", async () => {
  const [user, late] = [await insertUser(sql), await insertUser(sql)];
  const id = await running(user);
  await sql`
    insert into public.workspace_members (workspace_id, user_id, role)
    select id, ${late}, 'member' from public.workspaces where personal_of = ${user}`;
  const [row] = await sql`select public.account_deletion_records(${id}) as closed`;
  assert.equal(row!["closed"], false);
  await assertBlocked(id);
  assert.equal(await stepOf(id), null);
  const kept = await sql`select from public.workspaces where personal_of = ${user}`;
  assert.equal(kept.count, 1);
});

Deno.test("races: a deletion is blocked before the user goes, too", async () => {
  const [user, other, member] = [
    await insertUser(sql),
    await insertUser(sql),
    await insertUser(sql),
  ];
  const workspace = await team([user, other], [member]);
  const id = await running(user, "user");
  // Past the trigger that refuses this.
  await sql.begin(async (tx) => {
    await tx`
      alter table public.workspace_members disable trigger workspace_members_keep_an_owner`;
    await tx`
      delete from public.workspace_members where workspace_id = ${workspace} and user_id = ${other}`;
    await tx`
      alter table public.workspace_members enable trigger workspace_members_keep_an_owner`;
  });
  assert.equal(await stepOf(id), null);
  await assertBlocked(id);
});

Deno.test("races: an owner does not leave a workspace to one whose deletion runs", async () => {
  const [user, other, member] = [
    await insertUser(sql),
    await insertUser(sql),
    await insertUser(sql),
  ];
  const workspace = await team([user, other], [member]);
  const id = await running(user);
  await assert.rejects(
    sql.begin(async (tx) => {
      await tx`
        select set_config('request.jwt.claims', ${
        JSON.stringify({ role: "authenticated", sub: other })
      }, true), set_config('role', 'authenticated', true)`;
      await tx`select public.workspace_leave(${workspace})`;
    }),
    /last_owner/,
  );
  assert.notEqual(await stepOf(id), null);
  await sql`delete from auth.users where id = ${user}`;
  const owners = await sql<{ user_id: string }[]>`
    select user_id from public.workspace_members where workspace_id = ${workspace} and role = 'owner'`;
  assert.deepEqual(owners.map(({ user_id }) => user_id), [other]);
});

Deno.test("races: nobody is invited or joins while the only owner's deletion runs", async () => {
  const [user, guest] = [await insertUser(sql), await insertUser(sql)];
  const [mine] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${user}`;
  await running(user);
  await assert.rejects(
    sql`select public.workspace_invite(${user}, ${mine!.id}, 'late@example.com', 'member')`,
    /deletion_running/,
  );
  const [invitation] = await sql<{ id: string }[]>`
    insert into public.workspace_invitations (workspace_id, email, role, invited_by)
    values (${mine!.id}, ${`${guest}@example.com`}, 'member', ${user}) returning id`;
  await assert.rejects(
    sql`select public.invitation_accept(${guest}, null, ${invitation!.id})`,
    /invitation_closed/,
  );
});

Deno.test("races: who has another owner beside invites while that one's deletion runs", async () => {
  const [user, other, guest] = [
    await insertUser(sql),
    await insertUser(sql),
    await insertUser(sql),
  ];
  const workspace = await team([user, other]);
  await sql`
    insert into public.feature_overrides (workspace_id, feature, limit_value, reason)
    values (${workspace}, 'members', 5, 'room for a guest')`;
  await running(user);
  const [made] = await sql<{ invitation: { id: string } }[]>`
    select public.workspace_invite(${other}, ${workspace}, ${`${guest}@example.com`}, 'member')
      as invitation`;
  await sql`select public.invitation_accept(${guest}, null, ${made!.invitation.id})`;
  const members = await sql`
    select from public.workspace_members where workspace_id = ${workspace} and user_id = ${guest}`;
  assert.equal(members.count, 1);
});

Deno.test("races: of two owners who go at one moment the last one ends what is charged", async () => {
  const [first, second] = [await insertUser(sql), await insertUser(sql)];
  const workspace = await team([first, second]);
  await running(first, "user");
  await running(second, "user");
  const gate = Promise.withResolvers<void>();
  const deleted = Promise.withResolvers<void>();
  const one = sql.begin(async (tx) => {
    await tx`delete from auth.users where id = ${first}`;
    deleted.resolve();
    await gate.promise;
  });
  await deleted.promise;
  const two = sql`delete from auth.users where id = ${second}`.execute();
  for (let waiting = 0; waiting === 0;) {
    waiting = (await sql`
      select from pg_catalog.pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`).count;
  }
  gate.resolve();
  await Promise.all([one, two]);
  const closing = await sql`
    select from private.jobs where kind = 'billing_close' and payload ->> 'workspace' = ${workspace}`;
  assert.equal(closing.count, 1);
});
