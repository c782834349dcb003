/**
 * What leads around a row that one may not read, through PostgREST: embedding, filters and orders by what a
 * foreign key leads to, counts and aggregates, casts, and errors that tell what is there.
 */
import assert from "node:assert/strict";
import { each } from "../endpoints/suite/case.ts";
import { tables } from "./matrix.ts";
import { type Caller, type RestWorld, restWorld } from "./rest-world.ts";
import { type Row, sorted } from "./rows.ts";

let world: RestWorld;
let keys: ForeignKey[];
Deno.test.beforeAll(async () => {
  world = await restWorld();
  keys = [
    ...await world.sql<ForeignKey[]>`
    select conname as name, child.relname as child, parent.relname as parent, (
      select attname from pg_catalog.pg_attribute
      where attrelid = held.conrelid and attnum = held.conkey[1]
    ) as column
    from pg_catalog.pg_constraint as held
    join pg_catalog.pg_class as child on child.oid = held.conrelid
    join pg_catalog.pg_class as parent on parent.oid = held.confrelid
    where held.contype = 'f' and child.relnamespace = 'public'::regnamespace
      and parent.relnamespace = 'public'::regnamespace
    order by 1`,
  ];
  assert.ok(keys.length > 20);
});
Deno.test.afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

interface ForeignKey {
  name: string;
  child: string;
  parent: string;
  column: string;
}

const refused = "42501";

/** A step from one table to another, named so that several fit into one request. */
interface Step {
  from: string;
  to: string;
  key: ForeignKey;
}

const steps = (): Step[] =>
  keys.flatMap((key) => [
    { from: key.parent, to: key.child, key },
    { from: key.child, to: key.parent, key },
  ]);

const embedded = ({ to, key }: Step, how = "") => `${key.name}:${to}!${key.name}${how}(*)`;

function selectOf(name: string, caller: Caller) {
  return caller.role === "service_role" ? "true" : tables[`public.${name}`]![caller.role].select;
}

/** The rows that came in place of an embedded table, whether one or a list. */
function rowsIn(data: unknown, name: string): Row[] {
  return (data as Row[]).flatMap((row) => row[name] === null ? [] : row[name] as Row[]).flat();
}

Deno.test("leaks: no foreign key leads a caller to a row that he may not read", async () => {
  // The admin reads what the owner reads.
  await each(
    [world.anon, world.member, world.billing, world.stranger, world.staff],
    async (caller) => {
      const open = steps().filter(({ from, to }) =>
        selectOf(from, caller) !== undefined && selectOf(to, caller) !== undefined
      );
      for (const [from, taken] of Map.groupBy(open, (step) => step.from)) {
        const columns = ["*", ...taken.map((step) => embedded(step))].join(", ");
        const { data, error } = await caller.client.from(from).select(columns);
        assert.equal(
          error,
          null,
          `${columns} of ${from} as ${caller.name}: ${JSON.stringify(error)}`,
        );
        for (const { to, key } of taken) {
          const allowed = new Set(
            sorted(await world.rowsWhere(`public.${to}`, selectOf(to, caller)!, caller)),
          );
          for (const row of sorted(rowsIn(data, key.name))) {
            assert.ok(allowed.has(row), `${from} leads ${caller.name} to ${row} of ${to}`);
          }
        }
      }
    },
  );
});

Deno.test("leaks: embedding what one may not read at all is refused, not left out", async () => {
  for (const caller of [world.anon, world.stranger]) {
    const closed = steps().filter(({ from, to }) =>
      selectOf(from, caller) === undefined || selectOf(to, caller) === undefined
    );
    await each(closed, async (step) => {
      const { error } = await caller.client.from(step.from).select(`*, ${embedded(step)}`);
      assert.equal(error?.code, refused, `${step.from} with ${step.to} as ${caller.name}`);
    });
  }
});

/** What no answer to the stranger may hold. */
async function secrets(): Promise<string[]> {
  const { owner, samplesOf } = world;
  return [owner.id, await world.workspaceOf(owner), samplesOf.owner.unique];
}

async function assertTellsNothing(answer: unknown, asked: string, about: string): Promise<void> {
  // What he asked for, he knows.
  const text = JSON.stringify(answer ?? null).replaceAll(asked, "");
  for (const secret of await secrets()) assert.ok(!text.includes(secret), `${about}: ${text}`);
}

