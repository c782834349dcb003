/** What a deletion closes: also a workspace that was billed by use, and one that somebody would keep open. */
import assert from "node:assert/strict";
import { inWorld } from "../rls/world.ts";
import { insertUser, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

Deno.test("closing: a billed workspace with a row in every table that names one, and usage that was reported", async () => {
  await inWorld(database.sql, async ({ tx, owner }) => {
    await tx`
      update public.usage_records set report_id = ${owner.row(
      "private.usage_reports",
    )["id"] as string}
      where workspace_id = ${owner.workspaceId}`;
    const named = await tx<{ relation: string; erased: boolean }[]>`
      select held.relation, held.erased from private.personal_data as held
      join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = to_regclass(held.relation) and attribute.attname = 'workspace_id'
      order by 1`;
    const count = async (relation: string) =>
      (await tx.unsafe(`select from ${relation} where workspace_id = $1`, [owner.workspaceId]))
        .count;
    for (const { relation } of named) assert.ok(await count(relation) > 0, `${relation}: a sample`);
    await tx`
      delete from public.workspace_members
      where workspace_id = ${owner.workspaceId} and user_id <> ${owner.userId}`;
    await tx`select set_config('role', 'service_role', true)`;
    await tx`select private.workspace_close(${owner.workspaceId})`;
    await tx`reset role`;
    // As the end of the transaction would.
    await tx`set constraints all immediate`;
    for (const { relation, erased } of named) {
      if (erased) assert.equal(await count(relation), 0, relation);
    }
  });
});

Deno.test("closing: no reference between tables stands in the way, whatever they hold", async () => {
  const found = await database.sql<{ name: string }[]>`
    select reference.conrelid::regclass || '.' || reference.conname as name
    from pg_catalog.pg_constraint as reference
    join private.personal_data as goes on to_regclass(goes.relation) = reference.confrelid
    left join private.personal_data as held on to_regclass(held.relation) = reference.conrelid
    where reference.contype = 'f' and reference.confdeltype in ('a', 'r') and not reference.condeferrable
      and goes.erased and goes.relation <> held.relation and exists (
        select from pg_catalog.pg_attribute as attribute
        where attribute.attrelid = reference.confrelid and attribute.attname = 'workspace_id'
      )
      -- What refers goes before what it refers to: in the order of their names.
      and not (held.erased and held.relation < goes.relation)`;
  assert.deepEqual(found.map(({ name }) => name), []);
});

Deno.test("closing: nobody keeps a workspace open by taking the slug that it would get", async () => {
  const { sql } = database;
  const [user, other] = [await insertUser(sql), await insertUser(sql)];
  const [mine] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${user}`;
  await sql`
    update public.workspaces set slug = ${`closed-${mine!.id.replaceAll("-", "")}`}
    where personal_of = ${other}`;
  await sql`
    insert into public.invoices (workspace_id, stripe_invoice_id, status, currency, subtotal, total, amount_due,
      amount_paid, period_start, period_end, created_at)
    values (${mine!.id}, ${`in_${user}`}, 'paid', 'EUR', 100, 100, 100, 100, now(), now(), now())`;
  await sql`select private.workspace_close(${mine!.id})`;
  const [closed] = await sql<{ name: string; slug: string }[]>`
    select name, slug from public.workspaces where id = ${mine!.id}`;
  assert.equal(closed!.name, "Closed");
  assert.match(closed!.slug, /^closed-[0-9a-f]{32}$/);
});
