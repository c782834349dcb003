/** The rules about a second factor, in SQL as the caller: they hold also past every endpoint. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { insertUser, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => void (database = await testDatabase()));
Deno.test.afterAll(async () => await database[Symbol.asyncDispose]());

interface Workspace {
  owner: string;
  member: string;
  id: string;
}

async function workspace(paying: boolean): Promise<Workspace> {
  const { sql } = database;
  const [owner, member] = [await insertUser(sql), await insertUser(sql)];
  const [row] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${owner}`;
  await sql`
    insert into public.workspace_members (workspace_id, user_id, role)
    values (${row!.id}, ${member}, 'member')`;
  if (paying) {
    await sql`
      insert into public.subscriptions (
        workspace_id, stripe_subscription_id, status, quantity, currency, created_at
      ) values (${row!.id}, ${`sub_${owner}`}, 'active', 1, 'EUR', now())`;
  }
  return { owner, member, id: row!.id };
}

class Undone extends Error {}

/** Runs a statement as a user with that assurance, under a rule, and undoes it: the rows it touched, or the problem. */
async function outcome(
  required: boolean,
  caller: { id: string; aal?: string },
  statement: (tx: postgres.TransactionSql) => Promise<{ count: number }>,
): Promise<number | string> {
  let result: number | string = "nothing";
  await database.sql.begin(async (tx) => {
    await tx`update private.second_factor_rules set required = ${required}`;
    // Whatever lets owners remove members now or later: only the restrictive policies are asked here.
    await tx.unsafe(`
      grant delete on public.workspace_members to authenticated;
      create policy "Anyone removes" on public.workspace_members for delete to authenticated using (true)`);
    const claims = { role: "authenticated", sub: caller.id, aal: caller.aal };
    await tx`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
    await tx`set local role authenticated`;
    try {
      result = (await statement(tx)).count;
    } catch (error) {
      result = (error as Error).message;
    }
    throw new Undone();
  }).catch((error) => {
    if (!(error instanceof Undone)) throw error;
  });
  return result;
}

const removeMember = ({ id, member }: Workspace) => (tx: postgres.TransactionSql) =>
  tx`delete from public.workspace_members where workspace_id = ${id} and user_id = ${member}`;

Deno.test("second factor: an owner who pays removes members with aal2 alone, if the rule says so", async () => {
  const paying = await workspace(true);
  const { owner } = paying;
  assert.equal(await outcome(false, { id: owner, aal: "aal1" }, removeMember(paying)), 1);
  assert.equal(await outcome(true, { id: owner, aal: "aal2" }, removeMember(paying)), 1);
  // A token without the claim has no second factor either.
  for (const caller of [{ id: owner, aal: "aal1" }, { id: owner }, { id: owner, aal: "AAL2" }]) {
    assert.equal(await outcome(true, caller, removeMember(paying)), "second_factor_required");
  }
});

Deno.test("second factor: nothing is asked of owners who do not pay, nor of members of those who do", async () => {
  const [free, paying] = [await workspace(false), await workspace(true)];
  assert.equal(await outcome(true, { id: free.owner, aal: "aal1" }, removeMember(free)), 1);
  assert.equal(await outcome(true, { id: paying.member, aal: "aal1" }, removeMember(paying)), 1);
});

Deno.test("second factor: staff without it are no staff to any policy, and are told why", async () => {
  const { sql } = database;
  const staff = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${staff}, 'a test')`;
  const standing = async (required: boolean, aal: string, id = staff) => {
    let seen: { standing: string; staff: boolean } | undefined;
    await outcome(required, { id, aal }, async (tx) => {
      [seen] = await tx<{ standing: string; staff: boolean }[]>`
        select public.staff_standing() as standing, private.is_staff() as staff`;
      return { count: 1 };
    });
    return [seen!.standing, seen!.staff];
  };
  assert.deepEqual(await standing(false, "aal1"), ["staff", true]);
  assert.deepEqual(await standing(true, "aal1"), ["second_factor_required", false]);
  assert.deepEqual(await standing(true, "aal2"), ["staff", true]);
  assert.deepEqual(await standing(true, "aal2", await insertUser(sql)), ["none", false]);
});

Deno.test("second factor: whatever an owner may write about members and the workspace is guarded", async () => {
  const unguarded = await database.sql<{ name: string }[]>`
    select distinct tablename || ' ' || cmd as name from pg_catalog.pg_policies as written
    where schemaname = 'public' and permissive = 'PERMISSIVE' and 'authenticated' = any (roles)
      and cmd in ('UPDATE', 'DELETE')
      and tablename in ('workspaces', 'workspace_members')
      and not exists (
        select from pg_catalog.pg_policies as guard
        where guard.tablename = written.tablename and guard.cmd = written.cmd
          and guard.permissive = 'RESTRICTIVE' and guard.qual ~ 'second_factor_given'
      )`;
  assert.deepEqual([...unguarded], []);
});
