/** After the database was taken back no number is given out twice, also not the first of a sequence. */
import { deepEqual, ok } from "node:assert/strict";
import { testDatabase } from "../support/database.ts";

Deno.test("restore_begin: every sequence goes on far behind what may have been given out", async () => {
  await using database = await testDatabase({ connections: 1 });
  const { sql } = database;
  // As the copy has them: of one that was never used, the first number comes next.
  const before = await sql<{ name: string; next: number }[]>`
    select format('%I.%I', schemaname, sequencename) as name, coalesce(last_value + 1, start_value)::int as next
    from pg_sequences where schemaname in ('public', 'private')`;
  ok(before.some(({ next }) => next === 1), "one was never used");
  await sql`select private.restore_begin(now() - interval '1 day', 'a test of sequences')`;
  const near: string[] = [];
  for (const { name, next } of before) {
    const [given] = await sql<[{ n: number }]>`select nextval(${name}::regclass)::int as n`;
    if (given.n < next + 1_000_000) near.push(`${name}: ${given.n} after ${next}`);
  }
  deepEqual(near, []);
});
