/** A stack for the figures over HTTP, with the bare functions that they compare ours with beside ours. */
import { join } from "node:path";
import { freePorts } from "../../local/ports.ts";
import { projectDir, type Stack, startStack, supabaseDir } from "../../local/stack.ts";

import { freePort, hasRedisServer, startRedisServer } from "../../tests/local/redis-backends.ts";

/** A running stack; disposing of it leaves nothing. */
export interface HttpStack extends AsyncDisposable {
  stack: Stack;
  /** Where functions are called: `<functionsUrl>/user-profile`. */
  functionsUrl: string;
}

/**
 * Each file of bench/baselines/ is a function of that name, served as ours are. One has the name of ours:
 * jobs-run, which does nothing here, so that what a request leaves to it is not measured as the request.
 */
async function baselines() {
  const folder = join(projectDir, "bench", "baselines");
  const found = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".ts")) continue;
    found.push({
      name: name.slice(0, -3),
      verifyJwt: false,
      entrypoint: join(folder, name),
      importMap: join(supabaseDir, "import_map.json"),
    });
  }
  return found;
}

/** Starts it: as `task start` does, with commits that wait for the disk, and no timer that calls functions. */
export function httpStack(log: (line: string) => void): Promise<HttpStack> {
  return start(log, true);
}

/** The same, whose jobs-run does what it is called for, and without the functions that ours are compared with. */
export function workingStack(log: (line: string) => void): Promise<HttpStack> {
  return start(log, false);
}

async function start(log: (line: string) => void, compared: boolean): Promise<HttpStack> {
  await using undo = new AsyncDisposableStack();
  const dataDir = await Deno.makeTempDir({ prefix: "socle-bench-" });
  // Postgres may run as another account, which must be able to enter.
  await Deno.chmod(dataDir, 0o755);
  undo.defer(() => Deno.remove(dataDir, { recursive: true }));
  const started = performance.now();
  const ports = freePorts();
  // The Redis in memory runs Lua in JavaScript, which costs milliseconds that no Redis does.
  const redis = hasRedisServer() ? undo.use(await startRedisServer(freePort())) : undefined;
  if (redis === undefined) log("  no redis-server is installed: the limits are counted in memory");
  const stack = await startStack({
    dataDir,
    ports,
    redisUrl: redis?.url,
    log: (source, message, level) => {
      if (level === "error" || level === "warn") log(`  ${source}: ${message}`);
    },
    schedule: false,
    seed: false,
    // The limits themselves stay in the path: what they cost belongs to what is measured.
    functionsEnv: { RATE_LIMIT_MULTIPLIER: "1000000" },
    unlistedFunctions: compared ? await baselines() : [],
  });
  // Where the server's account cannot reach dataDir the database lies elsewhere.
  undo.defer(async () => {
    if (stack.databaseDir === undefined || stack.databaseDir.startsWith(dataDir)) return;
    await Deno.remove(stack.databaseDir, { recursive: true });
  });
  undo.defer(() => stack.stop());
  log(`  a stack for HTTP is ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const made = undo.move();
  return {
    stack,
    functionsUrl: `${stack.env["SUPABASE_URL"]}/functions/v1`,
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}
