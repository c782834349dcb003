/** Every cell of the matrix for tables, proven in SQL as the role. */
import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { byStaff, everyRow, type TableAccess, type Verbs, verbsOf } from "./access.ts";
import { tables } from "./matrix.ts";
import {
  type Actor,
  insertStatement,
  inWorld,
  keyOf,
  type Outcome,
  rowsOf,
  type World,
} from "./world.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase();
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const refused = "42501";
const codeOf = (outcome: Outcome) => "code" in outcome ? outcome.code : undefined;

async function proveSelect(world: World, table: string, actor: Actor, verbs: Verbs) {
  const key = await keyOf(world.tx, table);
  const outcome = await world.as(actor, `select ${key} as key from ${table} order by 1`);
  const about = `select on ${table} as ${actor.name}`;
  if (verbs.select === undefined) {
    assert.equal(codeOf(outcome), refused, about);
    return;
  }
  const seen = rowsOf(outcome, about).map((row) => row["key"]);
  assert.deepEqual(seen, await world.keysWhere(table, verbs.select, actor), about);
  // What cannot be seen cannot be counted or filtered for either.
  const hidden = await world.keysWhere(table, `not coalesce((${verbs.select}), false)`, actor);
  const counted = await world.as(
    actor,
    `select count(*)::int as count from ${table} where ${key} = any ($1)`,
    [hidden],
  );
  assert.deepEqual(rowsOf(counted, about), [{ count: 0 }], about);
}

async function proveColumns(
  world: World,
  table: string,
  columns: string[],
  actor: Actor,
  verbs: Verbs,
) {
  // By the catalogue, too: an insert that a grant would allow and no policy does is 42501 as well.
  for (const verb of ["insert", "update"] as const) {
    const granted = await world.tx<{ name: string }[]>`
      select attname as name from pg_catalog.pg_attribute
      where attrelid = ${table}::regclass and attnum > 0 and not attisdropped
        and has_column_privilege(${actor.role}, attrelid, attnum, ${verb})`;
    assert.deepEqual(
      granted.map(({ name }) => name).toSorted(),
      (verbs[verb]?.columns ?? []).toSorted(),
      `columns of ${table} that ${actor.role} may ${verb}`,
    );
  }
  for (const column of columns) {
    // Column privileges are checked before anything is read or written, rows or none.
    const tries = {
      select: [`select "${column}" from ${table} limit 0`, verbs.select !== undefined],
      insert: [
        `insert into ${table} ("${column}") values (default)`,
        verbs.insert?.columns.includes(column) ?? false,
      ],
      update: [
        `update ${table} set "${column}" = default where false`,
        verbs.update?.columns.includes(column) ?? false,
      ],
    } as const;
    for (const [verb, [statement, allowed]] of Object.entries(tries)) {
      const code = codeOf(await world.as(actor, statement));
      const about = `${verb} of ${table}.${column} as ${actor.name} ended with ${code}`;
      // The grant, which the catalogue has shown, is every user's; the policy lets staff alone write, or
      // asks for more than a row of defaults is.
      const asked = verb === "insert" ? verbs.insert?.rows ?? everyRow : everyRow;
      const notTheirs = asked === byStaff ? actor.name !== "staff" : asked !== everyRow;
      if (allowed && notTheirs) continue;
      if (allowed) assert.notEqual(code, refused, about);
      else assert.equal(code, refused, about);
    }
  }
}

/** Postgres refuses to write what a join made before it asks for privileges: they are read instead. */
async function proveUnwritable(world: World, view: string, actor: Actor) {
  const [held] = await world.tx<{ writable: boolean }[]>`
    select has_table_privilege(${actor.role}, ${view}, 'insert, update, delete, truncate') as writable`;
  assert.equal(held!.writable, false, `${actor.name} holds a privilege to write ${view}`);
  assert.ok(codeOf(await world.as(actor, `delete from ${view}`)));
}

/** A verb without a condition touches exactly the rows that the matrix gives, and nobody else's. */
async function proveReach(world: World, table: string, actor: Actor, verbs: Verbs) {
  const column = verbs.update?.columns[0];
  if (verbs.update !== undefined && column !== undefined) {
    const reach = await world.keysWhere(table, verbs.update.rows, actor);
    const outcome = await world.as(
      actor,
      `update ${table} set "${column}" = "${column}"`,
    );
    // An identity column takes no value: then the grant was what the column proof has shown.
    if (codeOf(outcome) !== "428C9") {
      assert.equal(
        (outcome as { count: number }).count,
        reach.length,
        `update of ${table} as ${actor.name} ended with ${JSON.stringify(outcome)}`,
      );
    }
  }
  const removal = await world.as(actor, `delete from ${table}`);
  const about = `delete from ${table} as ${actor.name}`;
  if (verbs.delete === undefined) {
    assert.equal(codeOf(removal), refused, about);
  } else {
    const reach = await world.keysWhere(table, verbs.delete, actor);
    // What others hang on stays: it was let through, and met them.
    if (codeOf(removal) === "23503") assert.ok(reach.length > 0, about);
    else assert.equal((removal as { count: number }).count, reach.length, about);
  }
}

