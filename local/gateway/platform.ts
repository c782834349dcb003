/** Makes a database what a hosted project is before its first migration, and proves it. */
import type { App } from "@supabase/lite";
import postgres from "postgres";

const platformSql = new URL("./platform.sql", import.meta.url);

/**
 * Lite's system tables, then the hosted grants and definitions. Safe to run again.
 *
 * @param databaseUrl of a superuser
 * @throws when Lite could not make a table (it swallows the reason)
 */
export async function preparePlatform(
  app: Pick<App, "ensureSystemSchema">,
  databaseUrl: string,
): Promise<void> {
  await app.ensureSystemSchema();
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const [made] = await sql<{ missing: string | null }[]>`
      select string_agg(name, ', ') as missing
      from unnest(array['auth.users', 'auth.sessions', 'auth.refresh_tokens', 'auth.identities',
        'storage.buckets', 'storage.objects']) as name
      where to_regclass(name) is null`;
    if (made?.missing) throw new Error(`cannot prepare the database: ${made.missing} not made`);
    const text = await Deno.readTextFile(platformSql);
    // One transaction under a lock: two stacks may prepare databases of one server at once.
    await sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(hashtext('supabase gateway'))`;
      await transaction.unsafe(text);
    });
  } finally {
    await sql.end();
  }
}

/** `statement_timeout` of the roles, as `alter role … [in database …] set` left it. */
export async function roleTimeouts(databaseUrl: string): Promise<Map<string, string>> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const rows = await sql<{ role: string; timeout: string }[]>`
      select setrole::regrole::text as role,
        substring(setting from 'statement_timeout=(.*)') as timeout
      from pg_catalog.pg_db_role_setting, unnest(setconfig) as setting
      where setting like 'statement_timeout=%' and setrole <> 0 and setdatabase in (0, (
        select oid from pg_catalog.pg_database where datname = current_database()))
      order by setdatabase`; // what is set for this database comes last and wins
    return new Map(rows.map((row) => [row.role, row.timeout]));
  } finally {
    await sql.end();
  }
}

/**
 * The function that PostgREST calls before each request, as `alter role authenticator set
 * pgrst.db_pre_request` names it; undefined where none is set.
 */
export async function preRequestFunction(databaseUrl: string): Promise<string | undefined> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    // A setting of the whole server may name what this database has not: PostgREST would not start.
    const [row] = await sql<{ name: string }[]>`
      select to_regproc(substring(setting from '=(.*)'))::text as name
      from pg_catalog.pg_db_role_setting, unnest(setconfig) as setting
      where setting like 'pgrst.db_pre_request=%' and setrole = 'authenticator'::regrole
        and setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
        and to_regproc(substring(setting from '=(.*)')) is not null
      order by setdatabase desc limit 1`;
    return row?.name;
  } finally {
    await sql.end();
  }
}

class Undone extends Error {}

/**
 * Proves, in a transaction that is rolled back, that nothing is exposed by default and that a column
 * without a grant cannot be changed. A gateway that does not start is better than one that lies.
 *
 * @throws saying what is open that must be closed, or closed that must be open
 */
export async function assertHostedGrants(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const table = `gateway_probe_${crypto.randomUUID().replaceAll("-", "")}`;
  try {
    await sql.begin(async (transaction) => {
      const [owner] = await transaction`select from pg_catalog.pg_roles where rolname = 'postgres'`;
      if (owner) await transaction.unsafe("set local role postgres");
      await transaction.unsafe(`
        create table public.${table} (id int primary key, open text, closed text);
        alter table public.${table} enable row level security;
        create policy "anyone signed in" on public.${table} to authenticated
          using (true) with check (true);
        insert into public.${table} values (1, '', '');
      `);
      const exposed = await transaction<{ role: string }[]>`
        select role from unnest(array['anon', 'authenticated', 'service_role']) as role
        where has_table_privilege(role, ${`public.${table}`}, 'select, insert, update, delete')`;
      if (exposed.length > 0) {
        throw new Error(
          `the database exposes new tables to ${exposed.map((row) => row.role).join(", ")}`,
        );
      }
      await transaction.unsafe(`
        grant select, update (open) on public.${table} to authenticated;
        set local role authenticated;
      `);
      const opened = await transaction.unsafe(`update public.${table} set open = 'x'`);
      if (opened.count !== 1) {
        throw new Error("the database refuses a column update it should allow");
      }
      let refusal: unknown;
      try {
        await transaction.savepoint((inner) =>
          inner.unsafe(`update public.${table} set closed = 'x'`)
        );
      } catch (error) {
        refusal = (error as { code?: unknown }).code;
      }
      if (refusal !== "42501") {
        throw new Error("the database lets a user change a column without a grant");
      }
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  } finally {
    await sql.end();
  }
}
