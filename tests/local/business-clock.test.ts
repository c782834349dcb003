/** Moving the business clock, which the tests do often. */
import { deepEqual, equal } from "node:assert/strict";
import { setBusinessClock } from "../../local/business-clock.ts";
import { testDatabase } from "../support/database.ts";

Deno.test("business clock: it moves for every session, and the API need not read its schema again", async () => {
  await using database = await testDatabase();
  const { sql, fresh } = database;
  const heard: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  await sql.listen("pgrst", (payload) => {
    heard.push(payload);
    if (payload === "the end") resolve();
  });
  await setBusinessClock(fresh.adminUrl, 3600);
  const [row] = await sql<{ hour: boolean; owner: string }[]>`
    select private.now() - now() = interval '1 hour' as hour,
      (select pg_get_userbyid(proowner) from pg_proc where oid = 'private.now()'::regprocedure) as owner`;
  equal(row!.hour, true);
  equal(row!.owner, "postgres", "whose function it is does not change with who moves it");
  // Notifications come in order: whatever the move had sent would be here before this one.
  await sql.notify("pgrst", "the end");
  await ended;
  deepEqual(heard, ["the end"]);
});

Deno.test("business clock: it runs behind real time as well, and in real time it is what the migration made", async () => {
  await using database = await testDatabase();
  const { sql, fresh } = database;
  const definition = async () => {
    const [row] = await sql<{ text: string }[]>`
      select pg_get_functiondef('private.now()'::regprocedure) as text`;
    return row!.text;
  };
  const migrated = await definition();
  await setBusinessClock(fresh.adminUrl, -45 * 86_400);
  const [row] = await sql<{ behind: boolean; made: boolean }[]>`
    select now() - private.now() = interval '1080 hours' as behind,
      private.now() between now() - interval '46 days' and now() - interval '44 days' as made`;
  deepEqual({ ...row }, { behind: true, made: true });
  await setBusinessClock(fresh.adminUrl, 0);
  equal(await definition(), migrated);
});
