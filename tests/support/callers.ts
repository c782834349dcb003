/** SQL as one of the API's roles, as PostgREST runs it: committed, unlike the world of the access matrix. */
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Sql } from "./database.ts";

/** A transaction in which somebody calls. */
export type Call = postgres.TransactionSql;

/** Runs statements as a signed-in user. */
export function asUser<T>(
  sql: Sql,
  userId: string,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  return asRole(sql, "authenticated", { sub: userId }, work);
}

/** Runs statements as whoever has only the publishable key. */
export function asAnon<T>(sql: Sql, work: (call: Call) => Promise<T>): Promise<T> {
  return asRole(sql, "anon", {}, work);
}

/** Runs statements as our functions do with the secret key. */
export function asServer<T>(sql: Sql, work: (call: Call) => Promise<T>): Promise<T> {
  return asRole(sql, "service_role", {}, work);
}

function asRole<T>(
  sql: Sql,
  role: string,
  claims: Record<string, unknown>,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  return sql.begin(async (call) => {
    const token = JSON.stringify({ role, ...claims });
    await call`select set_config('request.jwt.claims', ${token}, true), set_config('role', ${role}, true)`;
    return await work(call);
  }) as Promise<T>;
}

/** Expects a call to be refused with a code of the problem catalogue, or with an SQLSTATE. */
export async function refused(attempt: Promise<unknown>, code: string): Promise<void> {
  try {
    await attempt;
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    const told = error.code.startsWith("PT") ? error.message : error.code;
    assert.equal(told, code, error.message);
    return;
  }
  assert.fail(`expected ${code}, but it went through`);
}