async function proveInsert(world: World, table: string, actor: Actor, verbs: Verbs) {
  const { samples } = tables[table]!;
  if (samples === "sign-up" || verbs.insert === undefined) return;
  const { insert } = verbs;
  for (const owner of [world.owner, world.stranger]) {
    const fresh = { ...owner, unique: crypto.randomUUID().slice(0, 8) };
    const [sample] = samples(fresh);
    const row = Object.fromEntries(
      Object.entries(sample!).filter(([column]) => insert.columns.includes(column)),
    );
    const own = insert.rows === "true" ||
      (insert.rows === byStaff ? actor.name === "staff" : owner.userId === actor.id);
    const outcome = await world.as(actor, insertStatement(table, row), Object.values(row));
    const about = `insert into ${table} as ${actor.name} ended with ${JSON.stringify(outcome)}`;
    // Let through, it may still meet the sample that is there: policies are asked before keys.
    const allowed = [undefined, "23505"];
    if (own) assert.ok(allowed.includes(codeOf(outcome)), about);
    else assert.equal(codeOf(outcome), refused, about);
  }
}

/** A proof over rows that are all seen, or none, would prove nothing. */
async function proveSamples(world: World, table: string, access: TableAccess) {
  const rows = await world.keysWhere(table, "true", world.actors[0]!);
  assert.ok(rows.length >= 2, `${table} has ${rows.length} sample rows`);
  for (const role of ["anon", "authenticated"] as const) {
    const { select } = access[role];
    if (select === undefined || select === "true") continue;
    const actors = world.actors.filter((one) => one.role === role);
    for (const actor of actors) {
      if (actor.name === "staff") continue; // Some tables are there for staff to read as a whole.
      const seen = await world.keysWhere(table, select, actor);
      assert.ok(seen.length < rows.length, `${actor.name} sees every row of ${table}`);
    }
    const reader = select === byStaff ? actors.find(({ name }) => name === "staff")! : actors[0]!;
    const seen = await world.keysWhere(table, select, reader);
    assert.ok(seen.length > 0, `${reader.name} sees no row of ${table}`);
  }
}

for (const [table, access] of Object.entries(tables)) {
  Deno.test(`${table}: each role does what the matrix allows, and nothing else`, async () => {
    await inWorld(database.sql, async (world) => {
      await proveSamples(world, table, access);
      const proven = new Set<string>();
      for (const actor of world.actors) {
        const verbs = verbsOf(access, actor.role);
        await proveSelect(world, table, actor, verbs);
        if (access.view) {
          await proveUnwritable(world, table, actor);
          continue;
        }
        await proveReach(world, table, actor, verbs);
        await proveInsert(world, table, actor, verbs);
        // Privileges on columns are the role's, whoever acts in it.
        if (proven.has(actor.role)) continue;
        proven.add(actor.role);
        await proveColumns(world, table, access.columns, actor, verbs);
      }
    });
  });
}

Deno.test("a member reads no invoice of the workspace, an admin and billing do", async () => {
  await inWorld(database.sql, async (world) => {
    const seenBy = async (name: string) => {
      const actor = world.actors.find((one) => one.name === name)!;
      const outcome = await world.as(
        actor,
        `select count(*)::int as seen from public.invoices where workspace_id = $1`,
        [world.owner.workspaceId],
      );
      return rowsOf(outcome, name)[0]!["seen"];
    };
    for (const name of ["owner", "admin", "billing"]) assert.equal(await seenBy(name), 1, name);
    for (const name of ["member", "stranger"]) assert.equal(await seenBy(name), 0, name);
  });
});

Deno.test("nothing outside public, private and storage is open to an API role", async () => {
  const open = await database.sql<{ name: string }[]>`
    select distinct relation.oid::regclass || ' to ' || role as name
    from pg_catalog.pg_class as relation
    join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace,
      unnest(array['anon', 'authenticated', 'service_role']) as role
    where namespace.nspname !~ '^pg_' and namespace.nspname <> 'information_schema'
      and relation.relkind in ('r', 'p', 'v', 'm', 'f')
      and namespace.nspname not in ('public', 'private', 'storage')
      and has_schema_privilege(role, namespace.oid, 'usage')
      and has_any_column_privilege(role, relation.oid, 'select, insert, update, references')`;
  assert.deepEqual([...open], []);
});

Deno.test("no sequence is open to an API role", async () => {
  const open = await database.sql<{ name: string }[]>`
    select relation.oid::regclass || ' to ' || role as name
    from pg_catalog.pg_class as relation,
      unnest(array['anon', 'authenticated', 'service_role']) as role
    where relation.relkind = 'S'
      and relation.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
      and has_sequence_privilege(role, relation.oid, 'usage, select, update')`;
  assert.deepEqual([...open], []);
});
