/**
 * Rate limits, by name, in one table. They live in Redis; when Redis is down, requests pass, except those
 * that guess passwords, send mail, try cards, or export or delete an account: these are then counted in
 * Postgres.
 */
import { createHash } from "node:crypto";
import { Ratelimit } from "@upstash/ratelimit";
import { elevatedDb, rows } from "./database.ts";
import { optionalEnv } from "./env.ts";
import { describeError, log } from "./log.ts";
import { Problem, problem } from "./problem.ts";
import { redis, redisWithPauses } from "./redis.ts";
import { shopLimits } from "./shop/limits.ts";
import { together } from "./together.ts";

/** One limit: at most `requests` in any `windowSeconds`. */
export interface Limit {
  requests: number;
  windowSeconds: number;
  /** What counts when Redis is down: nothing, or fixed windows in Postgres. */
  withoutRedis: "open" | "postgres";
  /**
   * A handler that only reads runs while Redis counts, and its reply waits for the count: a round trip
   * less. Whom this isolate has refused it refuses unasked until the window ends, handler and all, so that
   * a flood reaches the database once a window and not once a request.
   */
  beside?: true;
}

/** Every limit there is. A declaration names one; it counts by user or key, else by address. */
export const limits = together(
  {
    none: null,
    read: { requests: 300, windowSeconds: 60, withoutRedis: "open", beside: true },
    write: { requests: 60, windowSeconds: 60, withoutRedis: "open" },
    upload: { requests: 20, windowSeconds: 60, withoutRedis: "open" },
    account_delete: { requests: 10, windowSeconds: 3600, withoutRedis: "postgres" },
    // Gathers everything there is of somebody.
    account_export: { requests: 5, windowSeconds: 86_400, withoutRedis: "postgres" },
    billing: { requests: 20, windowSeconds: 60, withoutRedis: "open" },
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
  } as const satisfies Record<string, Limit | null>,
  shopLimits,
);

/** The name of a limit. */
export type LimitName = keyof typeof limits;

/** Long: requests do without it meanwhile. */
const askRedis = redisWithPauses(15_000);
const limiters = new Map<LimitName, Ratelimit>();

/** Until when this isolate refuses unasked, by limit and whom it counts for: only where `beside` is set. */
const refusedUntil = new Map<string, number>();
/** More than that at once is a flood from many addresses: the oldest are asked for again. */
const refusalsKept = 10_000;

function keepRefusal(counted: string, until: number): void {
  const oldest = refusedUntil.keys().next();
  if (refusedUntil.size >= refusalsKept && !oldest.done) refusedUntil.delete(oldest.value);
  refusedUntil.set(counted, until);
}

/** When the refusal ends that this isolate remembers; undefined where it remembers none. */
function refusal(counted: string): number | undefined {
  const until = refusedUntil.get(counted);
  if (until === undefined || until > Date.now()) return until;
  refusedUntil.delete(counted);
  return undefined;
}

/** Whether a reading handler may run while the request is counted: see {@link Limit.beside}. */
export function mayRunBeside(name: LimitName, key: string): boolean {
  const limit: Limit | null = limits[name];
  if (limit === null) return true;
  return limit.beside === true && refusal(`${name}:${hashed(key)}`) === undefined;
}

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
function hashed(key: string): string {
  // At once: a digest of the Web Crypto API is a hop to another thread and back.
  return createHash("sha256").update(key).digest("hex").slice(0, 32);
}

function refused(until: number): Problem {
  return problem("rate_limited", { retryAfterSeconds: Math.max(1, (until - Date.now()) / 1000) });
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
  const counted = hashed(key);
  const until = limit.beside && refusal(`${name}:${counted}`);
  if (until !== undefined) throw refused(until);
  try {
    const { success, reset } = await askRedis(() => limiter(name, limit).limit(counted));
    if (!success) {
      if (limit.beside) keepRefusal(`${name}:${counted}`, reset);
      throw refused(reset);
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
  const counted = hashed(key);
  try {
    await askRedis(() => limiter(name, limit).resetUsedTokens(counted));
  } catch (error) {
    log("warn", { event: "rate_limit_without_redis", limit: name, error: describeError(error) });
    if (limit.withoutRedis === "open") return;
    await rows(elevatedDb().rpc("rate_limit_forget", { key: `${name}:${counted}` }));
  }
}
