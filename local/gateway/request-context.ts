/**
 * What the gateway knows about the request that a piece of @supabase/lite is working for.
 *
 * Lite hands its database connection and its mailer no request. An AsyncLocalStorage carries it
 * round: request headers for SQL, the open transaction of an auth call, the error that Postgres gave.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely } from "kysely";

export type Service = "auth" | "rest" | "storage";

/** A database handle of Lite; it types no tables. */
// deno-lint-ignore no-explicit-any -- Lite's own type for it
export type Db = Kysely<any>;

/** The fields of Postgres's own error report that an API shows. */
export interface DatabaseError {
  /** SQLSTATE, or the driver's word such as `CONNECTION_CLOSED` or `ECONNREFUSED`. */
  code: string;
  message: string;
  detail?: string;
  hint?: string;
  /** FATAL ends the connection, or refused it. */
  severity?: string;
}

export interface RequestContext {
  readonly service: Service;
  readonly method: string;
  /** Path below the service's prefix, such as `/profiles`. */
  readonly path: string;
  readonly headers: Record<string, string>;
  /** Where the link of a mail shall lead, already checked against the allow list. */
  readonly redirectTo?: string;
  /** Set while the whole request runs in one transaction. */
  transaction?: Db;
  /** The last error that Postgres or the way to it gave. */
  databaseError?: DatabaseError;
  /** Why the send-email hook refused, when it did. */
  mailError?: Error;
}

/** One storage a gateway: several gateways in one process do not see each other's requests. */
export type Contexts = AsyncLocalStorage<RequestContext>;

export function createContexts(): Contexts {
  return new AsyncLocalStorage<RequestContext>();
}

/** `error` as Postgres's report, or undefined when it is something else. */
export function asDatabaseError(error: unknown): DatabaseError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, detail, hint, severity } = error as Error & Partial<DatabaseError>;
  if (typeof code !== "string") return undefined;
  return {
    code,
    message: error.message,
    ...(typeof detail === "string" && { detail }),
    ...(typeof hint === "string" && { hint }),
    ...(typeof severity === "string" && { severity }),
  };
}

const driverConnectionErrors = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
]);

/** Whether the database could not be reached: a restart, a lost connection, no connection left. */
export function isUnreachable(error: DatabaseError): boolean {
  return driverConnectionErrors.has(error.code) || error.severity === "FATAL" ||
    error.code.startsWith("08");
}
