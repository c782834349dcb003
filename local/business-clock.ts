/**
 * The clock that business rules read (`private.now()`), moved with the local Stripe's: a month passes on
 * both at once. Only here: on the hosted platform the function is what the migration says.
 */
import postgres from "postgres";

/**
 * Lets `private.now()` run `offsetSeconds` ahead of real time (behind it, where negative), for every session at
 * once.
 *
 * @param databaseUrl connection string of a superuser
 */
export async function setBusinessClock(databaseUrl: string, offsetSeconds: number): Promise<void> {
  if (!Number.isInteger(offsetSeconds)) throw new Error(`not whole seconds: ${offsetSeconds}`);
  const shift = offsetSeconds === 0
    ? "" // As the migration has it.
    : ` + pg_catalog.make_interval(secs => ${offsetSeconds})`;
  const body = ` select pg_catalog.now()${shift} `;
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const [known] = await sql<{ prosrc: string }[]>`
      select prosrc from pg_proc where oid = 'private.now()'::regprocedure`;
    if (known?.prosrc === body) return;
    // Without the event trigger that lets the API read its whole schema again, for which every request
    // would wait: nothing that it offers has changed.
    await sql.unsafe(`
      set session_replication_role = replica;
      create or replace function private.now()
      returns timestamptz
      language sql
      stable
      set search_path = ''
      as $$${body}$$
    `);
  } finally {
    await sql.end();
  }
}
