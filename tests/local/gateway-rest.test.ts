import assert from "node:assert/strict";
import { assertHostedGrants } from "../../local/gateway/mod.ts";
import { startServer } from "./gateway-fixture.ts";

const server = await startServer();
const fixture = await server.fixture({
  migration: `
    create function public.boom(code text) returns void language plpgsql as $$
    begin raise exception using errcode = code, message = 'm', detail = 'd', hint = 'h'; end; $$;
    create function public.echo(n bigint, a jsonb, b jsonb default null) returns jsonb
      language sql stable as $$
      select jsonb_build_object('n', n, 'a', a, 'a_type', jsonb_typeof(a), 'b', b,
        'b_type', jsonb_typeof(b)) $$;
    create function public.lists(ids uuid[], names text[], flags boolean[]) returns jsonb
      language sql stable as $$
      select jsonb_build_object('ids', ids, 'names', names, 'flags', flags) $$;
    create function public.two() returns table (x int, y jsonb) language sql stable as $$
      select 1, '{"a": [1]}'::jsonb union all select 2, '[]' $$;
    create function public.pair(out x int, out y text) language sql stable as $$ select 1, 'z' $$;
    create function public.values() returns table (t timestamptz, d date, n numeric, b bigint)
      language sql stable as $$
      select '2026-11-22 08:00:00.5+00'::timestamptz, '2026-11-22'::date, 4.50, 9007199254740991 $$;
    create function public.request_id() returns text language sql stable as $$
      select current_setting('request.headers', true)::jsonb ->> 'x-request-id' $$;
    create function public.note_then_fail() returns setof public.notes language sql as $$
      insert into public.notes (body) values ('one'), ('two') returning * $$;
    create table public.seen (id int, request_id text default
      current_setting('request.headers', true)::jsonb ->> 'x-request-id');
    grant select, insert on public.seen to service_role;
    create function private.hidden() returns int language sql as $$ select 1 $$;
  `,
});
const { url } = fixture.gateway;
Deno.test.afterAll(() => server.stop());

Deno.test("grants: nothing of Lite's widens them, neither at start nor by requests", async () => {
  const { client } = await fixture.user();
  assert.ifError((await client.from("notes").insert({ body: "a" })).error);
  const { error } = await client.from("notes").update({ status: "done" }).eq("body", "a");
  assert.equal(error?.code, "42501");
  assert.ifError((await client.from("notes").update({ body: "b" }).eq("body", "a")).error);
  await assertHostedGrants(fixture.databaseUrl);
  const open = await fixture.sql`
    select table_schema, table_name, grantee, privilege_type
    from information_schema.table_privileges
    where table_schema in ('private', 'auth')
      and grantee in ('anon', 'authenticated', 'service_role', 'PUBLIC')`;
  assert.deepEqual([...open], []);
});

Deno.test("grants: the self-check refuses a database that exposes new tables", async () => {
  const exposed = await server.fixture();
  await exposed.sql.unsafe(
    "alter default privileges for role postgres in schema public grant all on tables to anon",
  );
  await assert.rejects(assertHostedGrants(exposed.databaseUrl), /exposes new tables to anon/);
});

Deno.test("rest: a user sees and changes own rows only", async () => {
  const [one, two] = [await fixture.user(), await fixture.user()];
  await one.client.from("notes").insert({ body: "mine" });
  assert.deepEqual((await two.client.from("notes").select()).data, []);
  const changed = await two.client.from("notes").update({ body: "x" }).eq("owner", one.id).select();
  assert.deepEqual(changed.data, []);
  const forged = await two.client.from("notes").insert({ body: "x", owner: one.id });
  assert.equal(forged.error?.code, "42501");
  assert.equal((await fixture.client().from("notes").select()).status, 401);
  const all = await fixture.client(fixture.keys.secretKey).from("notes").select("body")
    .eq("owner", one.id);
  assert.deepEqual(all.data, [{ body: "mine" }]);
});

