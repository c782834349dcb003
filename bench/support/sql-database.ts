/** Databases for the figures in SQL, and what a backend spends on a statement. */
import postgres, { type Sql } from "postgres";
import { type FreshDatabase, freshDatabase } from "../../local/postgres/fresh-database.ts";

/** A database with every migration, on a server of its own. */
export interface SqlDatabase extends AsyncDisposable {
  fresh: FreshDatabase;
  /** One connection of the role `postgres`. */
  sql: Sql;
  /** More of them, closed with the database; `settings` are those of their sessions. */
  connect(count: number, settings?: Record<string, string>): Sql;
}

/** Makes one; `fill` writes what the figures read. Its commits wait for no disk unless it is `durable`. */
export async function sqlDatabase(
  fill?: (database: FreshDatabase) => Promise<void>,
  { durable = false } = {},
): Promise<SqlDatabase> {
  await using undo = new AsyncDisposableStack();
  const fresh = undo.use(await freshDatabase({ durable }));
  await fill?.(fresh);
  const opened: Sql[] = [];
  undo.defer(async () => {
    await Promise.all(opened.map((sql) => sql.end()));
  });
  const connect = (count: number, settings: Record<string, string> = {}) => {
    const sql = postgres(fresh.url, { max: count, onnotice: () => {}, connection: settings });
    opened.push(sql);
    return sql;
  };
  const made = undo.move();
  return {
    fresh,
    sql: connect(1),
    connect,
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}

/** Milliseconds, of which only differences mean something. */
export type Clock = () => number;

/**
 * The processor time of a connection's backend: what else the machine does does not count, nor does the way there
 * and back. By the clock on the wall where the system does not tell (only Linux does).
 *
 * @param sql of one connection
 */
export async function backendClock(sql: Sql): Promise<Clock> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const file = `/proc/${row!.pid}/schedstat`;
  // Nanoseconds on a processor, nanoseconds waited for one, turns.
  const read = () => Number(Deno.readTextFileSync(file).split(" ")[0]) / 1e6;
  try {
    read();
    return read;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return () => performance.now();
    throw error;
  }
}

/** What `run` takes by that clock. */
export async function spent(clock: Clock, run: () => Promise<unknown>): Promise<number> {
  const from = clock();
  await run();
  return clock() - from;
}
