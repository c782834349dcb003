/**
 * The local stack: every part started in the order that they need each other, one environment that
 * tells where each is, and one stop.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { setBusinessClock } from "./business-clock.ts";
import type { FunctionDeclaration } from "./functions/declarations.ts";
import { startFunctions } from "./functions/runtime.ts";
import { createGateway, readAuthConfig, readConfigToml } from "./gateway/mod.ts";
import { derivedSecret, type Keys, loadKeys } from "./keys.ts";
import type { Log } from "./log.ts";
import { startMail } from "./mail/server.ts";
import type { Ports } from "./ports.ts";
import { migrate } from "./postgres/migrate.ts";
import { type PostgresServer, startPostgres } from "./postgres/server.ts";
import { startRedis } from "./redis/bridge.ts";
import { startSchedule } from "./schedule.ts";
import { endPast, startStripe } from "./stripe/server.ts";
import { readOwnVariables } from "./variables.ts";
import { startWeb } from "./web/server.ts";

/** The project's root, and the folder that the Supabase CLI knows. */
export const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));
export const supabaseDir = join(projectDir, "supabase");
/** Where builds of the web application are kept. */
export const siteCacheDir = join(projectDir, ".socle", "web");

export interface StackOptions {
  /** Where everything is kept: database, files, keys, mails, the local Stripe. */
  dataDir: string;
  ports: Ports;
  log: Log;
  /** A Postgres that runs already: connection string of a superuser. Else one is started. */
  databaseUrl?: string | undefined;
  /** A real Redis; else one in memory. */
  redisUrl?: string | undefined;
  /** Restart functions when their files change. */
  watch?: boolean;
  /** Crash safety of the database; off for tests. Default true. */
  durable?: boolean;
  /**
   * Whether supabase/functions/.env counts, as it does for `task start`. Default false: who tests or measures
   * acts on no account of the operator's.
   */
  ownVariables?: boolean;
  /** Variables of the functions that differ from the stack's own, for tests. */
  functionsEnv?: Record<string, string>;
  /** Functions besides those of config.toml, for benchmarks. */
  unlistedFunctions?: FunctionDeclaration[];
  /** Settings of Auth that differ from config.toml's, for tests. */
  auth?: { confirmations?: boolean };
  /** Serve the web application at SITE_URL. Default false: what tests no page needs none. */
  web?: boolean;
  /** Off for tests that run jobs themselves. Default true. */
  schedule?: boolean;
  /** Fill a database that is new with supabase/seed.sql. Default true. */
  seed?: boolean;
  /** Called before a new database is filled with it; again at the next start where this one ends meanwhile. */
  beforeSeed?: (unseeded: UnseededStack) => Promise<void>;
  /** Told when a part that takes its time begins. */
  progress?: (step: string) => void;
}

/** A stack whose database is new: nothing has happened on it. */
export interface UnseededStack {
  /** What its functions will see. */
  env: Record<string, string>;
  /**
   * Lets Stripe's clock and ours begin so many seconds ago; tells whether they do, which only those of a Stripe
   * without anything do. Undefined where the functions use another Stripe than this stack's.
   */
  begin?: (secondsAgo: number) => Promise<boolean>;
}

/** A running stack. */
export interface Stack {
  /** What `task status` prints. */
  env: Record<string, string>;
  /** What the functions see, secrets included: for scripts that act as the operator. */
  functionsEnv: Record<string, string>;
  /** Connection string of a superuser. */
  adminDatabaseUrl: string;
  /** Where the database's files are; undefined with SOCLE_DATABASE_URL. */
  databaseDir: string | undefined;
  /** Whether its database was new, and got seed.sql. */
  seeded: boolean;
  /** Whether Stripe itself is used, by a key in supabase/functions/.env. */
  ownStripe: boolean;
  /** Moves its clocks to real time where they are behind it; they never go back. */
  toRealTime(): Promise<void>;
  /** Starts every function ahead of its first call. */
  warm(): Promise<void>;
  stop(): Promise<void>;
}

async function runSqlFile(databaseUrl: string, path: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(await Deno.readTextFile(path));
  } finally {
    await sql.end();
  }
}

/** The same server and database as another role; hosted Supabase's migrations belong to `postgres`. */
function asRole(url: string, role: string, password: string): string {
  const changed = new URL(url);
  // A server of one's own, whose superuser may have this name: with the password it was given.
  if (changed.username === role) return url;
  changed.username = role;
  changed.password = password;
  return changed.href;
}

