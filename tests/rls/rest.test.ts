/**
 * The matrix for tables, proven through PostgREST with supabase-js, as an application calls it. Who may
 * read and write which rows is tried by everybody; which columns, once a role, whose privileges they are.
 */
import assert from "node:assert/strict";
import { each } from "../endpoints/suite/case.ts";
import { byStaff, everyRow, type TableAccess, type Verbs, verbsOf } from "./access.ts";
import { functions, tables } from "./matrix.ts";
import { type Caller, type RestWorld, restWorld } from "./rest-world.ts";
import { type Row, sorted } from "./rows.ts";

let world: RestWorld;
Deno.test.beforeAll(async () => {
  world = await restWorld();
});
Deno.test.afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

const refused = "42501";
const published = Object.entries(tables).filter(([table]) => table.startsWith("public."))
  .map(([table, access]) => ({ table, name: table.slice("public.".length), access }));

/** Columns that take no value, whoever gives one: their refusal says nothing of privileges. */
async function identities(table: string): Promise<string[]> {
  const rows = await world.sql<{ name: string }[]>`
    select attname as name from pg_catalog.pg_attribute
    where attrelid = ${table}::regclass and attidentity = 'a'`;
  return rows.map((row) => row.name);
}

/** What names a row: the columns of its table's primary key. */
async function keyOf(table: string): Promise<(row: Row) => Row> {
  const rows = await world.sql<{ name: string }[]>`
    select attribute.attname as name from pg_catalog.pg_index as index
    join pg_catalog.pg_attribute as attribute
      on attribute.attrelid = index.indrelid and attribute.attnum = any (index.indkey)
    where index.indrelid = ${table}::regclass and index.indisprimary`;
  return (row) => Object.fromEntries(rows.map(({ name }) => [name, row[name]]));
}

/** Whom the matrix lets do most with a table among those who sign in. */
function strongest({ authenticated: { select, insert, update } }: TableAccess): Caller {
  return [select, insert?.rows, update?.rows].includes(byStaff) ? world.staff : world.owner;
}

async function everyRowOf(table: string): Promise<string[]> {
  return sorted(await world.rowsWhere(table, everyRow, world.anon));
}

/** The column whose values are fewest, so that few requests write each row's own value back to it. */
function plainest(columns: string[], rows: Row[]): { column: string; values: unknown[] } {
  const found = columns.map((column) => ({
    column,
    values: [...new Set(rows.map((row) => row[column]))],
  })).filter(({ values }) => values.every((value) => typeof value !== "object" || value === null));
  return found.toSorted((one, other) => one.values.length - other.values.length)[0]!;
}

const signedIn = () => world.callers.filter(({ role }) => role === "authenticated");

type Attempt = [about: string, run: () => PromiseLike<{ error: { code: string } | null }>];

/** What the matrix keeps from a role: whole verbs, and each column of the verbs that it has. */
function keptFrom(caller: Caller, verbs: Verbs, table: {
  name: string;
  columns: string[];
  row: Row;
  match: Row;
}): Attempt[] {
  const { name, columns, row, match } = table;
  const from = () => caller.client.from(name);
  const only = (granted: string[] = []) =>
    Object.fromEntries(granted.filter((one) => one in row).map((one) => [one, row[one]]));
  const attempts: Attempt[] = [];
  if (verbs.insert === undefined) {
    attempts.push(["insert", () => from().insert(row)], ["upsert", () => from().upsert(row)]);
  }
  if (verbs.delete === undefined) attempts.push(["delete", () => from().delete().match(match)]);
  for (const column of columns.filter((one) => one in row)) {
    // Beside columns that may be given, so that nothing but this one is wrong.
    if (!verbs.update?.columns.includes(column)) {
      const given = { ...only(verbs.update?.columns), [column]: row[column] };
      attempts.push([`update of ${column}`, () => from().update(given).match(match)]);
    }
    if (verbs.insert !== undefined && !verbs.insert.columns.includes(column)) {
      const given = { ...only(verbs.insert.columns), [column]: row[column] };
      attempts.push(
        [`upsert of ${column}`, () => from().upsert(given)],
        // One row that may be, and one that may not, in one request.
        [
          `insert of ${column} beside another row`,
          () => from().insert([only(verbs.insert!.columns), given]),
        ],
      );
    }
  }
  return attempts.map(([about, run]) => [`${about} as ${caller.name}`, run]);
}

