/** The rules about a second factor, in SQL as the caller: they hold also past every endpoint. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { insertUser, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => void (database = await testDatabase()));
Deno.test.afterAll(async () => await database?.[Symbol.asyncDispose]());

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

Deno.test("second factor: an owner who pays renames and revokes keys and revokes invitations with aal2 alone", async () => {
  const { sql } = database;
  const paying = await workspace(true);
  const [key] = await sql<{ id: string }[]>`
    insert into public.workspace_api_keys (workspace_id, name, prefix, role, scopes)
    values (${paying.id}, 'a key', ${paying.id.slice(0, 8)}, 'member', array['plans:read'])
    returning id`;
  const [invitation] = await sql<{ id: string }[]>`
    insert into public.workspace_invitations (workspace_id, email, role, expires_at)
    values (${paying.id}, 'someone@example.com', 'member', now() + interval '1 day')
    returning id`;
  const writes: ((tx: postgres.TransactionSql) => Promise<{ count: number }>)[] = [
    (tx) => tx`update public.workspace_api_keys set name = 'another' where id = ${key!.id}`,
    (tx) => tx`update public.workspace_api_keys set revoked_at = now() where id = ${key!.id}`,
    (tx) =>
      tx`update public.workspace_invitations set state = 'revoked' where id = ${invitation!.id}`,
  ];
  for (const write of writes) {
    assert.equal(await outcome(false, { id: paying.owner, aal: "aal1" }, write), 1);
    assert.equal(await outcome(true, { id: paying.owner, aal: "aal2" }, write), 1);
    assert.equal(
      await outcome(true, { id: paying.owner, aal: "aal1" }, write),
      "second_factor_required",
    );
  }
});

/** What users write by themselves without a second factor, each with the reason. */
const unguarded: Record<string, string> = {
  "profiles UPDATE": "one's own name and language: neither billing nor members nor keys",
  "mail_preferences INSERT": "which mails one wants, whether one owns anything or not",
  "mail_preferences UPDATE": "which mails one wants, whether one owns anything or not",
  // #region shop
  "reviews INSERT":
    "what one thinks of a thing that one bought: neither billing nor members nor keys",
  "reviews UPDATE": "the same, thought again",
  "reviews DELETE": "the same, taken back",
  // #endregion shop
  "workspaces INSERT":
    "a new workspace: nothing that is paid for changes, and nobody's but one's own",
};

Deno.test("second factor: whatever an owner may write of a workspace is guarded", async () => {
  const written = await database.sql<{ table: string; command: string; guarded: boolean }[]>`
    select distinct written.tablename as table, command, exists (
      select from pg_catalog.pg_policies as guard
      where guard.schemaname = 'public' and guard.tablename = written.tablename
        and guard.permissive = 'RESTRICTIVE' and guard.cmd in (command, 'ALL')
        and guard.roles && array['authenticated', 'public']::name[]
        and (command = 'INSERT' or guard.qual ~ 'second_factor_given')
        and (command = 'DELETE' or guard.with_check ~ 'second_factor_given')
    ) as guarded
    from pg_catalog.pg_policies as written
    cross join unnest(array['INSERT', 'UPDATE', 'DELETE']) as command
    cross join (values ('( SELECT private.is_staff() AS is_staff)')) as staff (rule)
    where written.schemaname = 'public' and written.permissive = 'PERMISSIVE'
      and written.roles && array['authenticated', 'public']::name[]
      and written.cmd in (command, 'ALL')
      -- What only staff may, is_staff() lets them with a second factor alone where it is required.
      and not (coalesce(written.qual, staff.rule) = staff.rule
        and coalesce(written.with_check, staff.rule) = staff.rule)`;
  const named = written.map(({ table, command, guarded }) => ({
    name: `${table} ${command}`,
    guarded,
  }));
  // The catalogue was read, and no exception outlives its policy.
  for (const name of ["workspaces UPDATE", "workspace_members DELETE", ...Object.keys(unguarded)]) {
    assert.ok(named.some((one) => one.name === name), name);
  }
  assert.deepEqual(
    named.filter(({ name, guarded }) => !guarded && !(name in unguarded)).map(({ name }) => name),
    [],
  );
});