/** What the functions get: the platform's variables, and the stack's own parts as the providers. */
function functionsEnvironment(
  keys: Keys,
  urls: { api: string; database: string; stripe?: string; mail: string; redis: string },
  own: Record<string, string>,
): Record<string, string> {
  return {
    SUPABASE_URL: urls.api,
    SUPABASE_DB_URL: urls.database,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
    SUPABASE_JWKS: JSON.stringify(keys.jwks),
    STRIPE_SECRET_KEY: keys.stripeSecretKey,
    STRIPE_WEBHOOK_SECRET: keys.stripeWebhookSecret,
    ...(urls.stripe !== undefined && { STRIPE_API_URL: urls.stripe }),
    RESEND_API_KEY: "re_local",
    RESEND_WEBHOOK_SECRET: derivedSecret(keys, "resend-webhook"),
    LINK_SECRET: derivedSecret(keys, "links"),
    RESEND_BASE_URL: urls.mail,
    MAIL_FROM: "Socle <hello@socle.local>",
    ALERT_EMAIL: "operator@socle.local",
    SEND_EMAIL_HOOK_SECRET: keys.emailHookSecret,
    // The project's own key, as when an imported one is in use.
    API_KEY_SIGNING_JWK: JSON.stringify(keys.signingKey),
    UPSTASH_REDIS_REST_URL: urls.redis,
    UPSTASH_REDIS_REST_TOKEN: keys.redisToken,
    RATE_LIMIT_MULTIPLIER: "1000",
    WEBHOOKS_TO_LOOPBACK: "on",
    ...own,
  };
}

