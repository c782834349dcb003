/** The one client of Redis, and what happens when Redis does not answer. */
import { Redis } from "@upstash/redis";
import { env } from "./env.ts";

/**
 * How long Redis may take, in milliseconds. Long, since limits without it begin their counts anew: a
 * moment's slowness must not grant further guesses.
 */
const timeoutMs = 3000;
let client: Redis | undefined;

/**
 * The client. It does not retry by itself, and gives replies as they come: a text that looks like a
 * number stays a text.
 */
export function redis(): Redis {
  client ??= new Redis({
    url: env("UPSTASH_REDIS_REST_URL"),
    token: env("UPSTASH_REDIS_REST_TOKEN"),
    retry: false,
    enableTelemetry: false,
    signal: () => AbortSignal.timeout(timeoutMs),
  });
  return client;
}

/** Redis did not answer, or failed a moment ago and was not asked. */
export class RedisUnavailable extends Error {
  override readonly name = "RedisUnavailable";
  constructor(readonly retryAfterSeconds: number, cause?: unknown) {
    super("Redis does not answer", { cause });
  }
}

/** Asks Redis something. @throws {RedisUnavailable} */
export type AskRedis = <T>(ask: (redis: Redis) => Promise<T>) => Promise<T>;

/**
 * A way to ask Redis that leaves it alone for a while after a failure: one that hangs would cost every
 * request its timeout.
 */
export function redisWithPauses(pauseMs: number): AskRedis {
  let pausedUntil = 0;
  return async (ask) => {
    const paused = pausedUntil - Date.now();
    if (paused > 0) throw new RedisUnavailable(paused / 1000);
    try {
      return await ask(redis());
    } catch (error) {
      pausedUntil = Date.now() + pauseMs;
      throw new RedisUnavailable(pauseMs / 1000, error);
    }
  };
}
