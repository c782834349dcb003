/**
 * The clock that business rules read (`private.now()`), moved with the local Stripe's: a month passes on
 * both at once. Only here: on the hosted platform the function is what the migration says.
 */
import postgres from "postgres";

/** Lets `private.now()` run `offsetSeconds` ahead of real time, for every session at once. */
export async function setBusinessClock(databaseUrl: string, offsetSeconds: number): Promise<void> {
  if (!Number.isInteger(offsetSeconds)) throw new Error(`not whole seconds: ${offsetSeconds}`);
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`
      create or replace function private.now()
      returns timestamptz
      language sql
      stable
      set search_path = ''
      as $$ select pg_catalog.now() + pg_catalog.make_interval(secs => ${offsetSeconds}) $$
    `);
  } finally {
    await sql.end();
  }
}