/**
 * Starts everything. What was started is stopped again when a later part fails.
 *
 * @throws when a part does not come up, in that part's words
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, ports, log, progress = () => {} } = options;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    await Deno.mkdir(dataDir, { recursive: true });
    const keys = await loadKeys(dataDir);
    const own = options.ownVariables ? await readOwnVariables(supabaseDir, log) : {};

    let server: PostgresServer | undefined;
    if (options.databaseUrl === undefined) {
      progress("database");
      server = await startPostgres({
        dataDir: join(dataDir, "postgres"),
        port: ports.database,
        log,
        durable: options.durable ?? true,
      });
      stops.push(server.stop);
    }
    const adminDatabaseUrl = options.databaseUrl ?? server!.adminUrl();
    await runSqlFile(adminDatabaseUrl, join(projectDir, "local/postgres/roles.sql"));
    const databaseUrl = asRole(adminDatabaseUrl, "postgres", "postgres");

    const auth = readAuthConfig(await readConfigToml(supabaseDir));
    const siteUrl = own["SITE_URL"] ?? `http://127.0.0.1:${ports.web}`;
    const gateway = await createGateway({
      port: ports.api,
      databaseUrl: adminDatabaseUrl,
      supabaseDir,
      storageDir: join(dataDir, "storage"),
      keys,
      auth: {
        ...auth,
        siteUrl,
        redirectAllowList: [...auth.redirectAllowList, `${siteUrl}/**`],
        ...options.auth,
      },
      log,
    });
    stops.push(gateway.stop);
    const ownStripe = own["STRIPE_SECRET_KEY"] !== undefined && own["STRIPE_API_URL"] === undefined;
    const [mail, redis, stripe] = await Promise.all([
      startMail({
        port: ports.mail,
        dataFile: join(dataDir, "mail.sqlite"),
        webhook: {
          url: `${gateway.url}/functions/v1/resend-webhook`,
          secret: derivedSecret(keys, "resend-webhook"),
        },
        log,
      }),
      startRedis({
        port: ports.redis,
        token: keys.redisToken,
        log,
        ...(options.redisUrl !== undefined && { redisUrl: options.redisUrl }),
      }),
      ownStripe ? undefined : startStripe({
        port: ports.stripe,
        secretKey: keys.stripeSecretKey,
        dataFile: join(dataDir, "stripe.sqlite"),
        webhook: {
          url: `${gateway.url}/functions/v1/stripe-webhook`,
          secret: keys.stripeWebhookSecret,
        },
        onClock: (offsetSeconds) => setBusinessClock(adminDatabaseUrl, offsetSeconds),
        log,
      }),
    ]);
    stops.push(mail.stop, redis.stop);
    if (stripe !== undefined) stops.push(stripe.stop);
    else endPast(join(dataDir, "stripe.sqlite"));

    const urls = {
      api: gateway.url,
      database: databaseUrl,
      mail: mail.url,
      redis: redis.url,
      ...(stripe !== undefined && { stripe: stripe.url }),
    };
    const functionsEnv: Record<string, string> = {
      SITE_URL: siteUrl,
      // config.toml's site, where `task web` serves, may be returned to as well.
      ALLOWED_REDIRECT_ORIGINS: auth.siteUrl,
      ...functionsEnvironment(keys, urls, own),
      ...options.functionsEnv,
    };
    await gateway.prepare();
    progress("migrations");
    const { seed = true, beforeSeed } = options;
    const stripeUsed = functionsEnv["STRIPE_API_URL"] === stripe?.url ? stripe : undefined;
    const { seeded } = await migrate(databaseUrl, supabaseDir, {
      seed,
      beforeSeed: beforeSeed &&
        (() => beforeSeed({ env: functionsEnv, ...(stripeUsed && { begin: stripeUsed.begin }) })),
    });
    // Nobody goes through the past of a Stripe that nobody uses.
    if (stripeUsed === undefined) await stripe?.toRealTime();
    // Also where it is in real time: a start that ended half way, or another Stripe, may have left it elsewhere.
    await setBusinessClock(adminDatabaseUrl, stripe?.clock.offset ?? 0);
    const functions = await startFunctions({
      supabaseDir,
      env: functionsEnv,
      ownVariables: options.ownVariables,
      log,
      watch: options.watch ?? false,
      unlisted: options.unlistedFunctions,
      origin: gateway.url,
    });
    stops.push(functions.stop);
    await gateway.open({
      functions,
      emailHook: {
        url: `${gateway.url}/functions/v1/auth-email-hook`,
        secret: keys.emailHookSecret,
      },
    });
    if (options.schedule ?? true) {
      const schedule = startSchedule({
        databaseUrl,
        apiUrl: gateway.url,
        secretKey: keys.secretKey,
        behind: () => stripe !== undefined && stripe.clock.offset < 0,
        log,
      });
      stops.push(schedule.stop);
    }
    // With a SITE_URL of the operator's own the site is elsewhere.
    if (options.web && own["SITE_URL"] === undefined) {
      const web = await startWeb({
        port: ports.web,
        env: {
          SUPABASE_URL: gateway.url,
          SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
          TURNSTILE_SITE_KEY: own["TURNSTILE_SITE_KEY"],
        },
        // Of the sources alone, so every stack of this checkout has a use for it.
        cacheDir: siteCacheDir,
        log,
      });
      stops.push(web.stop);
    }

    const env: Record<string, string> = {
      SUPABASE_URL: gateway.url,
      SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
      SUPABASE_SECRET_KEY: keys.secretKey,
      SUPABASE_DB_URL: databaseUrl,
      SUPABASE_JWKS: JSON.stringify(keys.jwks),
      SITE_URL: functionsEnv["SITE_URL"]!,
      STRIPE_API_URL: functionsEnv["STRIPE_API_URL"] ?? "https://api.stripe.com",
      STRIPE_SECRET_KEY: functionsEnv["STRIPE_SECRET_KEY"]!,
      STRIPE_WEBHOOK_SECRET: functionsEnv["STRIPE_WEBHOOK_SECRET"]!,
      RESEND_BASE_URL: functionsEnv["RESEND_BASE_URL"]!,
      RESEND_API_KEY: functionsEnv["RESEND_API_KEY"]!,
      RESEND_WEBHOOK_SECRET: functionsEnv["RESEND_WEBHOOK_SECRET"]!,
      MAILBOX_URL: mail.mailboxUrl,
      UPSTASH_REDIS_REST_URL: functionsEnv["UPSTASH_REDIS_REST_URL"]!,
      UPSTASH_REDIS_REST_TOKEN: functionsEnv["UPSTASH_REDIS_REST_TOKEN"]!,
    };
    return {
      env,
      functionsEnv,
      adminDatabaseUrl,
      seeded,
      ownStripe,
      toRealTime: async () => await stripe?.toRealTime(),
      databaseDir: server?.dataDir,
      warm: functions.warm,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
