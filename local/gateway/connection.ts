/**
 * Lite's Postgres connection, mended.
 *
 * - Lite's first request grants ALL on every table of every schema with RLS. The method that does
 *   it (`ensureRlsContext`) is reached only through `withContext`, which is replaced here.
 * - Role, claims and request are set in one statement instead of six, and `request.headers` is there
 *   for table requests as well as for RPC, as PostgREST has it.
 * - An error of SQL becomes PostgREST's reply (see rest-errors.ts), and the transaction of a reply
 *   that reports an error is rolled back.
 */
import { PostgresConnection } from "@supabase/lite/postgres";
import { Kysely, PostgresDialect, type RawBuilder, sql } from "kysely";
import {
  asDatabaseError,
  type Contexts,
  type DatabaseError,
  type Db,
  isUnreachable,
  type RequestContext,
} from "./request-context.ts";
import { withEncodedJson } from "./json-values.ts";
import { contextStatement, createPool, type Pool } from "./pool.ts";
import { asOneObject, replyToSqlError } from "./rest-errors.ts";

type Context = Parameters<PostgresConnection["withContext"]>[0];
type ContextOptions = Parameters<PostgresConnection["withContext"]>[2];
type Work<T> = (db: Db) => Promise<T>;

class RolledBack extends Error {
  constructor(readonly result: unknown) {
    super("rolled back on purpose");
  }
}

export interface GatewayConnectionOptions {
  url: string;
  contexts: Contexts;
  /** `statement_timeout` of a role as `alter role … set` left it, applied as PostgREST does. */
  statementTimeouts: ReadonlyMap<string, string>;
  /** How many auth calls may hold a transaction at once; the others wait. */
  authTransactions: number;
}

export class GatewayConnection extends PostgresConnection {
  readonly #contexts: Contexts;
  readonly #timeouts: ReadonlyMap<string, string>;
  readonly #pool: Pool;
  readonly #waiting: (() => void)[] = [];
  #free: number;
  /** The function that each request to the tables begins with, as PostgREST's `db-pre-request`. */
  preRequest: string | undefined;
  #loading: ReturnType<PostgresConnection["introspect"]> | undefined;

