/**
 * endpoint(): a declaration and a handler of a few lines become what the platform serves.
 *
 * In order: method, size, caller, form of body and query; limit, idempotency key and required feature
 * side by side; the handler, the reply's own schema. Every reply has a request id, CORS and
 * Server-Timing; every error is problem+json; every request is one log line.
 */
import { countCall } from "./api-keys/count-call.ts";
import { requireCaptcha } from "./captcha.ts";
import { addCors, preflight } from "./cors.ts";
import {
  authenticate,
  type Authenticated,
  callerAddress,
  requireSecondFactor,
} from "./authentication.ts";
import { elevatedDb } from "./database.ts";
import type { Context, Declaration, Handler } from "./declaration.ts";
import { namedWorkspace, requireFeature } from "./entitlements/require-feature.ts";
import {
  beginIdempotent,
  type Begun,
  endIdempotent,
  hashRequest,
  type KeptReply,
  type KeyedRequest,
  readIdempotencyKey,
  subjectOf,
} from "./idempotency.ts";
import { isRoot, matchPath } from "./endpoint-path.ts";
import { tagged } from "./entity-tag.ts";
import { countRequest, mayRunBeside } from "./limits.ts";
import { trackError } from "./error-tracker.ts";
import { describeError, log } from "./log.ts";
import { Problem, problem, problemBody, problemResponse } from "./problem.ts";
import { inRequest } from "./request-scope.ts";
import {
  defaultBodyLimit,
  parseFile,
  parseForm,
  parseJson,
  parseQuery,
  readBytes,
  validate,
} from "./request-body.ts";

/** One method: its declaration and how it is served. */
export interface Endpoint {
  readonly declarations: readonly Declaration[];
  fetch(request: Request): Promise<Response>;
}

/** What is known of a request before anything can fail. */
interface Arrival {
  /** The function's name: the first part of the path. */
  name: string;
  requestId: string;
  started: number;
  marks: [string, number][];
  caller?: string;
  /** Who acts, as the database is told: see request-scope.ts. */
  actor?: string;
}

const formOverheadBytes = 16 * 1024;

function arrive(request: Request): Arrival {
  const given = request.headers.get("x-request-id") ?? "";
  return {
    name: new URL(request.url).pathname.split("/")[1] ?? "",
    requestId: /^[\w.-]{8,64}$/.test(given) ? given : crypto.randomUUID(),
    started: performance.now(),
    marks: [],
  };
}

async function timed<T>(arrival: Arrival, mark: string, work: Promise<T>): Promise<T> {
  const from = performance.now();
  try {
    return await work;
  } finally {
    arrival.marks.push([mark, performance.now() - from]);
  }
}

/** Anything thrown becomes a problem; what we did not foresee is `internal_error`, with its cause logged. */
function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : problem("internal_error", { cause: error });
}

function finish(
  arrival: Arrival,
  request: Request,
  response: Response,
  failure?: Problem,
): Response {
  const total = performance.now() - arrival.started;
  response.headers.set("x-request-id", arrival.requestId);
  response.headers.set(
    "server-timing",
    [...arrival.marks, ["total", total] as const]
      .map(([mark, ms]) => `${mark};dur=${ms.toFixed(1)}`).join(", "),
  );
  addCors(response.headers);
  log(response.status >= 500 ? "error" : "info", {
    event: "request",
    request_id: arrival.requestId,
    function: arrival.name,
    method: request.method,
    status: response.status,
    duration_ms: Math.round(total),
    ...(arrival.caller !== undefined && { caller: arrival.caller }),
    ...(failure !== undefined && { code: failure.code }),
    ...(failure?.options.cause !== undefined && { error: describeError(failure.options.cause) }),
  });
  if (failure?.code === "internal_error") {
    trackError(failure.options.cause ?? failure, {
      tags: { function: arrival.name, code: failure.code },
      extra: { request_id: arrival.requestId, method: request.method },
    });
  }
  return response;
}

function jsonResponse(status: number, body: unknown, headers = new Headers()): Response {
  headers.set("content-type", "application/json");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  return new Response(JSON.stringify(body), { status, headers });
}

