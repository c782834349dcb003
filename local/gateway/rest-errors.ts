/**
 * PostgREST's replies to errors of SQL: body and status, which Lite knows for a few codes only.
 *
 * @see https://docs.postgrest.org/en/v14/references/errors.html#postgresql-errors
 */
import type { DatabaseError } from "./request-context.ts";

const statusByPrefix: ReadonlyArray<readonly [prefix: string, status: number]> = [
  ["23503", 409],
  ["23505", 409],
  ["25006", 405],
  ["53400", 500],
  ["57P01", 503],
  ["P0001", 400],
  ["42883", 404],
  ["42P01", 404],
  ["42P17", 500],
  ["08", 503],
  ["09", 500],
  ["0L", 403],
  ["0P", 403],
  ["25", 500],
  ["28", 403],
  ["2D", 500],
  ["38", 500],
  ["39", 500],
  ["3B", 500],
  ["40", 500],
  ["53", 503],
  ["54", 500],
  ["55", 500],
  ["57", 500],
  ["58", 500],
  ["F0", 500],
  ["HV", 500],
  ["P0", 500],
  ["XX", 500],
];

// Lite rewrites these in PostgREST's words (a missing relation or column, a JSON of its own), or
// they carry a whole reply.
const leftToLite = new Set(["42P01", "42703", "42883", "PGRST"]);

/** HTTP status for an SQLSTATE; `anonymous` callers are asked to log in where rights are missing. */
export function statusOfSqlState(code: string, anonymous: boolean): number {
  if (code === "42501") return anonymous ? 401 : 403;
  const raised = /^PT(\d{3})$/.exec(code);
  if (raised) {
    const status = Number(raised[1]);
    return status >= 200 && status <= 599 ? status : 500;
  }
  return statusByPrefix.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 400;
}

/** A reply in PostgREST's shape. */
export function restError(
  status: number,
  code: string,
  message: string,
  details: string | null = null,
  hint: string | null = null,
  headers: HeadersInit = {},
): Response {
  const reply = Response.json({ code, details, hint, message }, { status, headers });
  reply.headers.set("content-type", "application/json; charset=utf-8");
  return reply;
}

/** PostgREST's reply to an error of SQL, or undefined for those that Lite words itself. */
export function replyToSqlError(error: DatabaseError, anonymous: boolean): Response | undefined {
  if (!/^[0-9A-Z]{5}$/.test(error.code) || leftToLite.has(error.code)) return undefined;
  return restError(
    statusOfSqlState(error.code, anonymous),
    error.code,
    error.message,
    error.detail ?? null,
    error.hint ?? null,
  );
}

/** A reply that lists rows as the one row it must hold, else PostgREST's refusal. */
export async function asOneObject(reply: Response): Promise<Response> {
  const rows: unknown = await reply.clone().json();
  if (!Array.isArray(rows)) return reply;
  if (rows.length !== 1) {
    return restError(
      406,
      "PGRST116",
      "Cannot coerce the result to a single JSON object",
      `The result contains ${rows.length} rows`,
    );
  }
  const headers = new Headers(reply.headers);
  headers.set("content-type", "application/vnd.pgrst.object+json; charset=utf-8");
  headers.delete("content-length");
  return new Response(JSON.stringify(rows[0]), { status: reply.status, headers });
}
