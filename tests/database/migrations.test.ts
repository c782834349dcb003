/** The migrations as files, and applied to a database as a new project has it. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { freshDatabase } from "../../local/postgres/fresh-database.ts";
import { migrate, readMigrations } from "../../local/postgres/migrate.ts";
import { assertHostedGrants } from "../../local/gateway/mod.ts";
import { shortDiff } from "../../scripts/drift/derived.ts";
import { dumpSchema } from "../../scripts/drift/schema.ts";
import { functions, tables } from "../rls/matrix.ts";
import { seededRandom } from "../support/random.ts";
import { applyToRows } from "./rows/apply.ts";
import { meantToChange, noSignUpAfter } from "./rows/hand-made.ts";

const supabaseDir = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "supabase");
const folder = join(supabaseDir, "migrations");
const server = () => Deno.env.get("SOCLE_TEST_DATABASE");
const template = () => Deno.env.get("SOCLE_TEST_TEMPLATE");

Deno.test("migrations: named by time and capability, in order, none twice", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) files.push(name);
  for (const name of files) assert.match(name, /^\d{14}_[a-z][a-z0-9_]*\.sql$/);
  const versions = files.map((name) => name.slice(0, 14));
  assert.equal(new Set(versions).size, files.length);
  const read = await readMigrations(folder);
  assert.deepEqual(read.map((one) => one.version), versions.toSorted());
});

Deno.test("migrations: each says at its head what it is about, in lower-case SQL", async () => {
  for (const { name, sql } of await readMigrations(folder)) {
    assert.match(sql, /^-- [A-Z][^\n]+/, name);
    assert.ok(sql.endsWith("\n"), name);
    const code = sql.replace(/--[^\n]*/g, "").replace(/'(?:[^']|'')*'/g, "''");
    assert.doesNotMatch(
      code,
      /\b(?:CREATE|ALTER|DROP|SELECT|INSERT|UPDATE|DELETE|GRANT|REVOKE|BEGIN|END|RETURNS)\b/,
      name,
    );
  }
});

Deno.test("migrations: apply one by one to a database with rows, keep them, and end in the same schema", async (t) => {
  await using database = await freshDatabase({ server: server(), supabaseDir: null });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  // MIGRATION_ROWS_SEED makes other rows.
  const seed = Number(Deno.env.get("MIGRATION_ROWS_SEED") ?? "1");
  try {
    const migrations = await readMigrations(folder);
    const { lost, withoutSignUp, empty } = await applyToRows(
      sql,
      migrations,
      seededRandom(seed),
    );

    await t.step("every table has met the later migrations with rows", () => {
      assert.deepEqual(empty, {});
    });
    await t.step("no row has gone or changed, but where the migration says so", () => {
      // What a part is dropped by (docs/without-the-shop.md) is there to take away, and tested by tests/drop.
      const unmeant = lost.filter(({ migration }) => !/_without_[a-z]+$/.test(migration));
      for (const { migration, table, rows, of, columns } of unmeant) {
        const told = `${migration}: ${rows} of ${of} rows of ${table}: ${columns}`;
        const meant = meantToChange[migration];
        assert.equal(table, meant?.table, told);
        assert.deepEqual(columns.filter((column) => !meant!.columns.includes(column)), [], told);
        if (columns.length === 0) assert.deepEqual(meant!.columns, [], told);
        const text = migrations.find(({ version }) => migration.startsWith(version))!.sql;
        assert.match(text, meant!.says);
      }
      assert.deepEqual(
        Object.keys(meantToChange).filter((name) => !lost.some((one) => one.migration === name)),
        [],
        "meant to change rows, and does not",
      );
    });
    await t.step("people can sign up after each, but where a later one is needed", () => {
      assert.deepEqual(Object.keys(withoutSignUp), noSignUpAfter);
    });
    await t.step(
      "the schema is that of an empty database, which `task drift` compares",
      async () => {
        await using empty = await freshDatabase({ server: server(), template: template() });
        const other = postgres(empty.url, { max: 1, onnotice: () => {} });
        const wanted = await dumpSchema(other).finally(() => other.end());
        assert.deepEqual(shortDiff(await dumpSchema(sql), wanted), []);
      },
    );
  } finally {
    await sql.end();
  }
});

