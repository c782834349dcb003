/** The checks themselves: what the generated suite would say of an endpoint that breaks a promise. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { Declaration } from "../../supabase/functions/_shared/declaration.ts";
import { problemsOf } from "../../supabase/functions/_shared/possible-problems.ts";
import { catalogue, type ProblemCode } from "../../supabase/functions/_shared/problem.ts";
import { checkReply } from "./suite/reply.ts";

const declaration: Declaration = {
  summary: "Tell a name.",
  method: "POST",
  auth: "user",
  limit: "none",
  body: z.strictObject({}),
  status: 201,
  reply: z.object({ name: z.string() }),
  problems: ["not_found"],
};

const right = {
  "x-request-id": "request-1",
  "server-timing": "auth;dur=0.5, total;dur=1.0",
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "x-request-id",
  "cache-control": "no-store",
  "content-type": "application/json",
};

function check(status: number, body: unknown, headers: Record<string, string> = {}) {
  const response = new Response(JSON.stringify(body), {
    status,
    headers: { ...right, ...headers },
  });
  return checkReply({ label: "example POST", declaration }, response);
}

function checkProblem(code: ProblemCode, changes: Record<string, unknown> = {}, headers = {}) {
  const [status, title] = catalogue[code];
  const body = { type: `urn:socle:problem:${code}`, title, status, code, request_id: "request-1" };
  return check(status, { ...body, ...changes }, {
    "content-type": "application/problem+json",
    ...headers,
  });
}

Deno.test("checks: what keeps every promise passes", async () => {
  await check(201, { name: "Ada" });
  await checkProblem("not_found");
  await checkProblem("invalid_body", { errors: [{ pointer: "/a~1b", detail: "Required" }] });
});

const broken: [what: string, check: () => Promise<unknown>][] = [
  ["a 5xx, declared or not", () => checkProblem("internal_error")],
  ["another status than declared", () => check(200, { name: "Ada" })],
  ["a reply without a field", () => check(201, {})],
  ["a reply with a field that is not declared", () => check(201, { name: "Ada", password: "x" })],
  ["a problem that is not declared", () => checkProblem("email_taken")],
  ["a code of no catalogue", () => checkProblem("not_found", { code: "oops" })],
  [
    "a problem as plain JSON",
    () => checkProblem("not_found", {}, { "content-type": "application/json" }),
  ],
  ["another title than the catalogue's", () => checkProblem("not_found", { title: "Oops" })],
  ["another request id in the body", () => checkProblem("not_found", { request_id: "request-2" })],
  ["no request id", () => check(201, { name: "Ada" }, { "x-request-id": "" })],
  ["no CORS header", () => check(201, { name: "Ada" }, { "access-control-allow-origin": "" })],
  ["no timing", () => check(201, { name: "Ada" }, { "server-timing": "" })],
  ["a reply that caches keep", () => check(201, { name: "Ada" }, { "cache-control": "public" })],
  [
    "a stack trace",
    () => checkProblem("not_found", { detail: "Error\n    at f (file:///x.ts:1)" }),
  ],
  [
    "what the database said",
    () => checkProblem("not_found", { detail: "new row violates check constraint" }),
  ],
  ["401 without the scheme to sign in by", () => checkProblem("unauthenticated")],
  ["405 without the allowed methods", () => checkProblem("method_not_allowed")],
  [
    "a Retry-After that is no number of seconds",
    () => checkProblem("not_found", {}, { "retry-after": "0.5" }),
  ],
];

for (const [what, brokenCheck] of broken) {
  Deno.test(`checks: ${what} is noticed`, async () => {
    await assert.rejects(brokenCheck);
  });
}

Deno.test("possible problems: each declared property adds what endpoint() may answer for it", () => {
  const { body: _body, ...bare } = { ...declaration, auth: "none" as const, problems: [] };
  const always = problemsOf(bare);
  assert.deepEqual(always, [
    "method_not_allowed",
    "body_too_large",
    "database_unavailable",
    "internal_error",
  ]);
  const added = (changes: Partial<Declaration>) =>
    problemsOf({ ...bare, ...changes }).filter((code) => !always.includes(code));
  assert.deepEqual(added({ auth: "user" }), ["unauthenticated"]);
  assert.deepEqual(added({ auth: "user", apiKey: "workspace:read" }), [
    "unauthenticated",
    "scope_missing",
    "plan_required",
    "quota_exceeded",
    "workspace_read_only",
  ]);
  assert.deepEqual(added({ captcha: { whenDown: "pass" } }), ["captcha_failed"]);
  assert.deepEqual(added({ captcha: { whenDown: "refuse" } }), [
    "captcha_failed",
    "captcha_unavailable",
  ]);
  assert.deepEqual(added({ secondFactor: true }), ["second_factor_required"]);
  assert.deepEqual(added({ auth: "signature" }), []);
  assert.deepEqual(added({ limit: "read" }), ["rate_limited"]);
  assert.deepEqual(added({ query: z.object({}) }), ["invalid_query"]);
  assert.deepEqual(added({ requires: "api_access" }), ["workspace_not_found", "plan_required"]);
  assert.deepEqual(added({ ifMatch: true }), ["precondition_failed"]);
  assert.deepEqual(added({ body: z.object({}) }), [
    "invalid_json",
    "unsupported_media_type",
    "invalid_body",
  ]);
  assert.deepEqual(added({ file: { field: "file", maxBytes: 1 } }), [
    "unsupported_media_type",
    "invalid_body",
  ]);
  assert.deepEqual(added({ idempotent: true }), [
    "idempotency_in_progress",
    "invalid_header",
    "idempotency_key_reused",
  ]);
  assert.deepEqual(added({ problems: ["forbidden", "internal_error"] }), ["forbidden"]);
});
