/** Rules of retention as a whole: none is missing, none is slow, and nobody else changes one. */
import assert from "node:assert/strict";
import { insertUser } from "../support/database.ts";
import { type Applied, retentionWorld, type World } from "./retention/sample.ts";

let world: World;
Deno.test.beforeAll(async () => {
  world = await retentionWorld();
});
Deno.test.afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

Deno.test("retention: every table has a rule, or says why its rows stay", async () => {
  const { sql } = world;
  const tables = await sql<{ name: string; ruled: boolean; reasoned: boolean }[]>`
    select named.name,
      exists (select from private.retention_rules as rule where rule.relation = named.name) as ruled,
      exists (select from private.retention_reasons as held where held.relation = named.name) as reasoned
    from pg_catalog.pg_class as relation
    cross join lateral (
      select relation.relnamespace::regnamespace || '.' || relation.relname as name
    ) as named
    where relation.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
      and relation.relkind in ('r', 'p') and not relation.relispartition`;
  assert.deepEqual(
    tables.filter(({ ruled, reasoned }) => !ruled && !reasoned).map(({ name }) => name),
    [],
    "a new table needs a row in private.retention_rules, or in private.retention_reasons",
  );
  assert.deepEqual(
    tables.filter(({ ruled, reasoned }) => ruled && reasoned).map(({ name }) => name),
    [],
    "what has a rule needs no reason",
  );
  const reasons = await sql<{ relation: string }[]>`select relation from private.retention_reasons`;
  const known = new Set(tables.map(({ name }) => name));
  assert.deepEqual(reasons.filter(({ relation }) => !known.has(relation)), []);
});

Deno.test("retention: what is said to go with another does", async () => {
  const { sql } = world;
  const told = await sql<{ relation: string; parent: string }[]>`
    select relation, substring(reason from '^goes with its \\w+ in ([a-z_.]+)') as parent
    from private.retention_reasons where reason ~ '^goes with its'`;
  assert.ok(told.length > 0);
  for (const { relation, parent } of told) {
    const cascades = await sql`
      select from pg_catalog.pg_constraint
      where contype = 'f' and confdeltype = 'c'
        and conrelid = to_regclass(${relation}) and confrelid = to_regclass(${parent})`;
    assert.equal(cascades.count, 1, `${relation} with ${parent}`);
  }
});

Deno.test("retention: a call takes a batch of each rule and says whether more is left", async () => {
  const { sql, apply } = world;
  await sql`
    insert into private.rate_limit_windows (key, window_start)
    select 'many ' || n, now() - interval '9 days' from generate_series(1, 25) as n`;
  const runs: Applied[] = [];
  do runs.push(await apply(10)); while (runs.at(-1)!.more);
  assert.deepEqual(runs.map(({ removed }) => removed["rate_limit_windows"]), [10, 10, 5]);
});

Deno.test("retention: nobody but the schema's owner changes a rule, and the audit log keeps 90 days at least", async () => {
  const { sql } = world;
  const attempt = (role: string, statement: string) =>
    sql.begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      await tx.unsafe(statement);
    });
  const rule = "update private.retention_rules set keep = '1 second' where name = 'audit_log'";
  await assert.rejects(attempt("service_role", rule), { code: "42501" });
  await assert.rejects(attempt("postgres", rule), { code: "23514" });
  // A fresh entry stays to its owner, too, beside old ones that go.
  await insertUser(sql);
  await assert.rejects(attempt("postgres", "delete from public.audit_log"), { code: "42501" });
});

Deno.test("retention: each rule's rows are found by an index", async () => {
  const { sql } = world;
  const rules = await sql<{ name: string; relation: string; condition: string }[]>`
    select name, relation, condition from private.retention_rules`;
  for (const { name, relation, condition } of rules) {
    const plan = await sql.begin(async (tx) => {
      await tx`set local enable_seqscan = off`;
      const found = await tx.unsafe<{ "QUERY PLAN": string }[]>(
        `explain select ctid from ${relation} where ${
          condition.replaceAll("$1", "now()").replaceAll("$2", "interval '1 day'")
        } limit 10`,
      );
      return found.map((line) => line["QUERY PLAN"]).join("\n");
    });
    assert.match(plan, /Index/, `${name}\n${plan}`);
    assert.doesNotMatch(plan, /Seq Scan/, `${name}\n${plan}`);
  }
});