const statuses: Record<string, number> = {
  PT402: 402,
  PT404: 404,
  PT409: 409,
  PT422: 422,
  PT503: 503,
  P0001: 400,
  "22023": 400,
  "23514": 400,
  "23503": 409,
  "23505": 409,
  "40001": 500,
  "42501": 403,
  "55P03": 500,
  XX000: 500,
};
for (const [code, status] of Object.entries(statuses)) {
  Deno.test(`rest: an error ${code} raised in SQL comes through as ${status}, with all it says`, async () => {
    const { client } = await fixture.user();
    const reply = await client.rpc("boom", { code });
    assert.equal(reply.status, status);
    const { message, details, hint } = reply.error!;
    assert.deepEqual(
      { code: reply.error!.code, message, details, hint },
      { code, message: "m", details: "d", hint: "h" },
    );
  });
}

Deno.test("rest: violated constraints have PostgREST's code and status", async () => {
  const { client } = await fixture.user();
  const insert = (row: object) => client.from("notes").insert(row);
  assert.ifError((await insert({ body: "once" })).error);
  const violations = [
    [await insert({ body: "" }), "23514", 400],
    [await insert({ body: null }), "23502", 400],
    [await insert({ body: "once" }), "23505", 409],
    [await client.from("comments").insert({ note_id: -1, body: "" }), "23503", 409],
  ] as const;
  for (const [reply, code, status] of violations) {
    assert.equal(reply.error?.code, code);
    assert.equal(reply.status, status);
  }
});

Deno.test("rest: JSON columns keep every kind of value as it is", async () => {
  const { client, id } = await fixture.user();
  const values = [{ a: 1, b: { c: [null] } }, [1, 2], [], [true], true, 3, "text", "3", "[1]"];
  const rows = values.map((tags, i) => ({ body: String(i), tags }));
  assert.ifError((await client.from("notes").insert(rows)).error);
  const stored = await fixture.sql<{ tags: unknown; type: string }[]>`
    select tags, jsonb_typeof(tags) as type from public.notes where owner = ${id} order by id`;
  assert.deepEqual(stored.map((row) => row.tags), values);
  assert.deepEqual(stored.map((row) => row.type), [
    "object",
    "array",
    "array",
    "array",
    "boolean",
    "number",
    "string",
    "string",
    "string",
  ]);
  await client.from("notes").update({ tags: { changed: [1] } }).eq("body", "0");
  const found = await client.from("notes").select("tags").contains("tags", { changed: [1] });
  assert.deepEqual(found.data, [{ tags: { changed: [1] } }]);
});

Deno.test("rpc: bigint and jsonb round-trip by POST and by GET", async () => {
  const { client } = await fixture.user();
  const cases: [unknown, string][] = [
    [{ x: [1, { y: "q" }] }, "object"],
    [[1, "a", { z: true }, [2]], "array"],
    [["a", "b"], "array"],
    [[true], "array"],
    ["text", "string"],
    ["[1]", "string"],
    [5, "number"],
    [false, "boolean"],
  ];
  for (const [value, type] of cases) {
    const { data, error } = await client.rpc("echo", { n: 9007199254740991, a: value });
    assert.ifError(error);
    assert.deepEqual(data, {
      n: 9007199254740991,
      a: value,
      a_type: type,
      b: null,
      b_type: null,
    });
  }
  const got = await client.rpc("echo", { n: 1, a: '{"q":[1]}', b: "[2]" }, { get: true });
  assert.deepEqual(got.data.a, { q: [1] });
  assert.deepEqual(got.data.b, [2]);
});

Deno.test("rpc: arrays, tables, records and times come as PostgREST writes them", async () => {
  const { client } = await fixture.user();
  const lists = {
    ids: [crypto.randomUUID()],
    names: ["a", "b,c", 'q"x', "é"],
    flags: [true, false],
  };
  assert.deepEqual((await client.rpc("lists", lists)).data, lists);
  const empty = { ids: [], names: [], flags: [] };
  assert.deepEqual((await client.rpc("lists", empty)).data, empty);
  assert.deepEqual((await client.rpc("two")).data, [{ x: 1, y: { a: [1] } }, { x: 2, y: [] }]);
  assert.deepEqual((await client.rpc("pair")).data, { x: 1, y: "z" });
  assert.deepEqual((await client.rpc("values")).data, [
    { t: "2026-11-22T08:00:00.5+00:00", d: "2026-11-22", n: 4.5, b: 9007199254740991 },
  ]);
});

