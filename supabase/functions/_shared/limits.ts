/**
 * Rate limits, by name, in one table. They live in Redis; when Redis is down, requests pass, except those
 * that guess passwords, send mail, try cards, or export or delete an account: these are then counted in
 * Postgres.
 */
import { Ratelimit } from "@upstash/ratelimit";
import { elevatedDb, rows } from "./database.ts";
import { optionalEnv } from "./env.ts";
import { describeError, log } from "./log.ts";
import { Problem, problem } from "./problem.ts";
import { redis, redisWithPauses } from "./redis.ts";
import { toHex } from "./hex.ts";

/** One limit: at most `requests` in any `windowSeconds`. */
export interface Limit {
  requests: number;
  windowSeconds: number;
  /** What counts when Redis is down: nothing, or fixed windows in Postgres. */
  withoutRedis: "open" | "postgres";
}

/** Every limit there is. A declaration names one; it counts by user or key, else by address. */
export const limits = {
  none: null,
  read: { requests: 300, windowSeconds: 60, withoutRedis: "open" },
  write: { requests: 60, windowSeconds: 60, withoutRedis: "open" },
  upload: { requests: 20, windowSeconds: 60, withoutRedis: "open" },
  account_delete: { requests: 10, windowSeconds: 3600, withoutRedis: "postgres" },
  // Gathers everything there is of somebody.
  account_export: { requests: 5, windowSeconds: 86_400, withoutRedis: "postgres" },
  billing: { requests: 20, windowSeconds: 60, withoutRedis: "open" },
  // Changes of carts, which are in Redis: without it there are none to count.
  cart: { requests: 120, windowSeconds: 60, withoutRedis: "open" },
  api_key_create: { requests: 20, windowSeconds: 3600, withoutRedis: "open" },
  // Mails to strangers; how many a workspace and an address may have, public.workspace_invite counts.
  invitation: { requests: 60, windowSeconds: 3600, withoutRedis: "postgres" },
  // Mail to one's own address.
  receipt: { requests: 10, windowSeconds: 3600, withoutRedis: "postgres" },
  signup: { requests: 20, windowSeconds: 3600, withoutRedis: "postgres" },
  login: { requests: 60, windowSeconds: 900, withoutRedis: "postgres" },
  password_reset: { requests: 20, windowSeconds: 3600, withoutRedis: "postgres" },
  // What makes Stripe try a card: billing/card-testing.ts. By address, and by account.
  card_address: { requests: 40, windowSeconds: 3600, withoutRedis: "postgres" },
  card_account: { requests: 20, windowSeconds: 3600, withoutRedis: "postgres" },
  // Counted by account, whatever address the caller comes from.
  login_account: { requests: 10, windowSeconds: 900, withoutRedis: "postgres" },
  password_reset_account: { requests: 3, windowSeconds: 3600, withoutRedis: "postgres" },
} as const satisfies Record<string, Limit | null>;

/** The name of a limit. */
export type LimitName = keyof typeof limits;

/** Long: requests do without it meanwhile. */
const askRedis = redisWithPauses(15_000);
const limiters = new Map<LimitName, Ratelimit>();

/**
 * A limit as it holds here. RATE_LIMIT_MULTIPLIER raises all of them: the local stack does, so that a
 * test suite meets only the limits it sets itself.
 */
function effectiveLimit(name: LimitName): Limit | null {
  const limit = limits[name];
  if (limit === null) return null;
  return { ...limit, requests: Math.max(1, Math.floor(limit.requests * limitMultiplier())) };
}

/** By what every limit is raised here. */
export function limitMultiplier(): number {
  return Number(optionalEnv("RATE_LIMIT_MULTIPLIER") ?? "1");
}

function limiter(name: LimitName, limit: Limit): Ratelimit {
  let found = limiters.get(name);
  if (found === undefined) {
    found = new Ratelimit({
      redis: redis(),
      limiter: Ratelimit.slidingWindow(limit.requests, `${limit.windowSeconds} s`),
      prefix: `limit:${name}`,
      // The client's own timeout throws; this one would let the request pass.
      timeout: 0,
      ephemeralCache: false,
    });
    limiters.set(name, found);
  }
  return found;
}

/** What is counted is a hash: no address and no mail address is kept in Redis or Postgres. */
async function hashed(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return toHex(new Uint8Array(digest, 0, 16));
}

/**
 * Counts one request.
 *
 * @param key who it counts for: a user's id, an address, a mail address
 * @throws {Problem} `rate_limited` with Retry-After when it is one too many
 */
export async function countRequest(name: LimitName, key: string): Promise<void> {
  const limit = effectiveLimit(name);
  if (limit === null) return;
  const counted = await hashed(key);
  try {
    const { success, reset } = await askRedis(() => limiter(name, limit).limit(counted));
    if (!success) {
      throw problem("rate_limited", {
        retryAfterSeconds: Math.max(1, (reset - Date.now()) / 1000),
      });
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    log("warn", { event: "rate_limit_without_redis", limit: name, error: describeError(error) });
    if (limit.withoutRedis === "open") return;
    await countInPostgres(name, limit, counted);
  }
}

async function countInPostgres(name: LimitName, limit: Limit, counted: string): Promise<void> {
  const hit = await rows(
    elevatedDb().rpc("rate_limit_hit", {
      key: `${name}:${counted}`,
      max_hits: limit.requests,
      window_seconds: limit.windowSeconds,
    }),
  ) as { allowed: boolean; retry_after_seconds: number };
  if (!hit.allowed) throw problem("rate_limited", { retryAfterSeconds: hit.retry_after_seconds });
}

/** Forgets what was counted, after a success that clears the suspicion. */
export async function forgetRequests(name: LimitName, key: string): Promise<void> {
  const limit = effectiveLimit(name);
  if (limit === null) return;
  const counted = await hashed(key);
  try {
    await askRedis(() => limiter(name, limit).resetUsedTokens(counted));
  } catch (error) {
    log("warn", { event: "rate_limit_without_redis", limit: name, error: describeError(error) });
    if (limit.withoutRedis === "open") return;
    await rows(elevatedDb().rpc("rate_limit_forget", { key: `${name}:${counted}` }));
  }
}