  constructor({ url, contexts, statementTimeouts, authTransactions }: GatewayConnectionOptions) {
    super({ url }); // its own driver connects on first use, and has none here
    this.#contexts = contexts;
    this.#timeouts = statementTimeouts;
    this.#free = authTransactions;
    this.#pool = createPool({
      url,
      max: 2 * authTransactions,
      record: (error) => this.#record(error),
    });

    // Lite's auth calls take `connection.kysely` once for each request: inside an open transaction
    // of the gateway they get that.
    const kysely: Db = new Kysely({ dialect: new PostgresDialect({ pool: this.#pool as never }) });
    Object.defineProperty(this, "kysely", {
      get: () => this.#contexts.getStore()?.transaction ?? kysely,
    });
  }

  /** Lite turns errors into sentences; what Postgres said is kept for the gateway's own reply. */
  #record(error: unknown): void {
    const context = this.#contexts.getStore();
    const found = asDatabaseError(error);
    if (context && found) context.databaseError = found;
  }

  /** Runs `work` with `connection.kysely` bound to one transaction, which a throw rolls back. */
  async inTransaction<T>(work: () => Promise<T>): Promise<T> {
    const context = this.#contexts.getStore();
    if (!context) throw new Error("cannot open a transaction: there is no request");
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.kysely.transaction().execute(async (transaction) => {
        context.transaction = transaction;
        try {
          return await work();
        } finally {
          delete context.transaction;
        }
      });
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  override async runInTransaction<T>(work: Work<T>): Promise<T> {
    const open = this.#contexts.getStore()?.transaction;
    return open ? await work(open) : await super.runInTransaction(work);
  }

  override async withContext<T>(
    context: Context,
    work: Work<T>,
    options?: ContextOptions,
  ): Promise<T> {
    if (options?.transaction) {
      if (context) await this.#setting(context, options).execute(options.transaction);
      return await work(options.transaction);
    }
    try {
      return await this.kysely.transaction().execute(async (transaction) => {
        const result = await this.#asCaller(transaction, context, options, work);
        if (options?.forceRollback || await isApiError(result)) throw new RolledBack(result);
        return result;
      });
    } catch (error) {
      if (error instanceof RolledBack) return error.result as T;
      const reply = this.#replyTo(error, context);
      if (reply) return reply as T;
      throw error;
    }
  }

  /**
   * The settings go ahead in the same socket and are not waited for: where they fail the transaction
   * is aborted, and Postgres refuses every statement of `work` until it is rolled back.
   */
  async #asCaller<T>(
    transaction: Db,
    context: Context,
    options: ContextOptions,
    work: Work<T>,
  ): Promise<T> {
    const settings = context && this.#setting(context, options).execute(transaction);
    const { preRequest } = this;
    const check = preRequest !== undefined && this.#contexts.getStore()?.service === "rest"
      ? sql`select ${sql.raw(preRequest)}()`.execute(transaction)
      : undefined;
    for (const ahead of [settings, check]) {
      ahead?.catch(() => {}); // awaited below; until then nobody listens
    }
    try {
      return await this.#singular(await work(transaction));
    } finally {
      await settings;
      await check;
    }
  }

  /** One statement that makes the transaction the caller's: claims, request, role. */
  #setting(context: NonNullable<Context>, options: ContextOptions): RawBuilder<unknown> {
    const auth = context.auth as { uid?: string | null; role?: string; jwt?: unknown } | undefined;
    const role = auth?.role || "anon";
    const request = this.#contexts.getStore();
    const settings: Record<string, string> = {
      "request.jwt.claims": JSON.stringify(auth?.jwt ?? { role }),
      "request.jwt.claim.sub": auth?.uid ?? "",
      "request.jwt.claim.role": role,
      "request.headers": JSON.stringify(request?.headers ?? {}),
      "request.method": request?.method ?? "",
      "request.path": request?.path ?? "",
      "response.status": "",
      "response.headers": "",
      "storage.operation": String(
        (context as { storage?: { operation?: string | null } }).storage?.operation ?? "",
      ),
    };
    const timeout = request?.service === "rest" ? this.#timeouts.get(role) : undefined;
    // Always the same names: the statement is prepared once a connection.
    settings["statement_timeout"] = timeout ?? "0";
    settings["transaction_read_only"] = options?.rpc?.readOnly ? "on" : "off";
    settings["role"] = role; // last: what follows runs with the caller's rights
    const calls = Object.entries(settings).map(([name, value]) =>
      sql`set_config(${name}, ${value}, true)`
    );
    return sql`${sql.raw(contextStatement)} ${sql.join(calls)}`;
  }

  /** Lite answers a write that embeds with a list, also where one object was asked for. */
  async #singular<T>(result: T): Promise<T> {
    const accept = this.#contexts.getStore()?.headers["accept"];
    if (!accept?.includes("vnd.pgrst.object") || !(result instanceof Response) || !result.ok) {
      return result;
    }
    if (!result.headers.get("content-type")?.startsWith("application/json")) return result;
    return await asOneObject(result) as T;
  }

  override async onPostgrestAST(
    statement: Parameters<PostgresConnection["onPostgrestAST"]>[0],
  ): ReturnType<PostgresConnection["onPostgrestAST"]> {
    const known = await super.onPostgrestAST(statement);
    return withEncodedJson(known, await this.introspect({ useCache: true }));
  }

  #replyTo(error: unknown, context: Context): Response | undefined {
    if (this.#contexts.getStore()?.service !== "rest") return undefined;
    const found: DatabaseError | undefined = asDatabaseError(error);
    if (!found || isUnreachable(found)) return undefined;
    const role = (context?.auth as { role?: string } | undefined)?.role;
    return replyToSqlError(found, role === undefined || role === "anon");
  }

  override async close(): Promise<void> {
    await this.#pool.end();
  }

  /** As Lite's, but a failure is a failure: Lite answers with an empty schema, then with 404s. */
  override async introspect(
    options?: { useCache?: boolean },
  ): ReturnType<PostgresConnection["introspect"]> {
    if (options?.useCache && this.introspection) return this.introspection;
    this.#loading ??= this.#load(options).finally(() => this.#loading = undefined);
    try {
      return await this.#loading;
    } catch (error) {
      this.#record(error); // for each request that waited, not only for the one that began
      throw error;
    }
  }

  async #load(options?: { useCache?: boolean }): ReturnType<PostgresConnection["introspect"]> {
    const context: RequestContext = { service: "rest", method: "", path: "", headers: {} };
    const schema = await this.#contexts.run(context, async () => {
      await this.#pool.readTypes();
      return await super.introspect(options);
    });
    if ("timezones" in schema) return schema;
    const reason = context.databaseError ?? { code: "XX000", message: "no reason given" };
    throw Object.assign(new Error(), reason);
  }
}

/** Whether a reply of Lite reports an error of PostgREST's own, which commits nothing. */
async function isApiError(result: unknown): Promise<boolean> {
  if (!(result instanceof Response) || result.status < 400) return false;
  const body = await result.clone().text();
  // A function that set response.status itself is not an error: PostgREST commits it.
  return /"code":\s*"PGRST/.test(body);
}