async function admit(
  declaration: Declaration,
  caller: Authenticated,
  countedFor: string,
  keyed: KeyedRequest | undefined,
  workspaceId: string | undefined,
): Promise<Begun | undefined> {
  const { requires, method } = declaration;
  const { apiKey } = caller;
  const passing = countRequest(declaration.limit, countedFor);
  const [limited, claimed, assured, granted, counted] = await Promise.allSettled([
    passing,
    keyed === undefined ? undefined : beginIdempotent(keyed),
    declaration.secondFactor && requireSecondFactor(caller),
    requires === undefined ? undefined : requireFeature(caller.db, requires, workspaceId),
    // After the rate limit, not beside it: a client gone wild must not use up its workspace's month.
    apiKey && passing.then(() => countCall(apiKey.workspaceId, method, keyed)),
  ]);
  const begun = claimed.status === "fulfilled" ? claimed.value : undefined;
  // Who has had the reply may have it again, whatever became of the plan meanwhile.
  const replayed = begun !== undefined && "replay" in begun;
  const refused = [limited, assured, ...(replayed ? [] : [granted, counted])]
    .find((one) => one.status === "rejected");
  if (refused !== undefined) {
    // The key was claimed for a request that does not run: free it for the retry.
    if (keyed && begun && "attempt" in begun) {
      await endIdempotent(keyed, begun.attempt, undefined);
    }
    throw refused.reason;
  }
  if (claimed.status === "rejected") throw claimed.reason;
  return begun;
}

/**
 * Whether the handler may run while the request is admitted: it only reads, and nothing but the limit can
 * refuse it. What it read is thrown away when the limit does.
 */
function runsBesideLimit(declaration: Declaration, caller: Authenticated, countedFor: string) {
  const { method, limit, captcha, idempotent, requires, secondFactor, writes } = declaration;
  return method === "GET" && !writes && !captcha && !idempotent && !secondFactor &&
    requires === undefined &&
    caller.apiKey === undefined && mayRunBeside(limit, countedFor);
}

function replyToKeep(outcome: { status: number; body: unknown } | Problem, requestId: string) {
  if (!(outcome instanceof Problem)) return outcome;
  // What may succeed when tried again must not be answered from memory.
  if (outcome.status >= 500 || outcome.options.retryAfterSeconds !== undefined) return undefined;
  return { status: outcome.status, body: problemBody(outcome, requestId) } satisfies KeptReply;
}

function replay(kept: KeptReply): Response {
  const headers = new Headers({ "idempotency-replayed": "true" });
  const response = jsonResponse(kept.status, kept.body, headers);
  if (kept.status >= 400) response.headers.set("content-type", "application/problem+json");
  return response;
}

async function serve<D extends Declaration>(
  declaration: D,
  handler: Handler<D>,
  request: Request,
  arrival: Arrival,
): Promise<Response> {
  const limit = declaration.maxBodyBytes ??
    (declaration.file ? declaration.file.maxBytes + formOverheadBytes : defaultBodyLimit);
  const raw = await readBytes(request, limit);
  const caller = await timed(arrival, "auth", authenticate(request, declaration));
  arrival.caller = caller.name;
  if (/^(user|api_key):/.test(caller.name)) arrival.actor = caller.name;

  const params = pathParams(declaration, request);
  const query = declaration.query &&
    validate(declaration.query, parseQuery(request), "invalid_query");
  const body = declaration.body &&
    validate(declaration.body, parseJson(request, raw), "invalid_body");
  if (declaration.form) validate(declaration.form, await parseForm(request, raw), "invalid_body");
  const file = declaration.file && await parseFile(request, raw, declaration.file);

  const address = callerAddress(request.headers);
  const key = declaration.idempotent && readIdempotencyKey(request.headers);
  const keyed = key === undefined ? undefined : {
    caller: caller.name,
    endpoint: `${declaration.method} ${arrival.name}`,
    key,
    requestHash: await hashRequest(request, raw),
  };
  const countedFor = caller.user?.id ?? caller.apiKey?.id ?? (address || "unknown");
  const beside = runsBesideLimit(declaration, caller, countedFor);
  const admitting = timed(
    arrival,
    "limit",
    admit(
      declaration,
      caller,
      countedFor,
      keyed,
      namedWorkspace(body, query) ?? caller.apiKey?.workspaceId,
    ),
  );
  const begun = beside ? undefined : await admitting;
  if (begun !== undefined && "replay" in begun) return replay(begun.replay);

  const headers = new Headers();
  if (declaration.cacheControl) headers.set("cache-control", declaration.cacheControl);
  const context = {
    body,
    params,
    query,
    file,
    raw,
    user: caller.user,
    apiKey: caller.apiKey,
    get db() {
      return caller.db;
    },
    admin: declaration.elevated === undefined ? undefined : elevatedDb(),
    request,
    address,
    requestId: arrival.requestId,
    headers,
    subject: declaration.idempotent && subjectOf(keyed, begun),
  } as Context<D>;

  const keep = async (outcome: { status: number; body: unknown } | Problem) => {
    if (keyed === undefined || begun === undefined) return;
    await endIdempotent(keyed, begun.attempt, replyToKeep(outcome, arrival.requestId));
  };
  let reply: { status: number; body: unknown };
  try {
    const { captcha } = declaration;
    // Whose earlier attempt has noted a subject has passed it: by now the token may be too old to be good again.
    const passed = typeof begun?.subject === "string";
    if (captcha && !passed && (captcha.from !== "guests" || caller.user === undefined)) {
      // After the limit, so that nobody makes us ask Cloudflare without end.
      const proof = {
        token: (body as { captcha_token?: string } | undefined)?.captcha_token,
        address,
        requestHash: keyed?.requestHash ?? await hashRequest(request, raw),
      };
      await timed(arrival, "captcha", requireCaptcha(proof, captcha.whenDown));
    }
    const handling = timed(arrival, "handler", (async () => await handler(context))());
    // The refusal counts, where there are both: a failure nobody waits for must not end the isolate.
    handling.catch(() => {});
    await admitting;
    const value = await handling;
    reply = { status: declaration.status ?? 200, body: declaration.reply.parse(value) };
  } catch (error) {
    const failure = asProblem(error);
    await keep(failure);
    throw failure;
  }
  await keep(reply);
  const response = jsonResponse(reply.status, reply.body, headers);
  return declaration.etag ? await tagged(response, request) : response;
}