/** Columns by which a row is somebody's, in tables that a stranger reads. */
function ownership(name: string): string[] {
  return ["workspace_id", "user_id"].filter((one) =>
    tables[`public.${name}`]!.columns.includes(one) && selectOf(name, world.stranger) !== undefined
  );
}

Deno.test("leaks: an inner join, a filter or an order through a foreign key selects by no hidden row", async () => {
  const { client } = world.stranger;
  const workspace = await world.workspaceOf(world.owner);
  const value = (column: string) => column === "user_id" ? world.owner.id : workspace;
  const open = steps().filter(({ from }) => selectOf(from, world.stranger) !== undefined);
  const asked = open.flatMap((step) => ownership(step.to).map((column) => ({ step, column })));
  assert.ok(asked.length > 20);
  await each(asked, async ({ step, column }) => {
    const { from, to, key } = step;
    const inner = `*, ${embedded(step, "!inner")}`;
    const about = `${from} by ${to}.${column}`;
    const id = value(column);
    const read = () => client.from(from).select(inner, { count: "exact" });
    const hidden = [
      read().eq(`${key.name}.${column}`, id),
      read().in(`${key.name}.${column}`, [id, crypto.randomUUID()]),
      read().or(`${column}.eq.${id},${column}.eq.${crypto.randomUUID()}`, {
        referencedTable: key.name,
      }),
    ];
    for (const { data, error, count } of await Promise.all(hidden)) {
      assert.deepEqual([error, data, count], [null, [], 0], about);
    }
    // Without a filter the join keeps what he reads on both sides, whatever else there is.
    const { data, error } = await read();
    assert.equal(error, null, about);
    await assertTellsNothing(data, id, about);
    if (from !== key.child) return;
    const ordered = await client.from(from).select(`*, ${embedded(step)}`)
      .order(`${key.name}(${column})`);
    assert.equal(ordered.error, null, about);
    await assertTellsNothing(ordered.data, id, about);
  });
});

Deno.test("leaks: counts and aggregates are of what one reads", async () => {
  const { client } = world.stranger;
  const workspace = await world.workspaceOf(world.owner);
  const names = Object.keys(tables).filter((name) => name.startsWith("public."))
    .map((name) => name.replace("public.", "")).filter((name) => ownership(name).length > 0);
  assert.ok(names.length > 15);
  await each(names, async (name) => {
    for (const column of ownership(name)) {
      const { count, error } = await client.from(name).select(column, {
        count: "exact",
        head: true,
      })
        .eq(column, column === "user_id" ? world.owner.id : workspace);
      assert.deepEqual([count, error], [0, null], `${name} by ${column}`);
    }
    // Hosted PostgREST has aggregates off (PGRST123); where they are on they see what he sees.
    const { data, error } = await client.from(name).select("count()");
    if (error !== null) return assert.equal(error.code, "PGRST123");
    const { select } = tables[`public.${name}`]!.authenticated;
    const own = await world.rowsWhere(`public.${name}`, select!, world.stranger);
    assert.deepEqual(data, [{ count: own.length }], name);
  });
});

Deno.test("leaks: the planner's counts, which know of every row, are refused to callers", async () => {
  await world.sql`analyze`;
  for (const caller of [world.anon, world.stranger, world.owner]) {
    for (const count of ["planned", "estimated"] as const) {
      const replies = [
        await caller.client.from("plans").select("id", { count }),
        await caller.client.from("plans").select("id", { count, head: true }),
        await caller.client.from("workspaces").update({ name: "Mine" }, { count }).eq(
          "id",
          world.owner.id,
        ),
        await caller.client.rpc("my_invitations", {}, { count }),
      ];
      for (const { status, error, count: told } of replies) {
        assert.deepEqual([status, told], [400, null], JSON.stringify(error));
      }
      assert.equal(replies[0]!.error!.message, "count_not_offered");
    }
    // However the header is written.
    for (const prefer of ["count=PLANNED", "return=minimal, count = estimated"]) {
      const reply = await fetch(`${world.url}/rest/v1/plans?select=id`, {
        headers: { apikey: world.publishableKey, prefer },
      });
      await reply.body?.cancel();
      assert.ok(reply.status === 400 || reply.headers.get("content-range")?.endsWith("/*"), prefer);
    }
  }
  const { error } = await world.operator.client.from("plans").select("id", { count: "planned" });
  assert.equal(error, null);
});

