/**
 * The stand-ins for Stripe, Resend and Upstash alone, beside a Supabase that somebody else runs: the real
 * local stack of the Supabase CLI, say. Webhooks go to that Supabase's functions.
 */
import { join } from "node:path";
import { derivedSecret, loadKeys } from "./keys.ts";
import type { Log } from "./log.ts";
import { startMail } from "./mail/server.ts";
import type { Ports } from "./ports.ts";
import { startRedis } from "./redis/bridge.ts";
import { startStripe } from "./stripe/server.ts";

/** A Supabase that runs already. */
export interface RunningSupabase {
  url: string;
  publishableKey: string;
  secretKey: string;
  databaseUrl: string;
}

/** The stand-ins, and what has to be known about them. */
export interface Providers {
  /** Variables of the functions, for `supabase functions serve --env-file`. */
  functionsEnv: Record<string, string>;
  /** What `task status` prints of a whole stack. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

async function publicKeys(url: string): Promise<string> {
  const reply = await fetch(`${url}/auth/v1/.well-known/jwks.json`);
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${url} shows no keys of Auth: ${reply.status} ${text}`);
  return text;
}

/**
 * Starts them.
 *
 * @throws when a port is taken, or the Supabase does not answer
 */
export async function startProviders(options: {
  supabase: RunningSupabase;
  dataDir: string;
  ports: Pick<Ports, "mail" | "stripe" | "redis" | "web">;
  log: Log;
}): Promise<Providers> {
  const { supabase, dataDir, ports, log } = options;
  await Deno.mkdir(dataDir, { recursive: true });
  const jwks = await publicKeys(supabase.url);
  const keys = await loadKeys(dataDir);
  const functions = `${supabase.url}/functions/v1`;
  const mailSecret = derivedSecret(keys, "resend-webhook");
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const mail = await startMail({
      port: ports.mail,
      dataFile: join(dataDir, "mail.sqlite"),
      webhook: { url: `${functions}/resend-webhook`, secret: mailSecret },
      log,
    });
    stops.push(mail.stop);
    const redis = await startRedis({ port: ports.redis, token: keys.redisToken, log });
    stops.push(redis.stop);
    const stripe = await startStripe({
      port: ports.stripe,
      secretKey: keys.stripeSecretKey,
      dataFile: join(dataDir, "stripe.sqlite"),
      webhook: { url: `${functions}/stripe-webhook`, secret: keys.stripeWebhookSecret },
      log,
    });
    stops.push(stripe.stop);
    // A filling that was ended half way may have left it behind, where that Supabase's clock never is.
    await stripe.toRealTime();
    const shared = {
      SITE_URL: `http://127.0.0.1:${ports.web}`,
      STRIPE_API_URL: stripe.url,
      STRIPE_SECRET_KEY: keys.stripeSecretKey,
      STRIPE_WEBHOOK_SECRET: keys.stripeWebhookSecret,
      RESEND_BASE_URL: mail.url,
      RESEND_API_KEY: "re_local",
      RESEND_WEBHOOK_SECRET: mailSecret,
      UPSTASH_REDIS_REST_URL: redis.url,
      UPSTASH_REDIS_REST_TOKEN: keys.redisToken,
    };
    return {
      functionsEnv: {
        ...shared,
        PUBLIC_SUPABASE_URL: supabase.url,
        LINK_SECRET: derivedSecret(keys, "links"),
        MAIL_FROM: "Socle <hello@socle.local>",
        ALERT_EMAIL: "operator@socle.local",
        SEND_EMAIL_HOOK_SECRET: keys.emailHookSecret,
        RATE_LIMIT_MULTIPLIER: "1000",
        WEBHOOKS_TO_LOOPBACK: "on",
      },
      env: {
        SUPABASE_URL: supabase.url,
        SUPABASE_PUBLISHABLE_KEY: supabase.publishableKey,
        SUPABASE_SECRET_KEY: supabase.secretKey,
        SUPABASE_DB_URL: supabase.databaseUrl,
        SUPABASE_JWKS: jwks,
        MAILBOX_URL: mail.mailboxUrl,
        ...shared,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
