/** Which tables an export holds: every table is decided, and what is exported is the user's alone. */
import assert from "node:assert/strict";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { inWorld } from "../rls/world.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
});
Deno.test.afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

interface Decided {
  relation: string;
  scope: string;
  owner_columns: string[];
  omitted: string[];
  emptied: string[];
  note: string;
}

/** A row may wait for its table. */
const isThere = async (tx: Sql | Transaction, relation: string) =>
  (await tx`select to_regclass(${relation}) as found`)[0]!["found"] !== null;

const decided = async (): Promise<
  Decided[]
> => [...await database.sql<Decided[]>`select * from private.personal_data order by relation`];

async function columnsOf(relation: string): Promise<string[]> {
  const found = await database.sql<{ name: string }[]>`
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
    const columns = await columnsOf(relation);
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
