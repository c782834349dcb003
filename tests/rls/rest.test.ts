/** The matrix for tables, proven through PostgREST with supabase-js, as an application calls it. */
import assert from "node:assert/strict";
import { byStaff } from "./access.ts";
import { tables } from "./matrix.ts";
import { type Caller, type RestWorld, restWorld } from "./rest-world.ts";

let world: RestWorld;
Deno.test.beforeAll(async () => {
  world = await restWorld();
});
Deno.test.afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const refused = "42501";
const published = Object.entries(tables).filter(([table]) => table.startsWith("public."))
  .map(([table, access]) => ({ table, name: table.slice("public.".length), access }));

/** Rows as a set: REST promises no order. */
function sorted(rows: Record<string, unknown>[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).toSorted().map(comparable)))
    .toSorted();
}

/** The same moment is written in several ways. */
function comparable([name, value]: [string, unknown]): [string, unknown] {
  const isTime = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
  return [name, isTime ? Date.parse(value) : value];
}

/** Columns that take no value, whoever gives one: their refusal says nothing of privileges. */
async function identities(table: string): Promise<string[]> {
  const rows = await world.sql<{ name: string }[]>`
    select attname as name from pg_catalog.pg_attribute
    where attrelid = ${table}::regclass and attidentity = 'a'`;
  return rows.map((row) => row.name);
}

async function primaryKey(table: string): Promise<string[]> {
  const rows = await world.sql<{ name: string }[]>`
    select attribute.attname as name from pg_catalog.pg_index as index
    join pg_catalog.pg_attribute as attribute
      on attribute.attrelid = index.indrelid and attribute.attnum = any (index.indkey)
    where index.indrelid = ${table}::regclass and index.indisprimary`;
  return rows.map((row) => row.name);
}

for (const { table, name, access } of published) {
  Deno.test(`REST ${table}: each caller reads and counts what the matrix allows`, async () => {
    for (const caller of world.callers) {
      const { select } = access[caller.role];
      const reply = await caller.client.from(name).select("*", { count: "exact" });
      const counted = await caller.client.from(name).select("*", { count: "exact", head: true });
      if (select === undefined) {
        assert.equal(reply.error?.code, refused, caller.name);
        assert.equal(reply.count, null);
        assert.equal(counted.count, null);
        continue;
      }
      assert.equal(reply.error, null, caller.name);
      const expected = await world.rowsWhere(table, select, caller);
      assert.deepEqual(sorted(reply.data!), sorted(expected), caller.name);
      assert.equal(reply.count, expected.length, caller.name);
      assert.equal(counted.count, expected.length, caller.name);
    }
  });

  Deno.test(`REST ${table}: nobody writes a row or a column that the matrix keeps from him`, async () => {
    const before = await world.rowsWhere(table, "true", world.anon);
    const key = await primaryKey(table);
    const { select = "true" } = access.authenticated;
    const reader = select === byStaff ? world.staff : world.owner;
    const [row] = await world.rowsWhere(table, select, reader);
    const unset = await identities(table);
    const fresh = Object.fromEntries(
      Object.entries(row!).filter(([column]) => !unset.includes(column)),
    );
    const match = Object.fromEntries(key.map((column) => [column, row![column]]));
    const attempts: [string, PromiseLike<{ error: { code: string } | null }>][] = [];
    for (const caller of world.callers) {
      const verbs = access[caller.role];
      const from = () => caller.client.from(name);
      if (verbs.insert === undefined) {
        attempts.push([`insert as ${caller.name}`, from().insert(fresh)]);
        attempts.push([`upsert as ${caller.name}`, from().upsert(fresh)]);
      }
      if (verbs.delete === undefined) {
        attempts.push([`delete as ${caller.name}`, from().delete().match(match)]);
      }
      for (const column of access.columns) {
        if (verbs.update?.columns.includes(column) || unset.includes(column)) continue;
        attempts.push([
          `update of ${column} as ${caller.name}`,
          from().update({ [column]: row![column] }).match(match),
        ]);
      }
    }
    for (const [about, attempt] of attempts) {
      const code = (await attempt).error?.code;
      // What a view has joined is refused before privileges are looked at; tables.test.ts reads those.
      assert.ok(
        code === refused || (access.view && code === "55000"),
        `${about} ended with ${code}`,
      );
    }
    assert.deepEqual(sorted(await world.rowsWhere(table, "true", world.anon)), sorted(before));
  });

  const { update } = access.authenticated;
  if (update !== undefined) {
    Deno.test(`REST ${table}: a user changes an own row, and nobody else's`, async () => {
      const key = await primaryKey(table);
      const column = update.columns[0]!;
      const matchOf = (row: Record<string, unknown>) =>
        Object.fromEntries(key.map((one) => [one, row[one]]));
      const writer = update.rows === byStaff ? world.staff : world.owner;
      const [own] = await world.rowsWhere(table, update.rows, writer);
      const changed = await writer.client.from(name)
        .update({ [column]: own![column] }).match(matchOf(own!)).select();
      assert.equal(changed.error, null);
      assert.equal(changed.data!.length, 1);

      // Another's rows; where only staff write, any row, for who is not.
      const [theirs, other] = update.rows === byStaff
        ? [world.staff, world.stranger]
        : [world.stranger, world.owner];
      for (const row of await world.rowsWhere(table, update.rows, theirs)) {
        const { error, data } = await other.client.from(name)
          .update({ [column]: row[column] }).match(matchOf(row)).select();
        assert.equal(error, null);
        assert.deepEqual(data, []);
        assert.deepEqual(
          (await world.rowsWhere(table, update.rows, theirs)).filter((one) =>
            key.every((part) => one[part] === row[part])
          ),
          [row],
        );
      }
    });
  }
}

