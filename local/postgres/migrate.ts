/**
 * Applies supabase/migrations in order and then seed.sql, keeping the Supabase CLI's own record
 * (`supabase_migrations.schema_migrations`), so that the CLI and the local stack agree on what ran.
 */
import { join } from "node:path";
import postgres from "postgres";

/** A migration file: `<version>_<name>.sql`. */
export interface Migration {
  version: string;
  name: string;
  sql: string;
}

/** The migrations of a folder, oldest first. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const parts = /^(\d+)_(.+)\.sql$/.exec(entry.name);
    if (!parts) continue;
    migrations.push({
      version: parts[1]!,
      name: parts[2]!,
      sql: await Deno.readTextFile(join(folder, entry.name)),
    });
  }
  return migrations.sort((a, b) => a.version.localeCompare(b.version));
}

/**
 * Runs what has not run yet, each migration in a transaction of its own with its record.
 *
 * @param databaseUrl connection string of the role that shall own the objects (`postgres`)
 * A new database that is to be seeded is noted as such before its first migration, and the note goes in the
 * seed's own transaction: whatever ends a run half way, the next one seeds.
 *
 * @param options.seed whether a database that had no migration yet gets seed.sql; default true
 * @param options.beforeSeed called before seed.sql runs; again by the next run where this one is ended before its end
 * @returns how many migrations were applied, and whether the seed was
 * @throws naming the file when one fails; those before it stay applied
 */
export async function migrate(
  databaseUrl: string,
  supabaseDir: string,
  options: { seed?: boolean; beforeSeed?: (() => Promise<void>) | undefined } = {},
): Promise<{ applied: number; seeded: boolean }> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`
      create schema if not exists supabase_migrations;
      create table if not exists supabase_migrations.schema_migrations (
        version text primary key, statements text[], name text
      );
    `);
    const known = await sql<{ version: string }[]>`
      select version from supabase_migrations.schema_migrations`;
    const applied = new Set(known.map((row) => row.version));
    const migrations = await readMigrations(join(supabaseDir, "migrations"));
    if (options.seed === false) {
      await sql`drop table if exists supabase_migrations.seed_pending`;
    } else if (applied.size === 0 && migrations.length > 0) {
      await sql`create table if not exists supabase_migrations.seed_pending ()`;
    }
    let count = 0;
    for (const { version, name, sql: text } of migrations) {
      if (applied.has(version)) continue;
      try {
        await sql.begin(async (transaction) => {
          await transaction.unsafe(text);
          await transaction`
            insert into supabase_migrations.schema_migrations (version, name, statements)
            values (${version}, ${name}, ${[text]})`;
        });
      } catch (error) {
        throw new Error(`migration ${version}_${name}.sql failed: ${(error as Error).message}`, {
          cause: error,
        });
      }
      count++;
    }
    const [{ seeded }] = await sql<[{ seeded: boolean }]>`
      select to_regclass('supabase_migrations.seed_pending') is not null as seeded`;
    if (seeded) {
      await options.beforeSeed?.();
      const seed = await Deno.readTextFile(join(supabaseDir, "seed.sql"));
      await sql.begin(async (transaction) => {
        await transaction.unsafe(seed);
        await transaction`drop table supabase_migrations.seed_pending`;
      });
    }
    return { applied: count, seeded };
  } finally {
    await sql.end();
  }
}