/** @throws {Problem} `not_found` when the path is not of the declared form */
function pathParams(declaration: Declaration, request: Request): unknown {
  if (declaration.path === undefined) return undefined;
  const values = matchPath(declaration.path, request);
  if (values === undefined) throw problem("not_found");
  try {
    return declaration.params && validate(declaration.params, values, "invalid_query");
  } catch (error) {
    throw problem("not_found", { cause: error });
  }
}

/** The method that serves a request. HEAD is GET, whose body the server then leaves out (RFC 9110, 9.3.2). */
function servingMethod(request: Request): string {
  return request.method === "HEAD" ? "GET" : request.method;
}

function methodNotAllowed(methods: string[]): Problem {
  const allowed = methods.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]);
  return problem("method_not_allowed", { headers: { allow: [...allowed, "OPTIONS"].join(", ") } });
}

/** Serves one method. See {@link Declaration} for what can be declared. */
export function endpoint<const D extends Declaration>(
  declaration: D,
  handler: Handler<D>,
): Endpoint {
  return {
    declarations: [declaration],
    async fetch(request) {
      const arrival = arrive(request);
      if (request.method === "OPTIONS") return preflight();
      try {
        if (servingMethod(request) !== declaration.method) {
          throw methodNotAllowed([declaration.method]);
        }
        const reply = await inRequest(arrival, () => serve(declaration, handler, request, arrival));
        return finish(arrival, request, reply);
      } catch (error) {
        const failure = asProblem(error);
        return finish(arrival, request, problemResponse(failure, arrival.requestId), failure);
      }
    },
  };
}

/** Serves several methods, at the function's own address or at paths behind it. */
export function methods(...endpoints: Endpoint[]): Endpoint {
  const declared = endpoints.map((one) => ({ one, declaration: one.declarations[0]! }));
  const hasPaths = declared.some(({ declaration }) => declaration.path !== undefined);
  const serves = ({ path }: Declaration, request: Request) =>
    path === undefined ? !hasPaths || isRoot(request) : matchPath(path, request) !== undefined;
  return {
    declarations: endpoints.flatMap((one) => one.declarations),
    async fetch(request) {
      if (request.method === "OPTIONS") return preflight();
      const here = declared.filter(({ declaration }) => serves(declaration, request));
      const method = servingMethod(request);
      const found = here.find(({ declaration }) => declaration.method === method);
      if (found !== undefined) return await found.one.fetch(request);
      const failure = here.length === 0
        ? problem("not_found")
        : methodNotAllowed(here.map(({ declaration }) => declaration.method));
      const arrival = arrive(request);
      return finish(arrival, request, problemResponse(failure, arrival.requestId), failure);
    },
  };
}
