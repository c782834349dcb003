/**
 * graphile-worker's own queue, installed by its own migrations, worked by the very statements that its worker sends.
 * https://worker.graphile.org
 */
import { runMigrations } from "graphile-worker";
import type { Sql } from "postgres";

/** What its batch functions need of its options; they are not exported, so their types are not either. */
interface SharedOptions {
  workerSchema: string;
  escapedWorkerSchema: string;
  resolvedPreset: { worker: { preparedStatements: boolean; useNodeTime: boolean } };
  logger: { error(message: string): void };
}

interface Client {
  query(statement: { text: string; values: unknown[] }): Promise<{ rows: unknown[] }>;
}

type WithClient =
  & (<T>(run: (client: Client) => Promise<T>) => Promise<T>)
  & { withRetries<T>(run: (client: Client) => Promise<T>): Promise<T> };

interface Job {
  id: string;
}

/** Its queue in a schema of the database. */
export interface GraphileQueue {
  /** Adds so many jobs of one task. */
  add(count: number): Promise<void>;
  /** Takes up to so many and completes them together; how many there were. */
  workBatch(size: number): Promise<number>;
}

const options: SharedOptions = {
  workerSchema: "graphile_worker",
  escapedWorkerSchema: "graphile_worker",
  resolvedPreset: { worker: { preparedStatements: true, useNodeTime: false } },
  logger: {
    error(message) {
      throw new Error(message);
    },
  },
};

/** A file of the package that it does not export: pinned exactly, so it lies where it lay. */
async function inner(path: string) {
  return await import(new URL(path, import.meta.resolve("graphile-worker")).href);
}

/** Installs it and takes up a connection of `sql`, over which all its statements go. */
export async function graphileQueue(sql: Sql, url: string): Promise<GraphileQueue> {
  await runMigrations({ connectionString: url });
  const { batchGetJobs } = await inner("./sql/getJobs.js");
  const { batchCompleteJobs } = await inner("./sql/completeJobs.js");
  const client: Client = {
    async query({ text, values }) {
      return { rows: await sql.unsafe(text, values as never, { prepare: true }) };
    },
  };
  const withClient: WithClient = Object.assign(
    <T>(run: (client: Client) => Promise<T>) => run(client),
    { withRetries: <T>(run: (client: Client) => Promise<T>) => run(client) },
  );
  const tasks = { sample: () => {} };
  return {
    async add(count) {
      await sql`
        select from graphile_worker.add_jobs(array(
          select row('sample', json_build_object('n', n), null, null, null, null, null, null)::graphile_worker.job_spec
          from generate_series(1, ${count}::integer) as n
        ))`;
    },
    async workBatch(size) {
      const jobs: Job[] = await batchGetJobs(options, withClient, tasks, "bench", null, size);
      if (jobs.length > 0) await batchCompleteJobs(options, withClient, "bench", jobs);
      return jobs.length;
    },
  };
}
