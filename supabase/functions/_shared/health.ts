/** Whether we are well: the database, Redis, the queue and the inbox. */
import { Redis } from "@upstash/redis";
import * as z from "zod";
import { type Db, rows } from "./database.ts";
import { env } from "./env.ts";
import { describeError, log } from "./log.ts";
import { shopCounts } from "./shop/health.ts";

const Part = z.enum(["ok", "down"]);

/** What the database counts. Ages in seconds. */
const Counts = z.object({
  /** Jobs due or running, and how long the oldest has waited. */
  due_jobs: z.int(),
  oldest_due_job_seconds: z.int(),
  /** Jobs that were given up: replay or delete them (docs/operations.md). They alone are no alarm. */
  dead_jobs: z.int(),
  oldest_unhandled_event_seconds: z.int(),
  ...shopCounts,
});

/** What health tells. */
export const Health = z.object({
  status: z.enum(["ok", "unhealthy"]),
  database: Part,
  redis: Part,
  ...Counts.shape,
});

const noCounts = Object.fromEntries(
  Object.keys(Counts.shape).map((name) => [name, 0]),
) as z.infer<typeof Counts>;

/** Work that waits longer than this means that nobody works it off. */
const stuckSeconds = 300;

async function redisAnswers(): Promise<boolean> {
  const redis = new Redis({
    url: env("UPSTASH_REDIS_REST_URL"),
    token: env("UPSTASH_REDIS_REST_TOKEN"),
    retry: false,
    enableTelemetry: false,
    signal: () => AbortSignal.timeout(3000),
  });
  try {
    return await redis.ping() === "PONG";
  } catch (error) {
    log("warn", { event: "redis_down", error: describeError(error) });
    return false;
  }
}

async function queueNumbers(admin: Db) {
  try {
    return await rows(admin.rpc("health")) as z.infer<typeof Counts>;
  } catch (error) {
    log("error", { event: "database_down", error: describeError(error) });
    return null;
  }
}

/** Looks at every part at once. */
export async function readHealth(admin: Db): Promise<z.infer<typeof Health>> {
  const [redis, queue] = await Promise.all([redisAnswers(), queueNumbers(admin)]);
  const stuck = queue !== null &&
    (queue.oldest_due_job_seconds > stuckSeconds ||
      queue.oldest_unhandled_event_seconds > stuckSeconds);
  return {
    status: redis && queue !== null && !stuck ? "ok" : "unhealthy",
    database: queue === null ? "down" : "ok",
    redis: redis ? "ok" : "down",
    ...(queue ?? noCounts),
  };
}