for (const { table, name, access } of published) {
  Deno.test(`REST ${table}: each caller reads and counts what the matrix allows`, async () => {
    await each([...world.callers, world.operator], async (caller) => {
      const { select } = verbsOf(access, caller.role);
      const reply = await caller.client.from(name).select("*", { count: "exact" });
      if (select === undefined) {
        assert.equal(reply.error?.code, refused, caller.name);
        assert.equal(reply.count, null);
        const counted = await caller.client.from(name).select("*", { count: "exact", head: true });
        assert.equal(counted.count, null);
        return;
      }
      assert.equal(reply.error, null, caller.name);
      const expected = await world.rowsWhere(table, select, caller);
      assert.deepEqual(sorted(reply.data!), sorted(expected), caller.name);
      assert.equal(reply.count, expected.length, caller.name);
    });
  });

  Deno.test(`REST ${table}: no column is read by whom the matrix gives no rows`, async () => {
    if (access.anon.select !== undefined) return;
    await each(access.columns, async (column) => {
      const { error } = await world.anon.client.from(name).select(column).limit(0);
      assert.equal(error?.code, refused, column);
    });
  });

  Deno.test(`REST ${table}: no role writes a row or a column that the matrix keeps from it`, async () => {
    const before = await everyRowOf(table);
    const { select = everyRow } = access.authenticated;
    const writer = strongest(access);
    const [row] = await world.rowsWhere(table, select, writer);
    assert.ok(row, `${writer.name} reads no row`);
    const unset = await identities(table);
    const fresh = Object.fromEntries(Object.entries(row).filter(([one]) => !unset.includes(one)));
    const match = (await keyOf(table))(row);
    const attempts = [world.anon, writer, world.operator].flatMap((caller) =>
      keptFrom(caller, verbsOf(access, caller.role), {
        name,
        columns: access.columns,
        row: fresh,
        match,
      })
    );
    await each(attempts, async ([about, run]) => {
      const code = (await run()).error?.code;
      // What a view has joined is refused before privileges are looked at; tables.test.ts reads those.
      assert.ok(
        code === refused || (access.view && code === "55000"),
        `${about} ended with ${code}`,
      );
    });
    assert.deepEqual(await everyRowOf(table), before);
  });

  const { update, insert } = access.authenticated;
  if (update !== undefined) {
    Deno.test(`REST ${table}: a user changes the rows that the matrix gives, and no others`, async () => {
      const key = await keyOf(table);
      const all = await world.rowsWhere(table, everyRow, world.anon);
      const { column, values } = plainest(update.columns, all);
      assert.ok((await world.rowsWhere(table, update.rows, strongest(access))).length > 0);
      await each(signedIn(), async (caller) => {
        const own = await world.rowsWhere(table, update.rows, caller);
        const changed: Row[] = [];
        // Without a condition on whose they are.
        for (const value of values) {
          const all = caller.client.from(name).update({ [column]: value });
          const { error, data } =
            await (value === null ? all.is(column, null) : all.eq(column, value))
              .select();
          assert.equal(error, null, `${caller.name}: ${JSON.stringify(error)}`);
          changed.push(...data!);
        }
        assert.deepEqual(sorted(changed.map(key)), sorted(own.map(key)), caller.name);
      });
    });
  }

  if (insert !== undefined && access.samples !== "sign-up") {
    const { samples } = access;
    Deno.test(`REST ${table}: a user inserts the rows that the matrix lets him, and no others`, async () => {
      for (const whose of ["owner", "stranger"] as const) {
        const fresh = { ...world.samplesOf[whose], unique: crypto.randomUUID().slice(0, 8) };
        const row: Row = Object.fromEntries(
          Object.entries(samples(fresh)[0]!).filter(([one]) => insert.columns.includes(one)),
        );
        await each(world.callers, async (caller) => {
          const mayInsert = caller.role === "authenticated" && (insert.rows === everyRow ||
            (insert.rows === byStaff ? caller === world.staff : caller === world[whose]));
          const { error } = await caller.client.from(name).insert(row);
          const about = `${caller.name} inserts what is ${whose}'s: ${JSON.stringify(error)}`;
          // Let through, it may still meet the sample that is there: policies are asked before keys.
          if (mayInsert) assert.ok(error === null || error.code === "23505", about);
          else assert.equal(error?.code, refused, about);
        });
      }
    });
  }
}

