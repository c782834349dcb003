/**
 * The local Supabase API: auth, rest and storage by @supabase/lite over a real Postgres, mended to
 * behave as the hosted platform does, and the way to the functions.
 */
import { App, isExperimentalEnabled, type ServerOptions, setExperimental } from "@supabase/lite";
import type { Keys } from "../keys.ts";
import type { Log } from "../log.ts";
import { apiKeyOf, refuseApiKey } from "./api-keys.ts";
import { type Auth, authUnavailable, createAuth } from "./auth.ts";
import { createAuthMails } from "./auth-mails.ts";
import { createSessions } from "./auth-sessions.ts";
import {
  type AuthConfig,
  defaultAuthConfig,
  readApiConfig,
  readConfigToml,
  readStorageConfig,
} from "./config.ts";
import { GatewayConnection } from "./connection.ts";
import { preflightReply, withCors } from "./cors.ts";
import { createDiskObjects } from "./disk-objects.ts";
import type { EmailHook } from "./email-hook.ts";
import { createMailer } from "./mailer.ts";
import {
  assertHostedGrants,
  preparePlatform,
  preRequestFunction,
  roleTimeouts,
} from "./platform.ts";
import { allowedRedirect } from "./redirects.ts";
import {
  createContexts,
  isUnreachable,
  type RequestContext,
  type Service,
} from "./request-context.ts";
import { restHeaders, restUnavailable } from "./rest.ts";
import { type SchemaChanges, watchSchema } from "./schema-changes.ts";
import { createStorage, type Storage, storageUnavailable } from "./storage.ts";
import { createTokens } from "./tokens.ts";

/** What answers `/functions/v1/*`; the request comes as it arrived, CORS is its own. */
export interface FunctionsHandler {
  /** @param clientAddress who connected, for `x-forwarded-for` */
  handle(request: Request, clientAddress?: string): Promise<Response>;
}

export interface GatewayOptions {
  /** 0 picks a free one. */
  port: number;
  /** Connection string of a superuser. */
  databaseUrl: string;
  /** Holds config.toml, whose `[api]` and `[storage]` sections are followed. */
  supabaseDir: string;
  /** Where uploaded files are kept. */
  storageDir: string;
  keys: Keys;
  /** Usually `readAuthConfig(<text of config.toml>)`; what is left out has the CLI's default. */
  auth?: Partial<AuthConfig>;
  log: Log;
}

export interface GatewayConnections {
  functions?: FunctionsHandler;
  /** Without it no mail is sent, and each is logged. */
  emailHook?: EmailHook;
}

export interface Gateway {
  /** `http://127.0.0.1:<port>`, known before the gateway opens, so that others can be told. */
  readonly url: string;
  /** Makes `auth` and `storage` in the database. Before the migrations, which refer to them. */
  prepare(): Promise<void>;
  /** Proves the grants, reads the schema and begins to serve; until then every reply is a 503. */
  open(connections?: GatewayConnections): Promise<void>;
  stop(): Promise<void>;
}

type Middleware = NonNullable<ServerOptions["middlewares"]>[number];

// Transactions of auth wait for a mail hook, and the hook's function calls the gateway back: some
// connections are kept for it.
const authTransactions = 8;

// A request that still runs then is cut off: stopping must not wait for a statement that sleeps.
const stopGraceMs = 1000;