Deno.test("migrations: one that empties a column, or puts as many other rows in, is noticed", async () => {
  await using database = await freshDatabase({ server: server(), supabaseDir: null });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const steps = {
    first: "create table public.notes (id bigint generated always as identity, body text not null)",
    kept: "alter table public.notes add column more text default 'x'",
    narrowed: "alter table public.notes drop column more",
    emptied: "update public.notes set body = ''",
    replaced: `
      with gone as (delete from public.notes returning body)
      insert into public.notes (body) select body || '!' from gone`,
    fewer: "delete from public.notes where id = (select min(id) from public.notes)",
    dropped: "drop table public.notes",
  };
  const migrations = Object.entries(steps).map(([name, text], index) => ({
    version: String(index),
    name,
    sql: text,
  }));
  try {
    const { lost } = await applyToRows(sql, migrations, seededRandom(1));
    assert.deepEqual(lost.map(({ migration, columns }) => [migration, columns]), [
      ["3_emptied", ["body"]],
      ["4_replaced", ["id", "body"]],
      ["5_fewer", []],
      ["6_dropped", []],
    ]);
  } finally {
    await sql.end();
  }
});

Deno.test("migrations: applied again, they change nothing", async () => {
  await using database = await freshDatabase({ server: server(), template: template() });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    const before = await dumpSchema(sql);
    assert.equal((await migrate(database.url, supabaseDir)).applied, 0);
    assert.equal(await dumpSchema(sql), before);
  } finally {
    await sql.end();
  }
});