/** Puts rows back as they were. */
async function restore(table: string, rows: Row[]): Promise<void> {
  for (const row of rows) {
    await world.sql.unsafe(
      `insert into ${table} select * from jsonb_populate_record(null::${table}, $1::jsonb)`,
      [row as never],
    );
  }
}

Deno.test("REST: the private schema is reached by nobody, not even with the secret key", async () => {
  await each([...world.callers, world.operator], async ({ name, client }) => {
    const replies = [
      await client.schema("private").from("jobs").select(),
      await client.schema("private").from("jobs").insert({ kind: "mail_send" }),
      await client.schema("private").rpc("now"),
      await client.schema("auth").from("users").select(),
      await client.schema("storage").from("objects").select(),
    ];
    for (const { error, data, status } of replies) {
      assert.equal(error?.code, "PGRST106", name);
      assert.equal(status, 406, name);
      assert.equal(data, null);
    }
  });
});

// What is deleted is gone: at the end, and what refers to other rows before them.
for (const { table, name, access } of published.toReversed()) {
  const removed = access.authenticated.delete;
  if (removed === undefined) continue;
  Deno.test(`REST ${table}: a user deletes the rows that the matrix gives, and no others`, async () => {
    const key = await keyOf(table);
    let deletions = 0;
    for (const caller of signedIn()) {
      const own = await world.rowsWhere(table, removed, caller);
      // Without a condition on whose they are.
      const { error, data } = await caller.client.from(name)
        .delete().not(access.columns[0]!, "is", null).select();
      const about = `${caller.name}: ${JSON.stringify(error)}`;
      deletions += own.length;
      // What others hang on stays: it was let through, and met them.
      if (error !== null && own.length > 0) assert.equal(error.code, "23503", about);
      else assert.deepEqual([error, sorted(data!.map(key))], [null, sorted(own.map(key))], about);
      // Staff are the last, and the only ones who delete what others hang on.
      if (caller !== world.staff && error === null) await restore(table, own);
    }
    assert.ok(deletions > 0, "nobody deletes anything");
  });
}

// The last: what the operator may call, it does.
Deno.test("REST: each role calls the RPCs that the matrix gives it; any other is 42501", async () => {
  const found = await world.sql<{ name: string; called: string; arguments: string[] | null }[]>`
    select oid::regprocedure::text as name, proname as called,
      proargnames[1:pronargs] as arguments
    from pg_catalog.pg_proc
    where pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype
    order by 1`;
  assert.ok(found.length > 0);
  const callers = [world.anon, world.owner, world.operator];
  await each(found, async ({ name, called, arguments: names }) => {
    const parameters = Object.fromEntries((names ?? []).map((one) => [one, null]));
    for (const { name: who, role, client } of callers) {
      const { error, data } = await client.rpc(called, parameters);
      const about = `${name} as ${who}: ${JSON.stringify(error)}`;
      if (functions[`public.${name}`]!.execute.includes(role)) {
        // It may refuse the nulls, but it was found, and run.
        assert.notEqual(error?.code, refused, about);
        assert.doesNotMatch(error?.code ?? "", /^PGRST/, about);
      } else {
        assert.equal(error?.code, refused, about);
        assert.equal(data, null);
      }
    }
  });
});
