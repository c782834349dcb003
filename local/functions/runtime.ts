import { relative, resolve } from "node:path";
import type { Log } from "../log.ts";
import { readOwnVariables } from "../variables.ts";
import { type FunctionDeclaration, readDeclarations } from "./declarations.ts";
import { functionEnvironment } from "./environment.ts";
import { createFunctionSlot, type FunctionLimits, type FunctionSlot } from "./function-slot.ts";
import { startIsolate } from "./isolate.ts";
import { startOrphanGuard } from "./orphan-guard.ts";
import { runtimeReply } from "./replies.ts";
import { jwtVerifier } from "./verify-jwt.ts";
import { watchDirectory } from "./watch.ts";

export interface FunctionsOptions {
  /** The folder of config.toml and functions/. */
  supabaseDir: string;
  /** The platform's variables and the stack's defaults. */
  env: Record<string, string>;
  /** Whether what `functions/.env` sets goes over them. Default false: see {@link StackOptions.ownVariables}. */
  ownVariables?: boolean | undefined;
  log: Log;
  /** Functions that config.toml does not list, for benchmarks: served beside those that it does. */
  unlisted?: FunctionDeclaration[] | undefined;
  /** Restart functions when their files, `_shared`, `.env` or config.toml change. */
  watch?: boolean;
  /** Where callers reach the stack; without it, what their request names. */
  origin?: string;
  /** The hosted limits by default: 150 s a request; 5 s to finish when stopped. */
  limits?: Partial<FunctionLimits>;
}

export interface FunctionsRuntime {
  /**
   * Answers `/functions/v1/<name>[/…]` as the hosted platform does: 404 for a function that is not
   * listed or not enabled, 401 by `verify_jwt`, 503 when it does not load, 502 when it ends before
   * it answers, 504 when it takes too long. `clientAddress` is appended to `x-forwarded-for`.
   */
  handle(request: Request, clientAddress?: string): Promise<Response>;
  /** Starts every function, two at a time; a failure is logged, and told to who calls it. */
  warm(): Promise<void>;
  /** Ends every process; what runs gets `stopGraceMs` to finish. */
  stop(): Promise<void>;
}

const warmAtOnce = 2;

/** Runs every enabled function of config.toml in a process of its own, started by its first call. */
export async function startFunctions(options: FunctionsOptions): Promise<FunctionsRuntime> {
  const { log } = options;
  const supabaseDir = resolve(options.supabaseDir);
  const limits = { wallClockMs: 150_000, stopGraceMs: 5_000, ...options.limits };

  const declared = async () => {
    const unlisted = options.unlisted?.map((one) => [one.name, one] as const) ?? [];
    return new Map([...await readDeclarations(supabaseDir), ...unlisted]);
  };
  let declarations = await declared();
  const readEnvironment = async () =>
    functionEnvironment(
      options.env,
      options.ownVariables ? await readOwnVariables(supabaseDir, log) : {},
    );
  let environment = await readEnvironment();
  const notAllowed = jwtVerifier(options.env);
  const slots = new Map<string, FunctionSlot>();
  const guard = startOrphanGuard();
  let stopped = false;

  function slotOf({ name }: FunctionDeclaration): FunctionSlot {
    let slot = slots.get(name);
    if (!slot) {
      slot = createFunctionSlot(
        name,
        limits,
        () => startIsolate({ declaration: declarations.get(name)!, environment, guard, log }),
      );
      slots.set(name, slot);
    }
    return slot;
  }

  async function handle(request: Request, clientAddress?: string): Promise<Response> {
    const url = new URL(request.url);
    const [, name = "", rest = ""] = /^\/functions\/v1\/([^/]+)(\/.*)?$/.exec(url.pathname) ?? [];
    const declaration = declarations.get(name);
    if (!declaration) return runtimeReply("NOT_FOUND", "Requested function was not found");
    // A preflight carries no credentials.
    if (declaration.verifyJwt && request.method !== "OPTIONS") {
      const reason = await notAllowed(request.headers);
      if (reason) return runtimeReply("UNAUTHORIZED", reason);
    }
    if (stopped) return runtimeReply("BOOT_ERROR", "the functions are stopped");
    return await slotOf(declaration).call(request, {
      path: `/${name}${rest}${url.search}`,
      origin: options.origin ?? url.origin,
      clientAddress,
    });
  }

  async function warm(names: Iterable<string> = declarations.keys()): Promise<void> {
    const waiting = [...names];
    await Promise.all(Array.from({ length: warmAtOnce }, async () => {
      for (let name = waiting.shift(); name && !stopped; name = waiting.shift()) {
        const declaration = declarations.get(name);
        if (declaration) await slotOf(declaration).warm();
      }
    }));
  }

  async function reload(paths: string[]): Promise<void> {
    const changed = paths.map((path) => relative(supabaseDir, path).replaceAll("\\", "/"));
    const relevant = changed.filter((path) =>
      path === "config.toml" || path.startsWith("functions/") ||
      [...declarations.values()].some(({ importMap }) => importMap === resolve(supabaseDir, path))
    );
    if (relevant.length === 0 || stopped) return;
    const own = relevant.map((path) => /^functions\/([^/]+)\//.exec(path)?.[1] ?? "");
    const affected = own.every((name) => declarations.has(name))
      ? new Set(own)
      : new Set([...slots.keys(), ...declarations.keys()]);
    try {
      declarations = await declared();
      environment = await readEnvironment();
    } catch (error) {
      return log("functions", `nothing restarts: ${(error as Error).message}`, "error");
    }
    const restarting = [...affected].filter((name) => slots.get(name)?.wasStarted());
    restarting.forEach((name) => slots.get(name)?.retire());
    log(
      "functions",
      `${relevant.join(", ")} changed, restarting ${restarting.join(", ") || "none"}`,
    );
    await warm(restarting);
  }

  let reloading = Promise.resolve();
  const unwatch = options.watch
    ? watchDirectory(supabaseDir, (paths) => {
      reloading = reloading.then(() => reload(paths));
    })
    : () => {};

  return {
    handle,
    warm: () => warm(),
    async stop() {
      stopped = true;
      unwatch();
      await Promise.all([...slots.values()].map((slot) => slot.stop()));
      await reloading;
      await guard.stop();
    },
  };
}
