/** What holds of every reply of every endpoint, whatever was sent. */
import assert from "node:assert/strict";
import { problemsOf } from "../../../supabase/functions/_shared/possible-problems.ts";
import {
  catalogue,
  isProblemCode,
  type ProblemCode,
} from "../../../supabase/functions/_shared/problem.ts";
import type { Target } from "./target.ts";

/** A checked reply. */
export interface Reply {
  status: number;
  headers: Headers;
  // deno-lint-ignore no-explicit-any -- a test looks into whatever came
  body: any;
  /** The problem's code; undefined for a success. */
  code: ProblemCode | undefined;
}

/** What must not reach a caller: where our files lie, what our database and libraries say. */
const internals = /file:\/\/|node_modules|\.ts:\d+|\n\s+at |SQLSTATE|violates|PGRST|supabase_admin/;

/**
 * Reads a reply and checks it: never 5xx; a success as declared; a problem of the declaration's, told
 * as RFC 9457 has it; on both the headers that every reply has.
 *
 * @throws {assert.AssertionError}
 */
export async function checkReply(
  { label, declaration }: Pick<Target, "label" | "declaration">,
  response: Response,
): Promise<Reply> {
  const { status, headers } = response;
  const text = await response.text();
  const seen = `${label}: ${status} ${text.slice(0, 1000)}`;
  assert.ok(status < 500, seen);

  const requestId = headers.get("x-request-id") ?? "";
  assert.match(requestId, /^[\w.-]{8,64}$/, `x-request-id, ${seen}`);
  assert.match(headers.get("server-timing") ?? "", /(^|, )total;dur=\d+\.\d$/, `timing, ${seen}`);
  assert.equal(headers.get("access-control-allow-origin"), "*", `CORS, ${seen}`);
  assert.match(headers.get("access-control-expose-headers") ?? "", /x-request-id/, `CORS, ${seen}`);

  if (status < 400) {
    assert.equal(status, declaration.status ?? 200, seen);
    assert.equal(headers.get("cache-control"), declaration.cacheControl ?? "no-store", seen);
    assert.equal(headers.get("content-type"), "application/json", seen);
    if (text === "") return { status, headers, body: undefined, code: undefined };
    const body = JSON.parse(text);
    // Equal to what the schema makes of it: nothing that it does not name has left.
    assert.deepEqual(declaration.reply.parse(body), body, seen);
    return { status, headers, body, code: undefined };
  }

  assert.equal(headers.get("content-type"), "application/problem+json", seen);
  assert.equal(headers.get("cache-control"), "no-store", seen);
  // HEAD has a problem's headers alone.
  if (text === "") return { status, headers, body: undefined, code: undefined };
  const body = JSON.parse(text);
  const { code } = body;
  assert.ok(isProblemCode(code) && problemsOf(declaration).includes(code), `undeclared, ${seen}`);
  assert.deepEqual([status, body.status, body.title], [
    catalogue[code][0],
    catalogue[code][0],
    catalogue[code][1],
  ], seen);
  assert.equal(body.type, `urn:socle:problem:${code}`);
  if (!headers.has("idempotency-replayed")) assert.equal(body.request_id, requestId, seen);
  assert.doesNotMatch(text, internals);
  for (const { pointer, detail } of body.errors ?? []) {
    assert.match(pointer, /^(\/.*)?$/s, seen);
    assert.ok(typeof detail === "string" && detail !== "", seen);
  }
  if (headers.has("retry-after")) assert.match(headers.get("retry-after")!, /^[1-9]\d*$/, seen);
  if (status === 401 && code === "unauthenticated") {
    assert.equal(headers.get("www-authenticate"), "Bearer", seen);
  }
  if (status === 405) assert.ok(headers.has("allow"), seen);
  return { status, headers, body, code };
}

/** Asserts that it is this problem. */
export function expectProblem(reply: Reply, code: ProblemCode, what: string): void {
  assert.equal(reply.code, code, `${what}: ${reply.status} ${JSON.stringify(reply.body)}`);
}