Deno.test("rest: request headers reach SQL in RPC and in table requests", async () => {
  const headers = {
    apikey: fixture.keys.secretKey,
    "x-request-id": "r-1",
    "content-type": "application/json",
    prefer: "return=representation",
  };
  const rpc = await fetch(`${url}/rest/v1/rpc/request_id`, { method: "POST", headers, body: "{}" });
  assert.equal(await rpc.json(), "r-1");
  const row = await fetch(`${url}/rest/v1/seen`, { method: "POST", headers, body: '{"id":1}' });
  assert.deepEqual(await row.json(), [{ id: 1, request_id: "r-1" }]);
});

Deno.test("rest: count, range, embedding and single work on reads and writes", async () => {
  const { client } = await fixture.user();
  const made = await client.from("notes").insert([{ body: "1" }, { body: "2" }, { body: "3" }])
    .select("id").order("id");
  const page = await client.from("notes").select("body", { count: "exact" }).order("id").range(
    1,
    1,
  );
  assert.equal(page.count, 3);
  assert.deepEqual(page.data, [{ body: "2" }]);
  const note_id = made.data![0]!.id;
  const comment = await client.from("comments").insert({ note_id, body: "c" })
    .select("body, notes(body)").single();
  assert.deepEqual(comment.data, { body: "c", notes: { body: "1" } });
  const embedded = await client.from("notes").select("body, comments(body)").eq("id", note_id);
  assert.deepEqual(embedded.data, [{ body: "1", comments: [{ body: "c" }] }]);
  const none = await client.from("notes").select().eq("id", -1).single();
  assert.equal(none.error?.code, "PGRST116");
  assert.equal(none.status, 406);
});

Deno.test("rest: a write that answers with an error has written nothing", async () => {
  const { client } = await fixture.user();
  const rpc = await client.rpc("note_then_fail").single();
  assert.equal(rpc.error?.code, "PGRST116");
  await client.from("notes").insert([{ body: "a" }, { body: "b" }]);
  const update = await client.from("notes").update({ tags: ["x"] }).neq("body", "").select()
    .single();
  assert.equal(update.error?.code, "PGRST116");
  const { data } = await client.from("notes").select("body, tags").order("id");
  assert.deepEqual(data, [{ body: "a", tags: [] }, { body: "b", tags: [] }]);
});

Deno.test("rest: only the schemas of config.toml are there, for every key", async () => {
  for (const key of [fixture.keys.publishableKey, fixture.keys.secretKey]) {
    for (const schema of ["private", "auth", "storage"]) {
      const reply = await fixture.client(key).schema(schema).from("secrets").select();
      assert.equal(reply.status, 406);
      assert.equal(reply.error?.code, "PGRST106");
    }
    const rpc = await fixture.client(key).schema("private").rpc("hidden");
    assert.equal(rpc.status, 406);
    for (const path of ["private.secrets", "auth.users", "rpc/private.hidden", "rpc/hidden"]) {
      const reply = await fetch(`${url}/rest/v1/${path}`, { headers: { apikey: key } });
      await reply.body?.cancel();
      assert.equal(reply.status, 404, path);
    }
  }
});

Deno.test("rest: a new table is known as soon as it is committed", async () => {
  const service = fixture.client(fixture.keys.secretKey);
  assert.equal((await service.from("late").select()).error?.code, "PGRST205");
  await fixture.sql.unsafe(`
    create table public.late (id int);
    grant select on public.late to service_role;
  `);
  const deadline = Date.now() + 5000;
  for (;;) {
    const { data } = await service.from("late").select();
    if (data) break;
    assert.ok(Date.now() < deadline, "the schema was not read again");
  }
});

Deno.test("rest: a role's statement timeout holds, as PostgREST applies it", async () => {
  const timed = await server.fixture({
    asSuperuser: true,
    migration: `
      create function public.nap() returns void language sql as 'select pg_sleep(20)';
      grant execute on function public.nap to authenticated;
      do $$ begin
        execute format('alter role authenticated in database %I set statement_timeout = 100',
          current_database());
      end; $$;
    `,
  });
  const user = await timed.user();
  const reply = await user.client.rpc("nap");
  assert.equal(reply.error?.code, "57014");
  assert.equal(reply.status, 500);
});
