import { eachLine } from "../../local/functions/lines.ts";

/** A real Redis for a test: its URL, and what ends it. */
export interface RealRedis extends AsyncDisposable {
  url: string;
}

/** `redis-server` where it is installed, else the Redis of REDIS_URL, else why there is none. */
export function realRedis(): (() => Promise<RealRedis>) | string {
  if (hasRedisServer()) return () => startRedisServer(freePort());
  const url = Deno.env.get("REDIS_URL");
  if (url) return () => Promise.resolve({ url, [Symbol.asyncDispose]: () => Promise.resolve() });
  return "neither redis-server on PATH nor REDIS_URL is there";
}

/** Starts `redis-server` without persistence; resolves when it accepts connections. */
export async function startRedisServer(port: number): Promise<RealRedis> {
  const server = new Deno.Command("redis-server", {
    args: ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const ready = Promise.withResolvers<void>();
  const output = eachLine(server.stdout, (line) => {
    if (line.includes("Ready to accept connections")) ready.resolve();
  });
  const ended = server.status.then(({ code }) => {
    ready.reject(new Error(`redis-server ended with code ${code}`));
  });
  await ready.promise;
  return {
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.kill("SIGKILL");
      await ended;
      await output;
    },
  };
}

export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Whether a test can start a Redis of its own. */
export function hasRedisServer(): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((directory) => {
    try {
      return Deno.statSync(`${directory}/redis-server`).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return false;
      }
      throw error;
    }
  });
}
