/**
 * `/auth/v1`: Lite's GoTrue with what hosted Auth does besides. Tokens are translated both ways;
 * whatever sends mail is one transaction, so that a mail which cannot be sent leaves no trace.
 */
import { sql } from "kysely";
import type { Log } from "../log.ts";
import type { Keys } from "../keys.ts";
import { anonymousElsewhere, onlyElsewhere, withoutAddress } from "./auth-elsewhere.ts";
import { type AdminCaller, adminReply } from "./auth-admin.ts";
import { authError, badJwt } from "./auth-errors.ts";
import type { AuthMails } from "./auth-mails.ts";
import type { Sessions } from "./auth-sessions.ts";
import { userByEmail, userById } from "./auth-users.ts";
import { prepareVerification, type Verification } from "./auth-verify.ts";
import type { AuthConfig } from "./config.ts";
import type { GatewayConnection } from "./connection.ts";
import { EmailHookError } from "./email-hook.ts";
import { isUnreachable, type RequestContext } from "./request-context.ts";
import { bearerToken, claimsOfInner, TokenRefused, type Tokens } from "./tokens.ts";

type Json = Record<string, unknown>;
type Lite = (request: Request) => Promise<Response>;

export interface AuthOptions {
  keys: Keys;
  config: AuthConfig;
  tokens: Tokens;
  sessions: Sessions;
  mails: AuthMails;
  connection: GatewayConnection;
  issuer: string;
  lite: Lite;
  log: Log;
}

export interface Auth {
  handle(request: Request, url: URL, context: RequestContext, apiKey?: string): Promise<Response>;
}

// Only these look at the caller's token; elsewhere GoTrue does not care what it is.
const protectedPaths = new Set(["/user", "/logout", "/reauthenticate"]);

class Undone extends Error {
  constructor(readonly reply: Response) {
    super("undone");
  }
}

export function createAuth(options: AuthOptions): Auth {
  const { keys, config, tokens, sessions, mails, connection, issuer, lite, log } = options;

  /** One transaction for the whole of `work`; a mail not sent, or an error reply, undoes it. */
  async function asOne(
    context: RequestContext,
    work: () => Promise<Response>,
  ): Promise<Response> {
    try {
      return await connection.inTransaction(async () => {
        const reply = await work();
        if (context.mailError) throw new Undone(new Response(null, { status: 500 }));
        if (reply.status >= 400) throw new Undone(reply);
        return reply;
      });
    } catch (error) {
      if (error instanceof Undone) return error.reply;
      throw error;
    }
  }

  async function signUp(request: Request, body: Json, context: RequestContext): Promise<Response> {
    const refused = anonymousElsewhere(body) ?? withoutAddress(body);
    if (refused !== undefined) return refused;
    const { email } = body;
    return await asOne(context, async () => {
      if (typeof email === "string") {
        // Sign-ups of one address queue here, so that the second finds the first one's row.
        await sql`select pg_advisory_xact_lock(hashtextextended(${email.toLowerCase()}, 0))`
          .execute(connection.kysely);
      }
      const reply = await lite(withBody(request, body));
      const taken = reply.status === 429 && config.confirmations && typeof email === "string";
      if (!taken) return await sessions.outward(reply, "password");

      const user = (await userByEmail(connection.kysely, email))!;
      if (!user.email_confirmed_at) {
        const wait = mails.tooSoon(user.confirmation_sent_at);
        if (wait) return wait;
        await mails.confirmAgain(user);
      }
      return Response.json(obfuscatedUser(email, body["data"]));
    });
  }

  async function verify(request: Request, url: URL, context: RequestContext): Promise<Response> {
    const link = request.method === "GET";
    const body = link ? undefined : await jsonBody(request);
    const wanted: Verification = link
      ? { type: url.searchParams.get("type") ?? "", ...present("token_hash", url, "token") }
      : body as unknown as Verification;
    return await asOne(context, async () => {
      const ready = await prepareVerification(wanted, config, connection.kysely);
      if ("message" in ready) {
        if (!link) return Response.json({ code: "200", msg: ready.message });
        const message = new URLSearchParams({ message: ready.message });
        return Response.redirect(`${context.redirectTo ?? config.siteUrl}#${message}`, 303);
      }
      if (link) {
        url.searchParams.set("type", ready.type);
        if (ready.token_hash) url.searchParams.set("token", ready.token_hash);
        return await sessions.outward(await lite(new Request(url, request)), "otp");
      }
      return await sessions.outward(await lite(withBody(request, { ...body, ...ready })), "otp");
    });
  }

  /** The 429 where the caller's last mail of this kind was sent a moment ago. */
  async function pause(path: string, body: Json, headers: Headers): Promise<Response | undefined> {
    const db = connection.kysely;
    if (path === "/user" || path === "/reauthenticate") {
      if (path === "/user" && typeof body["email"] !== "string") return undefined;
      const token = bearerToken(headers);
      const user = token && await userById(db, claimsOfInner(token).sub!);
      if (!user) return undefined;
      if (path === "/user" && user.email === String(body["email"]).toLowerCase()) return undefined;
      return mails.tooSoon(
        path === "/user" ? user.email_change_sent_at : user.reauthentication_sent_at,
      );
    }
    const email = body["email"];
    const user = typeof email === "string" ? await userByEmail(db, email) : undefined;
    return user && mails.tooSoon(user.recovery_sent_at);
  }

  async function dispatch(
    request: Request,
    url: URL,
    path: string,
    context: RequestContext,
  ): Promise<Response> {
    const elsewhere = onlyElsewhere(request.method, path, url);
    if (elsewhere !== undefined) return elsewhere;
    const call = `${request.method} ${path}`;
    switch (call) {
      case "GET /.well-known/jwks.json":
        return Response.json(keys.jwks, { headers: { "cache-control": "public, max-age=600" } });
      case "GET /.well-known/openid-configuration":
        return Response.json({
          issuer,
          jwks_uri: `${issuer}/.well-known/jwks.json`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["ES256"],
        });
      case "POST /signup":
        return await signUp(request, await jsonBody(request), context);
      case "GET /verify":
      case "POST /verify":
        return await verify(request, url, context);
      case "POST /resend": {
        const body = await jsonBody(request);
        return await asOne(
          context,
          async () =>
            await mails.resend(body["type"], body["email"]) ?? await lite(withBody(request, body)),
        );
      }
      case "POST /recover":
      case "POST /otp":
      case "POST /magiclink":
      case "PUT /user":
      case "GET /reauthenticate": {
        const body = request.method === "GET" ? {} : await jsonBody(request);
        const refused = path === "/otp" ? withoutAddress(body) : undefined;
        if (refused !== undefined) return refused;
        return await asOne(context, async () =>
          await pause(path, body, request.headers) ??
            await sessions.outward(
              await lite(request.method === "GET" ? request : withBody(request, body)),
              undefined,
            ));
      }
      case "POST /token": {
        const method = url.searchParams.get("grant_type") === "refresh_token"
          ? undefined
          : "password";
        const body = await jsonBody(request);
        return await sessions.outward(await lite(withBody(request, body)), method);
      }
      default:
        return await sessions.outward(await lite(request), undefined);
    }
  }

  return {
    async handle(request, url, context, apiKey) {
      const path = url.pathname.slice("/auth/v1".length);
      const headers = new Headers(request.headers);
      const token = bearerToken(headers);
      headers.delete("authorization");
      if (token !== undefined && token !== apiKey) {
        try {
          headers.set("authorization", `Bearer ${await tokens.toInner(token)}`);
        } catch (error) {
          if (!(error instanceof TokenRefused)) throw error;
          if (protectedPaths.has(path)) return badJwt(error.refusal);
        }
      }
      const caller: AdminCaller = token !== undefined && token !== apiKey
        ? "user"
        : apiKey === keys.secretKey
        ? "operator"
        : "nobody";
      let reply: Response;
      try {
        reply = await adminReply(request, path, caller, connection) ??
          await dispatch(new Request(request, { headers }), url, path, context);
      } catch (error) {
        if (error instanceof BadBody) return authError(400, "bad_json", error.message);
        if (!context.mailError && !context.databaseError) throw error;
        reply = new Response(null, { status: 500 });
      }
      return reply.status === 500 ? explained(reply, context, log) : reply;
    },
  };
}