Deno.test("REST: no foreign key leads a caller to a row that he may not read", async () => {
  const keys = await world.sql<{ name: string; child: string; parent: string }[]>`
    select conname as name, child.relname as child, parent.relname as parent
    from pg_catalog.pg_constraint as held
    join pg_catalog.pg_class as child on child.oid = held.conrelid
    join pg_catalog.pg_class as parent on parent.oid = held.confrelid
    where held.contype = 'f' and child.relnamespace = 'public'::regnamespace
      and parent.relnamespace = 'public'::regnamespace`;
  assert.ok(keys.length > 0);
  for (const caller of world.callers) {
    for (const key of keys) {
      for (const [from, to] of [[key.parent, key.child], [key.child, key.parent]] as const) {
        const { data, error } = await caller.client.from(from).select(`*, ${to}!${key.name}(*)`);
        const about = `${from} with ${to} as ${caller.name}`;
        const rows = [from, to].map((name) => tables[`public.${name}`]![caller.role].select);
        if (rows.includes(undefined)) {
          assert.equal(error?.code, refused, about);
          continue;
        }
        assert.equal(error, null, about);
        const allowed = new Set(sorted(await world.rowsWhere(`public.${to}`, rows[1]!, caller)));
        const embedded = data!.flatMap((row) => {
          const found = (row as unknown as Record<string, unknown>)[to];
          return found === null ? [] : found as Record<string, unknown>[];
        }).flat();
        for (const row of sorted(embedded)) assert.ok(allowed.has(row), `${about} shows ${row}`);
      }
    }
  }
});

Deno.test("REST: a filter on another's workspace tells nothing of it", async () => {
  const workspace = await world.workspaceOf(world.owner);
  const { client } = world.stranger;
  const hidden = [
    client.from("subscriptions").select("id, workspaces!inner(id)", { count: "exact" })
      .eq("workspaces.id", workspace),
    client.from("workspaces").select("id, subscriptions!inner(id)", { count: "exact" })
      .eq("id", workspace),
    client.from("invoices").select("id", { count: "exact" }).eq("workspace_id", workspace),
    client.from("invoices").select("id, subscriptions!inner(id)", { count: "exact" })
      .eq("subscriptions.workspace_id", workspace),
    client.from("workspace_members").select("user_id", { count: "exact" })
      .eq("workspace_id", workspace),
    client.from("profiles").select("id", { count: "exact" }).eq("id", world.owner.id),
  ];
  for (const reply of await Promise.all(hidden)) {
    assert.equal(reply.error, null);
    assert.deepEqual(reply.data, []);
    assert.equal(reply.count, 0);
  }
});

Deno.test("REST: every server RPC is refused to anon and to a signed-in user with 42501", async () => {
  const found = await world.sql<{ name: string; arguments: string[] | null }[]>`
    select proname as name, proargnames[1:pronargs] as arguments from pg_catalog.pg_proc
    where pronamespace = 'public'::regnamespace
      and not has_function_privilege('authenticated', oid, 'execute')`;
  assert.ok(found.length > 0);
  for (const { name, arguments: names } of found) {
    const parameters = Object.fromEntries((names ?? []).map((one) => [one, null]));
    for (const caller of [world.anon, world.owner]) {
      const { error, data } = await caller.client.rpc(name, parameters);
      assert.equal(error?.code, refused, `${name} as ${caller.name}: ${JSON.stringify(error)}`);
      assert.equal(data, null);
    }
  }
});

Deno.test("REST: the private schema is reached by nobody, not even with the secret key", async () => {
  const clients: [string, Caller["client"]][] = [
    ...world.callers.map((caller): [string, Caller["client"]] => [caller.name, caller.client]),
    ["operator", world.operator],
  ];
  for (const [name, client] of clients) {
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
  }
});
