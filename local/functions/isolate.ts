import { fileURLToPath, pathToFileURL } from "node:url";
import type { Log } from "../log.ts";
import type { FunctionDeclaration } from "./declarations.ts";
import { eachLine } from "./lines.ts";
import type { OrphanGuard } from "./orphan-guard.ts";

/** The heap a function may fill, as on the hosted platform. */
export const memoryLimitMb = 256;

/** Why an isolate is no more. */
export type Ending = "drained" | "killed" | "out of memory" | "crashed";

/** The function could not be loaded; the message is Deno's reason. */
export class BootError extends Error {
  override name = "BootError";
}

/** One process of Deno that runs one function. */
export interface Isolate {
  /** Resolves when the function is loaded; rejects with a `BootError`. */
  ready: Promise<void>;
  ended: Promise<Ending>;
  /** True from the moment the process is going away: take another. */
  isOver(): boolean;
  /** Sends a request to the function as is; fails when the process ends before it answers. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Lets what runs finish, background work too, for at most `graceMs`, then kills. */
  drain(graceMs: number): Promise<void>;
  /** SIGKILL, which a busy loop cannot ignore: 3 ms. */
  kill(): Promise<void>;
}

export interface IsolateOptions {
  declaration: FunctionDeclaration;
  environment: Record<string, string>;
  guard: OrphanGuard;
  log: Log;
}

const bootstrap = new URL("./bootstrap.ts", import.meta.url).href;
// A file: Deno 2.9.6 panics on an import map in a data URL where deno.json names a workspace.
const noImports = fileURLToPath(new URL("./no-imports.json", import.meta.url));

/**
 * Starts a function's process: a process and not a Worker, because a Worker's `terminate()` does
 * not end a busy loop and its full heap ends the host.
 */
export function startIsolate(options: IsolateOptions): Isolate {
  const { declaration, environment, guard } = options;
  const log = (message: string, level?: "info" | "error") =>
    options.log(`function ${declaration.name}`, message, level);

  const child = new Deno.Command(Deno.execPath(), {
    // An empty function answers 30 ms after this, one with supabase-js, zod and stripe 150 ms. Neither
    // --cached-only nor --no-lock changes that; without them a package that is new in the import map
    // is fetched at the next start.
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--no-prompt",
      // request.signal tells of a caller who is gone, not of every reply that was sent.
      "--unstable-no-legacy-abort",
      // As hosted: the network, the environment and /tmp, but no processes and no native code.
      "--allow-net",
      "--allow-env",
      "--allow-sys",
      "--allow-read",
      "--allow-import",
      `--allow-write=${Deno.build.os === "windows" ? environment["TEMP"] ?? "." : "/tmp"}`,
      `--v8-flags=--max-old-space-size=${memoryLimitMb}`,
      `--import-map=${declaration.importMap ?? noImports}`,
      bootstrap,
      pathToFileURL(declaration.entrypoint).href,
    ],
    env: { ...environment, SB_EXECUTION_ID: crypto.randomUUID() },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  guard.watch(child.pid);

  const stdin = child.stdin.getWriter();
  const port = Promise.withResolvers<number>();
  let killed = false;
  let draining = false;
  let over = false;
  let dump: string[] | undefined;
  let client: Deno.HttpClient | undefined;

  const stdout = eachLine(child.stdout, (line) => {
    // The first line is the bootstrap's: the function is loaded after it.
    if (client) return log(line);
    const listening = Number(line);
    client = Deno.createHttpClient({
      proxy: { transport: "tcp", hostname: "127.0.0.1", port: listening },
      poolIdleTimeout: false,
    });
    port.resolve(listening);
  });
  const stderr = eachLine(child.stderr, (line) => {
    // V8 ends on a full heap with some fifty lines of addresses: one plain line says it better.
    if (line.startsWith("<--- Last few GCs")) dump = [];
    if (dump) dump.push(line);
    else if (line) log(line, "error");
  });

  const ended = Promise.all([child.status, stdout, stderr]).then(([status]): Ending => {
    over = true;
    guard.forget(child.pid);
    client?.close();
    stdin.close().catch(() => {}); // Already closed by the end of its reader.
    const outOfMemory = dump?.some((line) => line.includes("heap limit")) ?? false;
    if (outOfMemory) {
      log(`ran out of memory (${memoryLimitMb} MB); restarting at the next call`, "error");
      return "out of memory";
    }
    dump?.forEach((line) => log(line, "error"));
    if (killed) return "killed";
    if (draining) return "drained";
    log(
      `ended by itself (${status.signal ?? `code ${status.code}`}); restarting at the next call`,
      "error",
    );
    return "crashed";
  });

  async function kill(): Promise<void> {
    killed = over = true;
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // TypeError: it has ended meanwhile.
    }
    await ended;
  }

  function send(url: string, init: RequestInit): Promise<Response> {
    return fetch(url, { ...init, client: client!, redirect: "manual" });
  }

  const ready = (async () => {
    const listening = await Promise.race([port.promise, ended]);
    if (typeof listening === "string") throw new BootError(`its process ended: ${listening}`);
    const reply = await send("http://isolate/-/ready", {}).catch(async (error) => {
      throw new BootError(`its process ended while it was loaded: ${await ended}`, {
        cause: error,
      });
    });
    if (reply.ok) return;
    const reason = await reply.text();
    log(`does not start: ${reason}`, "error");
    await kill();
    throw new BootError(reason);
  })();
  ready.catch(() => {}); // Whoever calls the function sees it; nobody may ever call.

  return {
    ready,
    ended,
    isOver: () => over || draining,
    fetch: send,
    async drain(graceMs) {
      draining = true;
      const timer = setTimeout(kill, graceMs);
      await stdin.write(new TextEncoder().encode("drain\n")).catch(() => {}); // It has ended.
      await ended;
      clearTimeout(timer);
    },
    kill,
  };
}
