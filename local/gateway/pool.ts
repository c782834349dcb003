/**
 * The connections to Postgres, by node-postgres.
 *
 * Not by postgres.js, which Lite brings: when the server ends a connection that its `reserve()` gave
 * out, it throws from a timer, where nothing can catch it, or never answers again; after a restart of
 * Postgres part of the pool is lost for good.
 */
// @ts-types="./node-postgres.d.ts"
import pg, { type PoolClient as Session, type Result } from "pg";
import { withoutMark } from "./json-values.ts";
import { type ArrayType, valueParser } from "./value-parsers.ts";

/** How the statement begins that makes a transaction the caller's. */
export const contextStatement = "select /* caller */";

export interface PoolOptions {
  url: string;
  max: number;
  /** Told of every error, before whoever waits for the statement. */
  record: (error: unknown) => void;
}

/** As much of node-postgres's client as Kysely uses. */
export interface PoolClient {
  query(text: string, parameters: readonly unknown[]): Promise<Result<unknown>>;
  release(): void;
}

/** As much of node-postgres's pool as Kysely uses. */
export interface Pool {
  connect(): Promise<PoolClient>;
  /** Reads which array types there are; again after the schema changed. */
  readTypes(): Promise<void>;
  /** Ends every connection; statements that still run after `graceMs` fail. */
  end(graceMs?: number): Promise<void>;
}

/** node-postgres names no code for a connection that broke, or that could not be had in time. */
function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || "code" in error) return error;
  const broken = /Connection terminated|not queryable|Client was closed|timeout exceeded/i;
  return broken.test(error.message) ? Object.assign(error, { code: "08006" }) : error;
}

export function createPool({ url, max, record }: PoolOptions): Pool {
  let arrays: ReadonlyMap<number, ArrayType> = new Map();
  const clients = new Set<Session>();
  const pool = new pg.Pool({
    connectionString: url,
    max,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 10_000,
    options: "-c TimeZone=UTC",
    types: {
      // Lite's settings arrive as text; nothing here asks for the binary form.
      getTypeParser: (oid) => valueParser(oid, arrays),
    },
  });
  pool.on("error", () => {}); // an idle connection broke; the pool makes another
  pool.on("connect", (client) => {
    clients.add(client);
    client.on("error", () => {}); // whoever waits for its statements is told as well
  });
  pool.on("remove", (client) => clients.delete(client));

  async function watched<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      record(withCode(error));
      throw error;
    }
  }

  return {
    async connect() {
      const client = await watched(pool.connect());
      return {
        query(text, parameters) {
          const values = parameters.map(withoutMark);
          // One text for each number of settings: parsed and planned once a connection.
          const name = text.startsWith(contextStatement) ? { name: `caller${values.length}` } : {};
          return watched(client.query({ text, values, ...name }));
        },
        release: () => client.release(),
      };
    },
    async readTypes() {
      const { rows } = await watched(
        pool.query<{ oid: number; element: number; delimiter: string }>(
          `select oid, typelem as element, typdelim as delimiter
         from pg_catalog.pg_type where typcategory = 'A' and typelem <> 0`,
        ),
      );
      arrays = new Map(rows.map(({ oid, element, delimiter }) => [oid, { element, delimiter }]));
    },
    async end(graceMs = 1000) {
      const ended = pool.end();
      const cut = setTimeout(() => {
        for (const client of clients) client.connection.stream.destroy();
      }, graceMs);
      await ended;
      clearTimeout(cut);
    },
  };
}