Deno.test("leaks: a cast or a pattern meets no hidden row, whose value its error would quote", async () => {
  const text = await world.sql<{ name: string; column: string }[]>`
    select relation.relname as name, attribute.attname as column
    from pg_catalog.pg_class as relation
    join pg_catalog.pg_attribute as attribute on attribute.attrelid = relation.oid
    where relation.relnamespace = 'public'::regnamespace and relation.relkind in ('r', 'v')
      and attribute.attnum > 0 and attribute.atttypid = 'text'::regtype
      and has_table_privilege('authenticated', relation.oid, 'select')`;
  assert.ok(text.length > 50);
  await each(text.filter(({ name }) => ownership(name).length > 0), async ({ name, column }) => {
    const { client } = world.stranger;
    const replies = await Promise.all([
      client.from(name).select(`cast:${column}::integer`),
      client.from(name).select(column).filter(column, "match", "("),
      client.from(name).select(column).like(column, `%${world.samplesOf.owner.unique}%`),
    ]);
    for (const { data, error } of replies) {
      await assertTellsNothing({ data, error }, world.samplesOf.owner.unique, `${name}.${column}`);
    }
    assert.deepEqual(replies[2].data, [], `${name}.${column}`);
  });
});

Deno.test("leaks: a write that names another's row is answered as one that names no row", async () => {
  const { client } = world.stranger;
  const row = (table: string) => world.samplesOf.owner.row(table);
  const workspace = await world.workspaceOf(world.owner);
  // #region shop
  const item = row("public.order_items");
  // #endregion shop
  const [{ slug }] = await world.sql<[{ slug: string }]>`
    select slug from public.workspaces where id = ${workspace}`;
  const told = async (
    reply: PromiseLike<{ status: number; error: unknown; data: unknown }>,
    id: string,
  ) => {
    const { status, error, data } = await reply;
    return JSON.stringify({ status, error, data }).replaceAll(id, "<id>");
  };
  /** By what is named; each is given the other's id, and one that names nothing. */
  const writes: Record<string, [hidden: string, write: (id: string) => PromiseLike<never>]> = {};
  const add = (what: string, hidden: unknown, write: (id: string) => unknown) => {
    writes[what] = [String(hidden), write as never];
  };
  // The pair of user and topic is there, and unique.
  add(
    "preference of another",
    world.owner.id,
    (user_id) =>
      client.from("mail_preferences").insert({ user_id, topic: "tips", subscribed: true }),
  );
  add(
    "preference of another, replaced",
    world.owner.id,
    (user_id) =>
      client.from("mail_preferences").upsert({ user_id, topic: "tips", subscribed: true }),
  );
  // #region shop
  // The item is reviewed already, and unique.
  add("review of another's item", item["id"], (order_item_id) =>
    client.from("reviews").insert({
      order_item_id,
      product_id: item["product_id"],
      rating: 1,
      comment: "Not mine.",
    }));
  add(
    "review of a product never bought",
    item["product_id"],
    (product_id) =>
      client.from("reviews").insert({
        order_item_id: world.samplesOf.stranger.row("public.order_items")["id"],
        product_id,
        rating: 1,
        comment: "Not mine.",
      }),
  );
  // #endregion shop
  for (const name of ["workspaces", "workspace_api_keys", "workspace_invitations", "profiles"]) {
    const hidden = name === "profiles"
      ? world.owner.id
      : name === "workspaces"
      ? workspace
      : row(`public.${name}`)["id"];
    const [column] = tables[`public.${name}`]!.authenticated.update!.columns;
    add(
      `change of ${name}`,
      hidden,
      (id) => client.from(name).update({ [column!]: "open" }).eq("id", id).select(),
    );
  }
  // A slug is an address, which is the one that it is: somebody else's name is refused without saying whose.
  const taken = await client.rpc("workspace_create", { name: "Mine", slug });
  assert.equal(taken.error?.message, "slug_taken");
  await assertTellsNothing(taken, slug, "a taken slug");
  for (const [what, [hidden, write]] of Object.entries(writes)) {
    assert.equal(
      await told(write(hidden), hidden),
      await (async (id) => await told(write(id), id))(crypto.randomUUID()),
      what,
    );
  }
});