/** GoTrue's words for a failure that Lite calls "server_error". */
function explained(reply: Response, context: RequestContext, log: Log): Response {
  const { mailError, databaseError } = context;
  if (mailError instanceof EmailHookError) {
    return authError(mailError.status, mailError.code, mailError.message);
  }
  if (mailError) return authError(500, "unexpected_failure", "Error sending the mail");
  if (databaseError && !isUnreachable(databaseError)) {
    log("auth", `${context.path}: ${databaseError.code} ${databaseError.message}`, "error");
    const about = context.path === "/signup"
      ? " saving new user"
      : context.path.startsWith("/admin/users/")
      ? " deleting user"
      : "";
    return authError(500, "unexpected_failure", `Database error${about}`);
  }
  return reply;
}

/** The reply while Postgres cannot be reached. */
export function authUnavailable(): Response {
  return authError(503, "unexpected_failure", "Database is not reachable, try again", {
    "retry-after": "1",
  });
}

/** What a sign-up of a taken address answers: a user that tells nothing. */
function obfuscatedUser(email: string, data: unknown): Json {
  const now = new Date().toISOString();
  return {
    id: crypto.randomUUID(),
    aud: "authenticated",
    role: "",
    email: email.toLowerCase(),
    phone: "",
    confirmation_sent_at: now,
    app_metadata: { provider: "email", providers: ["email"] },
    user_metadata: data ?? {},
    identities: [],
    created_at: now,
    updated_at: now,
    is_anonymous: false,
  };
}

// Lite takes them for strings without looking.
const textFields = [
  "email",
  "password",
  "phone",
  "type",
  "token",
  "token_hash",
  "refresh_token",
  "auth_code",
  "code_verifier",
];

class BadBody extends Error {}

async function jsonBody(request: Request): Promise<Json> {
  const text = await request.text();
  if (text === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadBody(`Could not parse request body as JSON: ${(error as Error).message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new BadBody("Could not parse request body as JSON: it must be an object");
  }
  for (const name of textFields) {
    const field = (value as Json)[name] ?? "";
    if (typeof field !== "string" || field.includes("\0")) {
      throw new BadBody(`Could not parse request body as JSON: ${name} must be a string`);
    }
  }
  return value as Json;
}

function withBody(request: Request, body: Json): Request {
  const headers = new Headers(request.headers);
  headers.set("content-type", "application/json");
  headers.delete("content-length");
  return new Request(request.url, { method: request.method, headers, body: JSON.stringify(body) });
}

function present(name: "token_hash", url: URL, parameter: string): Partial<Verification> {
  const value = url.searchParams.get(parameter);
  return value === null ? {} : { [name]: value };
}
