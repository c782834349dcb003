import { Redis } from "ioredis";
import type { Log } from "../log.ts";
import { type Command, type RedisBackend, RedisError, type Reply } from "./backend.ts";

/** Runs the commands on the Redis at `url`. Rejects when it cannot be reached at the start. */
export async function startServerBackend(url: string, log: Log): Promise<RedisBackend> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2000,
    commandTimeout: 5000,
    // A caller hears at once that Redis is away, rather than wait for its return.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
  });
  let reason = "";
  let lost = false;
  redis.on("error", (error: Error) => reason = error.message);
  redis.on("reconnecting", () => {
    if (!lost) log("redis", "connection lost, trying again", "error");
    lost = true;
  });
  redis.on("ready", () => {
    if (lost) log("redis", "connected again");
    lost = false;
  });
  await redis.connect().catch((error) => {
    redis.disconnect();
    const { host, port } = redis.options;
    throw new Error(`cannot reach Redis at ${host}:${port}: ${reason || error.message}`);
  });

  // Upper case: ioredis turns the replies of commands that it knows by name into objects.
  const send = ([name, ...args]: Command) =>
    redis.callBuffer(name.toUpperCase(), ...args) as Promise<Reply>;

  return {
    run: (command) => send(command).catch((error) => Promise.reject(asRedisError(error))),
    pipeline: (commands) =>
      Promise.all(commands.map((command) =>
        send(command).catch((error) => {
          const known = asRedisError(error);
          return known instanceof RedisError ? known : Promise.reject(known);
        })
      )),
    async transaction(commands) {
      const transaction = redis.multi();
      for (const [name, ...args] of commands) transaction.callBuffer(name.toUpperCase(), ...args);
      const results = await transaction.exec().catch((error) =>
        Promise.reject(asRedisError(error))
      );
      return (results ?? []).map(([error, reply]) =>
        error ? new RedisError(error.message) : reply as Reply
      );
    },
    stop() {
      redis.disconnect();
      return Promise.resolve();
    },
  };
}

function asRedisError(error: Error): Error {
  return error.name === "ReplyError" ? new RedisError(error.message) : error;
}