/** Binds the port and sets everything up; serves nothing before `open()`. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { databaseUrl, supabaseDir, storageDir, keys, log } = options;
  const config: AuthConfig = { ...defaultAuthConfig, ...options.auth };
  const configToml = await readConfigToml(supabaseDir);
  const api = readApiConfig(configToml);
  const { fileSizeLimit } = readStorageConfig(configToml);

  let serve: (request: Request, clientAddress: string) => Promise<Response> = () =>
    Promise.resolve(notOpen());
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: options.port,
    onListen: () => {},
    onError: (error) => failed(error, log),
  }, (request, { remoteAddr }) => serve(request, (remoteAddr as Deno.NetAddr).hostname));
  const url = `http://127.0.0.1:${server.addr.port}`;
  const issuer = `${url}/auth/v1`;

  const contexts = createContexts();
  const timeouts = new Map<string, string>();
  const connection = new GatewayConnection({
    url: databaseUrl,
    contexts,
    statementTimeouts: timeouts,
    authTransactions,
  });
  const app = await createLite(connection, keys, config, api, fileSizeLimit);
  app._storageAdapter = createDiskObjects(storageDir);

  let connections: GatewayConnections = {};
  const mailer = createMailer({
    hook: () => connections.emailHook,
    db: () => connection.kysely,
    contexts,
    issuer,
    siteUrl: config.siteUrl,
    log,
  });
  app._mailer = mailer;

  const tokens = await createTokens(keys, issuer);
  const lite = async (request: Request) => await app.fetch(request);
  const auth: Auth = createAuth({
    keys,
    config,
    tokens,
    sessions: createSessions(tokens, () => connection.kysely),
    mails: createAuthMails(config, mailer, () => connection.kysely),
    connection,
    issuer,
    lite,
    log,
  });
  const storage: Storage = createStorage({ keys, tokens, connection, fileSizeLimit, lite });
  let schemaChanges: SchemaChanges | undefined;
  let stopped: Promise<void> | undefined;

  async function answer(service: Service, request: Request, url: URL): Promise<Response> {
    const refused = refuseApiKey(request, url, keys);
    if (refused) return refused;
    const apiKey = apiKeyOf(request, url);
    if (apiKey) {
      request.headers.set("apikey", apiKey);
      url.searchParams.delete("apikey");
    }
    const context: RequestContext = {
      service,
      method: request.method,
      path: url.pathname.replace(`/${service}/v1`, ""),
      headers: Object.fromEntries(request.headers),
      redirectTo: allowedRedirect(
        url.searchParams.get("redirect_to") ?? request.headers.get("referer"),
        config.siteUrl,
        config.redirectAllowList,
      ),
    };
    return await contexts.run(context, async () => {
      schemaChanges?.ensure();
      let reply: Response | undefined;
      let failure: unknown;
      try {
        reply = await call(service, request, url, context, apiKey);
      } catch (error) {
        failure = error;
      }
      const { databaseError } = context;
      if (databaseError && isUnreachable(databaseError) && !(reply && reply.status < 400)) {
        await reply?.body?.cancel();
        return unavailable(service, databaseError.message);
      }
      if (reply) return reply;
      throw failure;
    });
  }

  async function call(
    service: Service,
    request: Request,
    url: URL,
    context: RequestContext,
    apiKey: string | undefined,
  ): Promise<Response> {
    switch (service) {
      case "auth":
        return await auth.handle(request, url, context, apiKey);
      case "storage":
        return await storage.handle(request, url, apiKey);
      case "rest": {
        const headers = await restHeaders(request, apiKey, tokens);
        if (headers instanceof Response) return headers;
        return await lite(
          new Request(url, { method: request.method, headers, body: request.body }),
        );
      }
    }
  }

  async function route(incoming: Request, clientAddress: string): Promise<Response> {
    const url = new URL(incoming.url);
    if (/^\/functions\/v1(\/|$)/.test(url.pathname)) {
      return await connections.functions?.handle(incoming, clientAddress) ??
        Response.json({ code: "NOT_FOUND", message: "No functions are served" }, { status: 404 });
    }
    const service = /^\/(auth|rest|storage)\/v1(?:\/|$)/.exec(url.pathname)?.[1] as
      | Service
      | undefined;
    const preflight = preflightReply(incoming);
    if (preflight) return preflight;
    if (service && !isText(url.pathname)) {
      return withCors(Response.json({ message: "The path is no valid text" }, { status: 400 }));
    }
    if (service) {
      const request = new Request(incoming);
      return withCors(await answer(service, request, url).catch((error) => failed(error, log)));
    }
    if (url.pathname === "/") return withCors(Response.json(services(url.origin)));
    return withCors(
      Response.json({ message: "no Route matched with those values" }, { status: 404 }),
    );
  }

  async function stop(): Promise<void> {
    serve = () => Promise.resolve(notOpen());
    let grace: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([
      server.shutdown(),
      new Promise<void>((resolve) => grace = setTimeout(resolve, stopGraceMs)),
    ]);
    clearTimeout(grace);
    await schemaChanges?.stop();
    await connection.close(); // what still waits for a statement fails now
    await server.finished;
  }

  return {
    url,
    async prepare() {
      await preparePlatform(app, databaseUrl);
    },
    async open(given = {}) {
      connections = given;
      await assertHostedGrants(databaseUrl);
      for (const [role, timeout] of await roleTimeouts(databaseUrl)) timeouts.set(role, timeout);
      connection.preRequest = await preRequestFunction(databaseUrl);
      await connection.clearSchemaCache();
      await connection.introspect({ useCache: true });
      schemaChanges ??= watchSchema(databaseUrl, () => void connection.clearSchemaCache(), log);
      serve = route;
    },
    stop: () => stopped ??= stop(),
  };
}

/** A gateway that serves, over a database that `prepare()` and the migrations have made. */
export async function startGateway(
  options: GatewayOptions & GatewayConnections,
): Promise<Gateway> {
  const { functions, emailHook } = options;
  const gateway = await createGateway(options);
  try {
    await gateway.prepare();
    await gateway.open({ ...(functions && { functions }), ...(emailHook && { emailHook }) });
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  return gateway;
}

async function createLite(
  connection: GatewayConnection,
  keys: Keys,
  auth: AuthConfig,
  api: { schemas: string[]; maxRows: number },
  fileSizeLimit: number,
): Promise<App> {
  if (!isExperimentalEnabled("storage")) {
    // Lite writes a warning about experiments to stderr when its first app starts; one that has
    // none on takes that turn.
    await new App({ connection, auth: { enabled: false }, storage: { enabled: false } }).init();
    setExperimental("storage", true);
  }
  return new App({
    connection,
    api: { enabled: true, schemas: api.schemas, max_rows: api.maxRows },
    auth: {
      enabled: true,
      enable_signup: auth.enableSignup,
      jwt_secret: keys.innerSecret,
      publishable_key: keys.publishableKey,
      secret_key: keys.secretKey,
      site_url: auth.siteUrl,
      additional_redirect_urls: auth.redirectAllowList,
      jwt_expiry: auth.jwtExpiry,
      minimum_password_length: auth.minimumPasswordLength,
      password_requirements: auth.passwordRequirements,
      email: {
        enable_signup: true,
        enable_confirmations: auth.confirmations,
        double_confirm_changes: auth.secureEmailChange,
        otp_length: auth.otpLength,
        otp_expiry: auth.otpExpiry,
      },
    },
    storage: { enabled: true, file_size_limit: `${fileSizeLimit}B` },
    db: { migrations: { enabled: false } },
    studio: { enabled: false },
    options: { server: { admin: false, disableStudio: true, middlewares: [skipSessionLookup] } },
  });
}

/**
 * Lite looks up user and session of every request with a token; PostgREST does not, a token is good
 * until it expires. What stands here is overwritten with the token's own claims.
 */
const skipSessionLookup: Middleware = async (context, next) => {
  if (context.req.path.startsWith("/rest/v1/") && context.req.header("authorization")) {
    context.set("userId", "in the token");
    context.set("sessionId", "in the token");
  }
  await next();
};

/** Whether Postgres could hold the path as text: UTF-8 without a zero byte. */
function isText(path: string): boolean {
  try {
    return !decodeURIComponent(path).includes("\0");
  } catch {
    return false;
  }
}

function services(origin: string): Record<string, string> {
  return {
    auth: `${origin}/auth/v1`,
    rest: `${origin}/rest/v1`,
    storage: `${origin}/storage/v1`,
    functions: `${origin}/functions/v1`,
  };
}

function unavailable(service: Service, message: string): Response {
  if (service === "auth") return authUnavailable();
  return service === "storage" ? storageUnavailable() : restUnavailable(message);
}

function notOpen(): Response {
  return Response.json({ message: "The local stack is starting, try again" }, {
    status: 503,
    headers: { "retry-after": "1" },
  });
}

function failed(error: unknown, log: Log): Response {
  log("gateway", error instanceof Error ? error.stack ?? error.message : String(error), "error");
  return Response.json({ message: "An unexpected error occurred" }, { status: 500 });
}
