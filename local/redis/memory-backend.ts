import { type Command, type RedisBackend, RedisError, type Reply } from "./backend.ts";
import { checkedArguments, type Look, notAnInteger } from "./memory-rules.ts";
import { loadLua } from "./memory-lua.ts";
import { sha1 } from "./scripts.ts";

/** A command of ioredis-mock: arguments in, reply out, at once. */
type Emulator = (...args: string[]) => unknown;

/**
 * Runs the commands on ioredis-mock, in this process. Its commands are called without the promises
 * around them: what is called in one go is then atomic, as transactions and scripts must be. Scripts
 * run in our own Lua (memory-lua.ts), since the mock's hands out JavaScript's globals and loses
 * errors, nulls and the types of numbers.
 */
export async function startMemoryBackend(): Promise<RedisBackend> {
  // Scripts first: it settles how the Lua that both share prints numbers.
  const evaluate = await loadLua();
  const { default: RedisMock } = await import("ioredis-mock") as unknown as IoredisMock;
  // Instances with one host and port share their data.
  const redis = new RedisMock({ host: crypto.randomUUID() });
  const emulators = new Map<string, Emulator>();
  new class extends RedisMock.Pipeline {
    override _createCommand(name: string, emulator: Emulator) {
      emulators.set(name, emulator.bind(redis) as Emulator);
    }
  }(redis);
  const scripts = new Map<string, string>();

  const emulate = (name: string) => emulators.get(name)!;
  const look = {
    type: emulate("type"),
    get: emulate("get"),
    hget: emulate("hget"),
  } as Look;
  const nothing: Look = { type: () => "none", get: () => null, hget: () => null };

  function run(command: Command): Reply {
    const args = checkedArguments(command, look);
    const name = command[0].toLowerCase();
    switch (name) {
      case "eval":
      case "eval_ro":
        scripts.set(sha1(args[0]!), args[0]!);
        return runScript(args[0]!, args.slice(1));
      case "evalsha":
      case "evalsha_ro": {
        const script = scripts.get(args[0]!.toLowerCase());
        if (script === undefined) {
          throw new RedisError("NOSCRIPT No matching script. Please use EVAL.");
        }
        return runScript(script, args.slice(1));
      }
      case "script":
        return manageScripts(args);
    }
    const emulator = emulators.get(name);
    if (!emulator) {
      throw new RedisError(`ERR '${name}' is not there in memory; it is with REDIS_URL set`);
    }
    try {
      return replyOf(emulator(...args));
    } catch (error) {
      if (error instanceof RedisError) throw error;
      throw new RedisError(withCode((error as Error).message));
    }
  }

  function runScript(script: string, [count = "", ...rest]: string[]): Reply {
    const keys = Number(count);
    if (!Number.isInteger(keys)) throw notAnInteger();
    if (keys < 0) throw new RedisError("ERR Number of keys can't be negative");
    if (keys > rest.length) {
      throw new RedisError("ERR Number of keys can't be greater than number of args");
    }
    return evaluate(script, rest.slice(0, keys), rest.slice(keys), run);
  }

  function manageScripts([subcommand = "", ...rest]: string[]): Reply {
    switch (subcommand.toLowerCase()) {
      case "load": {
        const script = rest[0] ?? "";
        scripts.set(sha1(script), script);
        return sha1(script);
      }
      case "exists":
        return rest.map((hash) => scripts.has(hash.toLowerCase()) ? 1 : 0);
      case "flush":
        scripts.clear();
        return "OK";
    }
    throw new RedisError(`ERR unknown subcommand '${subcommand}'. Try SCRIPT HELP.`);
  }

  const settled = (command: Command): Reply | RedisError => {
    try {
      return run(command);
    } catch (error) {
      if (error instanceof RedisError) return error;
      throw error;
    }
  };

  return {
    run: (command) => Promise.try(run, command),
    pipeline: (commands) => Promise.try(() => commands.map(settled)),
    transaction: (commands) =>
      Promise.try(() => {
        for (const command of commands) {
          try {
            checkedArguments(command, nothing);
          } catch {
            throw new RedisError("EXECABORT Transaction discarded because of previous errors.");
          }
        }
        return commands.map(settled);
      }),
    stop() {
      emulate("flushall")();
      redis.disconnect();
      return Promise.resolve();
    },
  };
}

interface IoredisMock {
  default: {
    new (options: { host: string }): { disconnect(): void };
    Pipeline: new (redis: unknown) => { _createCommand(name: string, emulator: Emulator): unknown };
  };
}

/** What RESP2 would say: maps as flat lists, truth as 1 and null. */
function replyOf(value: unknown): Reply {
  if (value === null || value === undefined || value === false) return null;
  if (value === true) return 1;
  if (typeof value === "number" || typeof value === "string") return value;
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(replyOf);
  return Object.entries(value).flat().map(replyOf);
}

function withCode(message: string): string {
  return /^[A-Z]+ /.test(message) ? message : `ERR ${message}`;
}