Deno.test("migrations: one that dies half-way leaves nothing, and is applied when it is mended", async () => {
  await using database = await freshDatabase({ server: server(), supabaseDir: null });
  const dir = await Deno.makeTempDir();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const write = (name: string, text: string) =>
    Deno.writeTextFile(join(dir, "migrations", name), text);
  try {
    await Deno.mkdir(join(dir, "migrations"));
    await write("20260101000000_first.sql", "create table public.first (id int primary key);");
    const second =
      "alter table public.first add column n int; insert into public.first values (1, 2);";
    await write("20260101000001_second.sql", `${second} select 1 / 0;`);
    await assert.rejects(migrate(database.url, dir, { seed: false }), /20260101000001_second\.sql/);
    const columns = () =>
      sql`select column_name from information_schema.columns
      where table_name = 'first' order by ordinal_position`.then((rows) =>
        rows.map((row) => row["column_name"])
      );
    assert.deepEqual(await columns(), ["id"]);
    assert.deepEqual([...await sql`select * from public.first`], []);

    await write("20260101000001_second.sql", second);
    assert.equal((await migrate(database.url, dir, { seed: false })).applied, 1);
    assert.deepEqual(await columns(), ["id", "n"]);
    assert.equal((await migrate(database.url, dir, { seed: false })).applied, 0);
  } finally {
    await sql.end();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("seed: a run that ends between the last migration and the seed's end is made good by the next one", async () => {
  await using database = await freshDatabase({ server: server(), supabaseDir: null });
  const dir = await Deno.makeTempDir();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const bowls = async () => (await sql`select name from public.bowls`).map(({ name }) => name);
  const seed = "insert into public.bowls values ('sand');";
  try {
    await Deno.mkdir(join(dir, "migrations"));
    await Deno.writeTextFile(
      join(dir, "migrations", "20260101000000_bowls.sql"),
      "create table public.bowls (name text);",
    );
    const ended = () => Promise.reject(new Error("Ctrl-C"));
    await assert.rejects(migrate(database.url, dir, { beforeSeed: ended }), /Ctrl-C/);
    await Deno.writeTextFile(join(dir, "seed.sql"), `${seed} select 1 / 0;`);
    await assert.rejects(migrate(database.url, dir), /division by zero/);
    assert.deepEqual(await bowls(), []);

    await Deno.writeTextFile(join(dir, "seed.sql"), seed);
    assert.deepEqual(await migrate(database.url, dir), { applied: 0, seeded: true });
    assert.deepEqual(await migrate(database.url, dir), { applied: 0, seeded: false });
    assert.deepEqual(await bowls(), ["sand"]);
  } finally {
    await sql.end();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("seed: a database that was made without it never gets it later", async () => {
  await using database = await freshDatabase({ server: server(), supabaseDir: null });
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(dir, "migrations"));
    await Deno.writeTextFile(join(dir, "migrations", "20260101000000_none.sql"), "select 1;");
    await Deno.writeTextFile(join(dir, "seed.sql"), "select 1 / 0;");
    assert.equal((await migrate(database.url, dir, { seed: false })).seeded, false);
    assert.equal((await migrate(database.url, dir)).seeded, false);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("grants: what the owner makes later is open to no API role", async () => {
  await using database = await freshDatabase({ server: server() });
  await assertHostedGrants(database.adminUrl);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    for (const schema of ["public", "private"]) {
      await sql.unsafe(`
        create table ${schema}.later (id bigint generated always as identity, n serial);
        create view ${schema}.later_view as select 1 as one;
        create function ${schema}.later() returns int language sql as 'select 1';
        create procedure ${schema}.later_too() language sql as 'select 1';
      `);
      const open = await sql<{ name: string }[]>`
        select role || ': ' || object as name
        from unnest(array['anon', 'authenticated', 'service_role']) as role,
          lateral (values
            ('table', has_table_privilege(role, ${`${schema}.later`}, 'select, insert, update, delete, truncate, references, trigger')),
            ('columns', has_any_column_privilege(role, ${`${schema}.later`}, 'select, insert, update')),
            ('view', has_table_privilege(role, ${`${schema}.later_view`}, 'select, insert, update, delete')),
            ('sequence', has_sequence_privilege(role, ${`${schema}.later_n_seq`}, 'usage, select, update')),
            ('function', has_function_privilege(role, ${`${schema}.later()`}, 'execute')),
            ('procedure', has_function_privilege(role, ${`${schema}.later_too()`}, 'execute'))
          ) as made (object, opened)
        where opened`;
      assert.deepEqual([...open], []);
    }
  } finally {
    await sql.end();
  }
});

Deno.test("grants: a project that exposes new objects by default exposes none of the later ones", async () => {
  await using database = await freshDatabase({ server: server(), supabaseDir: null });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    // As hosted projects had it until October 2026.
    await sql.unsafe(`
      alter default privileges for role postgres in schema public
        grant all on tables to anon, authenticated, service_role;
      alter default privileges for role postgres in schema public
        grant all on functions to anon, authenticated, service_role;
      alter default privileges for role postgres in schema public
        grant all on sequences to anon, authenticated, service_role;
    `);
    await migrate(database.url, supabaseDir);
    const readByAll = Object.entries(tables).filter(([, { anon }]) => anon.select !== undefined)
      .map(([name]) => name.replace("public.", ""));
    const open = await sql<{ name: string }[]>`
      select relation.oid::regclass::text as name from pg_catalog.pg_class as relation,
        aclexplode(relation.relacl) as acl
      where relation.relnamespace = 'public'::regnamespace and acl.grantee = 'anon'::regrole
        and not (acl.privilege_type = 'SELECT' and relation.relname = any (${readByAll}))
      union all
      select role || ': public.' || proc.proname || '(' || array_to_string(array(
        select format_type(type, null) from unnest(proc.proargtypes) as type), ',') || ')'
      from pg_catalog.pg_proc as proc, unnest(array['anon', 'authenticated']) as role
      where proc.pronamespace = 'public'::regnamespace
        and has_function_privilege(role, proc.oid, 'execute')`;
    const granted = Object.entries(functions).flatMap(([name, { execute }]) =>
      name.startsWith("public.") ? execute.map((role) => `${role}: ${name}`) : []
    );
    assert.deepEqual(open.map(({ name }) => name).filter((name) => !granted.includes(name)), []);
  } finally {
    await sql.end();
  }
});
