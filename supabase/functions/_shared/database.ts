/** Supabase clients, and what their errors mean to a caller. */
import {
  createClient,
  type PostgrestSingleResponse,
  type SupabaseClient,
} from "@supabase/supabase-js";
import type { Database } from "./database.types.ts";
import { env, publishableKey, secretKey } from "./env.ts";
import { isProblemCode, Problem, problem } from "./problem.ts";
import { fetchInRequest } from "./request-scope.ts";

/** A client of our schema: under RLS as its caller, or elevated with the secret key. */
export type Db = SupabaseClient<Database>;

let elevated: Db | undefined;

/** The client with the secret key. Handlers get it only by declaring `elevated: "<why>"`. */
export function elevatedDb(): Db {
  elevated ??= createClient<Database>(env("SUPABASE_URL"), secretKey(), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: fetchInRequest },
  });
  return elevated;
}

/**
 * A client under RLS, as whoever has this token; as anon without one. By `accessToken` and not by a header,
 * for then supabase-js makes no client of Auth, which is a third of what a client costs. Nor do we use
 * @supabase/server's context, which makes a second client, with the secret key, whether it is used or not.
 */
export function callerDb(token: string | null): Db {
  return createClient<Database>(env("SUPABASE_URL"), publishableKey(), {
    accessToken: () => Promise.resolve(token),
    global: { fetch: fetchInRequest },
  });
}

/** What PostgREST says of a failed request (https://docs.postgrest.org/en/v14/references/errors.html). */
export interface DatabaseError {
  code?: string;
  message: string;
  details?: string | null;
  hint?: string | null;
}

/**
 * The problem that a database error is to the caller. SQL refuses by name (`private.problem`); a
 * missing grant or a failed policy is `forbidden`; no answer is `database_unavailable`; anything else
 * is a defect of ours, logged with its cause and told as `internal_error`.
 */
export function databaseProblem(error: DatabaseError, status: number): Problem {
  if (isProblemCode(error.message)) {
    return problem(error.message, {
      detail: error.details ?? undefined,
      // `private.problem` with further members of the body.
      ...(error.hint?.startsWith("{") && { extra: JSON.parse(error.hint) }),
    });
  }
  // Two that waited for each other, or met: the same again succeeds.
  const collided = error.code === "40P01" || error.code === "40001";
  if (collided) {
    return problem("database_unavailable", { retryAfterSeconds: 1, cause: asError(error) });
  }
  const unreachable = status === 0 || status === 502 || status === 503 || status === 504 ||
    /^(57P0|08|53)/.test(error.code ?? "") || error.code?.startsWith("PGRST00") === true;
  if (unreachable) {
    return problem("database_unavailable", { retryAfterSeconds: 2, cause: asError(error) });
  }
  if (error.code === "42501") return problem("forbidden", { cause: asError(error) });
  return problem("internal_error", { cause: asError(error) });
}

function asError(error: DatabaseError): Error {
  return new Error(`database error ${error.code ?? "without code"}: ${error.message}`, {
    cause: error.details ?? undefined,
  });
}

/** The data of a reply. @throws {Problem} for a database error, see {@link databaseProblem} */
export async function rows<T>(query: PromiseLike<PostgrestSingleResponse<T>>): Promise<T> {
  const reply = await query;
  if (reply.error !== null) throw databaseProblem(reply.error, reply.status);
  return reply.data;
}
