/** The matrix is complete: whatever the database has and the matrix has not fails here, and the reverse. */
import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { declaredIn, foundIn, type Inventory, type Matrix, unaccounted } from "./inventory.ts";
import { buckets, functions, schemas, sequences, tables, types } from "./matrix.ts";

const matrix: Matrix = { schemas, tables, functions, buckets, sequences, types };

let database: TestDatabase;
let found: Inventory;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
  found = await foundIn(database.sql);
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

Deno.test("matrix: every object and column of the database has a row, and no row is without one", () => {
  assert.deepEqual(unaccounted(found, declaredIn(matrix)), []);
});

/** A copy without one entry of one of its parts. */
function without(part: keyof Matrix, name: string): Matrix {
  const { [name]: _removed, ...others } = matrix[part] as Record<string, unknown>;
  return { ...matrix, [part]: others };
}

Deno.test("matrix: whichever row is removed, it is missed", () => {
  for (const part of ["schemas", "tables", "functions", "buckets"] as const) {
    for (const name of Object.keys(matrix[part])) {
      const missed = unaccounted(found, declaredIn(without(part, name)));
      const own = missed.filter((line) => line.endsWith(` ${name}`));
      assert.equal(own.length, 1, `${part} without ${name}`);
      assert.equal(missed.length, 1 + (tables[name]?.columns.length ?? 0), name);
    }
  }
});

Deno.test("matrix: whichever column is removed, it is missed", () => {
  for (const [name, access] of Object.entries(tables)) {
    for (const column of access.columns) {
      const columns = access.columns.filter((one) => one !== column);
      const lesser = { ...matrix, tables: { ...tables, [name]: { ...access, columns } } };
      assert.deepEqual(unaccounted(found, declaredIn(lesser)), [
        `not in the matrix: column ${name}.${column}`,
      ]);
    }
  }
});

/** What a migration may add, by what is then missed. */
const additions: Record<string, string> = {
  "table public.added": "create table public.added ()",
  "table private.added": "create table private.added ()",
  "column public.profiles.added": "alter table public.profiles add column added text",
  "view public.added": "create view public.added as select",
  "materialized view public.added": "create materialized view public.added as select",
  "function public.added(text)": "create function public.added(text) returns text return $1",
  // Of one name, by what it takes.
  "function public.is_staff(uuid)": "create function public.is_staff(uuid) returns uuid return $1",
  "sequence public.added": "create sequence public.added",
  "type public.added": "create type public.added as enum ('one')",
  "type private.added": "create domain private.added as text",
  "schema added": "create schema added",
  "bucket added": "insert into storage.buckets (id, name) values ('added', 'added')",
};

class Undone extends Error {}

for (const [line, statement] of Object.entries(additions)) {
  Deno.test(`matrix: a new ${line} without a row is missed`, async () => {
    const added = database.sql.begin(async (tx) => {
      await tx.unsafe(statement);
      assert.deepEqual(unaccounted(await foundIn(tx), declaredIn(matrix)), [
        `not in the matrix: ${line}`,
      ]);
      throw new Undone();
    });
    await assert.rejects(added, Undone);
  });
}

Deno.test("matrix: each role uses the schemas that the matrix gives it, and makes nothing in them", async () => {
  for (const [schema, roles] of Object.entries(schemas)) {
    const held = await database.sql<{ role: string; usage: boolean; make: boolean }[]>`
      select role, has_schema_privilege(role, ${schema}, 'usage') as usage,
        has_schema_privilege(role, ${schema}, 'create') as make
      from unnest(array['anon', 'authenticated', 'service_role']) as role`;
    assert.deepEqual(held.filter(({ usage }) => usage).map(({ role }) => role), roles, schema);
    assert.deepEqual(held.filter(({ make }) => make), [], schema);
  }
});
