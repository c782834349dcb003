/** A database of a test file's own, with every migration applied: for what must not meet other tests. */
import postgres from "postgres";
import { type FreshDatabase, freshDatabase } from "../../local/postgres/fresh-database.ts";

/** A connection of the role that owns the schema. */
export type Sql = postgres.Sql;

/** A fresh database with a pool of connections of the role `postgres`. */
export interface TestDatabase extends AsyncDisposable {
  sql: Sql;
  fresh: FreshDatabase;
}

/** Makes one on the server of the running tests, else with a server of its own. */
export async function testDatabase(options: { connections?: number } = {}): Promise<TestDatabase> {
  const fresh = await freshDatabase({
    server: Deno.env.get("SOCLE_TEST_DATABASE"),
    template: Deno.env.get("SOCLE_TEST_TEMPLATE"),
  });
  const sql = postgres(fresh.url, { max: options.connections ?? 4, onnotice: () => {} });
  return {
    sql,
    fresh,
    async [Symbol.asyncDispose]() {
      await sql.end();
      await fresh[Symbol.asyncDispose]();
    },
  };
}

/** A user as Auth inserts one; the product's triggers make everything else. */
export async function insertUser(
  sql: Sql | postgres.TransactionSql,
  user: { email?: string | null; metadata?: unknown; confirmed?: boolean } = {},
): Promise<string> {
  const id = crypto.randomUUID();
  const { email = `${id}@example.com`, metadata = { name: "Ada" }, confirmed = true } = user;
  await sql`
    insert into auth.users (id, email, raw_user_meta_data, email_confirmed_at)
    values (${id}, ${email}, ${sql.json(metadata as never)}, ${confirmed ? new Date() : null})`;
  return id;
}
