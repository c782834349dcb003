/** What an event changed is kept for every table that is mirrored, also one that comes later. */
import assert from "node:assert/strict";
import { testDatabase } from "../support/database.ts";

Deno.test("every public table that a sync of Stripe writes keeps what an event changed in it", async () => {
  await using database = await testDatabase({ connections: 1 });
  const writers = await database.sql<{ name: string; source: string }[]>`
    select proname as name, prosrc as source from pg_catalog.pg_proc
    where pronamespace = 'private'::regnamespace and (proname like 'stripe_apply_%' or proname = 'plan_derive')`;
  const written = new Set(
    writers.flatMap(({ source }) =>
      [...source.matchAll(/(?:insert into|update|delete from) public\.([a-z_]+)/g)].map((
        [, name],
      ) => name!)
    ),
  );
  assert.ok(written.size >= 9, [...written].join());
  const watched = await database.sql<{ name: string; key: string }[]>`
    select tgrelid::regclass::text as name, encode(tgargs, 'escape') as key from pg_catalog.pg_trigger
    where tgfoid = 'private.note_webhook_change()'::regprocedure`;
  const names = new Set(watched.map(({ name }) => name.replace(/^public\./, "")));
  assert.deepEqual([...written].filter((name) => !names.has(name)), []);
  for (const { name, key } of watched) {
    const columns = await database.sql<{ name: string }[]>`
      select attname as name from pg_catalog.pg_attribute
      where attrelid = ${name}::regclass and attnum > 0 and not attisdropped`;
    const known = columns.map((one) => one.name);
    for (const column of key.replace(/\\000$/, "").split(",")) {
      assert.ok(known.includes(column), `${name}.${column}`);
    }
  }
});
