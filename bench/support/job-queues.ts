/** Our queue and graphile-worker's, in one database. */
import type { Sql } from "postgres";
import { type GraphileQueue, graphileQueue } from "../sql/graphile-worker.ts";
import { type SqlDatabase, sqlDatabase } from "./sql-database.ts";

/** A queue as a worker uses it. */
export interface Queue {
  table: string;
  /** Takes up to so many jobs and completes them together; how many there were. */
  workBatch(size: number): Promise<number>;
  /** Adds so many jobs that are due. */
  add(count: number): Promise<void>;
}

/** Both, over one connection each. */
export interface JobQueues extends AsyncDisposable {
  database: SqlDatabase;
  /** With its own connection. */
  ours(sql: Sql): Queue;
  theirs(sql: Sql): Promise<Queue>;
}

function ourQueue(sql: Sql): Queue {
  return {
    table: "private.jobs",
    async workBatch(size) {
      const jobs = await sql<{ id: string; attempts: number }[]>`
        select id, kind, payload, cause, attempts from public.jobs_claim(${size}, 120)`;
      if (jobs.length === 0) return 0;
      const results = jobs.map(({ id, attempts: attempt }) => ({
        id,
        attempt,
        outcome: "succeeded",
        error: null,
        retry_after_seconds: null,
        forget_payload: false,
      }));
      const settled = await sql<{ state: string }[]>`
        select id, state from public.jobs_settle(${sql.json(results)})`;
      if (!settled.every(({ state }) => state === "succeeded")) {
        throw new Error("cannot settle what was claimed");
      }
      return jobs.length;
    },
    async add(count) {
      await sql`
        insert into private.jobs (kind, payload)
        select 'sample', jsonb_build_object('n', n) from generate_series(1, ${count}::integer) as n`;
    },
  };
}

const theirQueue = (queue: GraphileQueue): Queue => ({
  table: "graphile_worker._private_jobs",
  ...queue,
});

/** Makes the database that both are in. */
export async function jobQueues(log: (line: string) => void): Promise<JobQueues> {
  const database = await sqlDatabase();
  log("  a database with our queue and graphile-worker's is ready");
  return {
    database,
    ours: ourQueue,
    theirs: async (sql) => theirQueue(await graphileQueue(sql, database.fresh.url)),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** Adds jobs until so many are due, and lets the planner know, as autovacuum would. */
export async function topUp(sql: Sql, queue: Queue, due: number): Promise<void> {
  const pending = queue.table === "private.jobs" ? "state = 'pending'" : "is_available";
  const [row] = await sql.unsafe<{ count: number }[]>(
    `select count(*)::int as count from ${queue.table} where ${pending}`,
  );
  for (let missing = due - row!.count; missing > 0; missing -= 100_000) {
    await queue.add(Math.min(missing, 100_000));
  }
  await sql.unsafe(`vacuum analyze ${queue.table}`);
}
