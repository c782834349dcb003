/** Which tables an export holds: every table is decided, and what is exported is the user's alone. */
import assert from "node:assert/strict";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { inWorld } from "../rls/world.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

interface Decided {
  relation: string;
  scope: string;
  owner_columns: string[];
  omitted: string[];
  erased: boolean;
  emptied: string[];
  note: string;
}

/** A row may wait for its table. */
const isThere = async (tx: Sql | Transaction, relation: string) =>
  (await tx`select to_regclass(${relation}) as found`)[0]!["found"] !== null;

const decided = async (): Promise<
  Decided[]
> => [...await database.sql<Decided[]>`select * from private.personal_data order by relation`];

async function columnsOf(tx: Sql | Transaction, relation: string): Promise<string[]> {
  const found = await tx<{ name: string }[]>`
    select attname::text as name from pg_catalog.pg_attribute
    where attrelid = ${relation}::regclass and attnum > 0 and not attisdropped`;
  return found.map(({ name }) => name);
}

Deno.test("export: every table of the schema is exported, or says why it is not", async () => {
  const tables = await database.sql<{ name: string }[]>`
    select relnamespace::regnamespace || '.' || relname as name from pg_catalog.pg_class
    where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind in ('r', 'p')`;
  const rows = await decided();
  const relations = new Set(rows.map(({ relation }) => relation));
  assert.deepEqual(
    tables.map(({ name }) => name).filter((name) => !relations.has(name)),
    [],
    "a new table needs its row in private.personal_data: see its migration",
  );
  for (const { relation, note } of rows) assert.ok(note.length > 10, relation);
});

Deno.test("export: its columns exist, and those that are left in hold nothing that signs in", async () => {
  for (const { relation, scope, owner_columns, omitted, emptied } of await decided()) {
    if (scope === "none" || !await isThere(database.sql, relation)) continue;
    const columns = await columnsOf(database.sql, relation);
    for (const named of [...owner_columns, ...omitted, ...emptied]) {
      assert.ok(columns.includes(named), `${relation}.${named}`);
    }
    for (const column of columns.filter((one) => !omitted.includes(one))) {
      assert.doesNotMatch(column, /hash|token|secret|password/, `${relation}.${column}`);
    }
  }
});

Deno.test("export: each table's pages hold all rows of the user, once, and nobody else's", async () => {
  await inWorld(database.sql, async ({ tx, owner, stranger }) => {
    for (const { relation, scope, owner_columns: [column] } of await decidedIn(tx)) {
      if (scope !== "email" || !await isThere(tx, relation)) continue;
      // A sample knows no address: the owner's is given to the one of the owner's workspace.
      await tx.unsafe(
        `update ${relation} set ${column} = (select email from auth.users where id = $1)
         where workspace_id = $2`,
        [owner.userId, owner.workspaceId],
      );
    }
    await tx`set local role service_role`;
    const exported = async (userId: string, relation: string, batch: number) => {
      const rows: string[] = [];
      let after: string | null = null;
      do {
        const found: { page: { rows: unknown[]; next: string | null } }[] = await tx`
          select public.account_export_rows(${userId}, ${relation}, ${after}, ${batch}) as page`;
        const { page } = found[0]!;
        rows.push(...page.rows.map((row) => JSON.stringify(row)));
        after = page.next;
      } while (after !== null);
      return rows;
    };
    for (const { relation, scope, omitted } of await decidedIn(tx)) {
      if (scope === "none" || relation === "private.staff") continue;
      if (!await isThere(tx, relation)) continue;
      const mine = await exported(owner.userId, relation, 1);
      assert.ok(mine.length > 0, `${relation}: the owner's sample`);
      assert.equal(new Set(mine).size, mine.length, relation);
      assert.deepEqual(mine, await exported(owner.userId, relation, 1000), relation);
      const theirs = await exported(stranger.userId, relation, 1000);
      assert.deepEqual(theirs.filter((row) => mine.includes(row)), [], relation);
      for (const column of omitted) assert.ok(!mine.join().includes(`"${column}":`), column);
    }
    await assert.rejects(
      tx.savepoint((inner) =>
        inner`select public.account_export_rows(${owner.userId}, 'private.jobs', null, 1)`
      ),
      /private\.personal_data does not say how/,
    );
  });
});

type Transaction = Parameters<Parameters<typeof inWorld>[1]>[0]["tx"];

const decidedIn = async (
  tx: Transaction,
) => [...await tx<Decided[]>`select * from private.personal_data order by relation`];

Deno.test("deletion: every reference to a user cascades or becomes null, so that Auth can delete any", async () => {
  const found = await database.sql<{ name: string }[]>`
    select conrelid::regclass || '.' || conname as name from pg_catalog.pg_constraint
    where contype = 'f' and confrelid = 'auth.users'::regclass and confdeltype not in ('c', 'n')
      and connamespace in ('public'::regnamespace, 'private'::regnamespace)`;
  assert.deepEqual(found.map(({ name }) => name), []);
});

Deno.test("deletion: of a closed workspace stay the books, emptied, and of its user nothing but ids", async () => {
  await inWorld(database.sql, async ({ tx, owner }) => {
    const [person] = await tx<{ email: string }[]>`
      select email from auth.users where id = ${owner.userId}`;
    await tx`update public.workspaces set name = 'A Person''s Name' where id = ${owner.workspaceId}`;
    await tx`
      update private.billing_customers set name = 'A Person''s Name', email = ${person!.email}
      where workspace_id = ${owner.workspaceId}`;
    await tx`
      delete from public.workspace_members
      where workspace_id = ${owner.workspaceId} and user_id <> ${owner.userId}`;
    await tx`
      select set_config('request.jwt.claims', '{"role": "service_role"}', true),
        set_config('role', 'service_role', true)`;
    await tx`select private.workspace_close(${owner.workspaceId})`;
    await tx`reset role`;
    await tx`delete from auth.users where id = ${owner.userId}`;

    for (const { relation, scope, owner_columns, erased, emptied } of await decidedIn(tx)) {
      if (!await isThere(tx, relation)) continue;
      const rows = async (condition: string) =>
        await tx.unsafe(`select to_jsonb(one) as row from ${relation} as one where ${condition}`);
      if ((await columnsOf(tx, relation)).includes("workspace_id")) {
        const left = await rows(`workspace_id = '${owner.workspaceId}'`);
        if (erased) assert.equal(left.length, 0, `${relation} of a closed workspace`);
        for (const { row } of left) {
          for (const column of emptied) assert.equal(row[column], null, `${relation}.${column}`);
        }
      }
      const outlive = ["public.audit_log", "public.account_deletions"];
      if (scope === "user" && !outlive.includes(relation)) {
        const left = await rows(`'${owner.userId}' in (${owner_columns.join(", ")})`);
        assert.equal(left.length, 0, `${relation} of a deleted user`);
      }
      if (scope !== "none") {
        const named = await rows(`to_jsonb(one)::text ~ '${person!.email}|A Person.s Name'`);
        assert.equal(named.length, 0, `${relation} names the user`);
      }
    }
    const [workspace] = await tx`
      select name, personal_of from public.workspaces where id = ${owner.workspaceId}`;
    assert.deepEqual(workspace, { name: "Closed", personal_of: null });
  });
});
