import type { Log } from "../log.ts";
import { type Command, RedisError, type Reply } from "./backend.ts";
import { startMemoryBackend } from "./memory-backend.ts";
import { base64Reply, plainReply } from "./encoding.ts";
import { parseRequest } from "./request.ts";
import { scriptRewriter } from "./scripts.ts";
import { startServerBackend } from "./server-backend.ts";

export interface RedisOptions {
  /** 0 picks a free port. */
  port: number;
  /** What callers show as `Authorization: Bearer <token>`. */
  token: string;
  /** A Redis to use, `redis://…`; without it the data lives in this process and ends with it. */
  redisUrl?: string;
  log: Log;
}

export interface Redis {
  /** UPSTASH_REDIS_REST_URL. */
  url: string;
  stop(): Promise<void>;
}

/** Commands that bind a connection to one caller: over HTTP all callers share it. */
const notOverHttp = new Set(
  ("auth blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin client debug discard exec " +
    "failover hello monitor multi psubscribe psync punsubscribe quit replicaof reset select " +
    "shutdown slaveof ssubscribe subscribe sunsubscribe sync unsubscribe unwatch wait waitaof " +
    "watch").split(" "),
);

/**
 * Serves Upstash's REST protocol: one command as JSON array or as path, `/pipeline` and
 * `/multi-exec`, replies in base64 on request. Errors are `{ "error": "ERR …" }` with 400; 401 for
 * a wrong token; 503 when the Redis behind it is not reached.
 *
 * @see https://upstash.com/docs/redis/features/restapi
 */
export async function startRedis(options: RedisOptions): Promise<Redis> {
  const { token, redisUrl, log } = options;
  const backend = redisUrl ? await startServerBackend(redisUrl, log) : await startMemoryBackend();
  const scripts = scriptRewriter();

  const rewritten = (command: Command): Command => {
    if (notOverHttp.has(command[0].toLowerCase())) {
      throw new RedisError(`ERR Command is not available: '${command[0].toUpperCase()}'`);
    }
    return scripts.outgoing(command);
  };

  async function one(command: Command): Promise<Reply> {
    return scripts.incoming(command, await backend.run(rewritten(command)));
  }

  async function many(commands: Command[], how: "pipeline" | "transaction") {
    const refused = new Map<Command, RedisError>();
    const sent = commands.flatMap((command) => {
      try {
        return [rewritten(command)];
      } catch (error) {
        // One command that is not available discards a transaction as a whole.
        if (how === "transaction" || !(error instanceof RedisError)) throw error;
        refused.set(command, error);
        return [];
      }
    });
    const replies = await backend[how](sent);
    return commands.map((command) => {
      const reply = refused.get(command) ?? replies.shift()!;
      return reply instanceof RedisError ? reply : scripts.incoming(command, reply);
    });
  }

  async function answer(request: Request): Promise<Response> {
    const parsed = await parseRequest(request, token);
    if (parsed instanceof Response) return parsed;
    const encode = request.headers.get("upstash-encoding") === "base64" ? base64Reply : plainReply;
    const item = (reply: Reply | RedisError) =>
      reply instanceof RedisError ? { error: reply.message } : { result: encode(reply) };
    try {
      if (parsed.kind === "command") return Response.json(item(await one(parsed.command)));
      return Response.json((await many(parsed.commands, parsed.kind)).map(item));
    } catch (error) {
      if (error instanceof RedisError) {
        return Response.json({ error: error.message }, { status: 400 });
      }
      return Response.json({ error: `ERR Redis is not reached: ${(error as Error).message}` }, {
        status: 503,
      });
    }
  }

  const server = await listen(options.port, answer).catch(async (error) => {
    await backend.stop();
    throw error;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async stop() {
      await server.shutdown();
      await backend.stop();
    },
  };
}

function listen(port: number, answer: (request: Request) => Promise<Response>) {
  return Promise.try(() => Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, answer));
}
