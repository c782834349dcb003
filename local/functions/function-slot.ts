import { BootError, type Isolate } from "./isolate.ts";
import { forwardedReply, forwardedRequest, type Route } from "./forward.ts";
import { runtimeReply } from "./replies.ts";

/** One function: its present isolate and those that still finish what they were doing. */
export interface FunctionSlot {
  /** Passes a request on, or answers why the function did not. */
  call(request: Request, route: Route): Promise<Response>;
  /** Starts the isolate if none runs; resolves when it is loaded or has failed to. */
  warm(): Promise<void>;
  /** The next call gets a new isolate; the old one finishes what it has first. */
  retire(): void;
  /** True once the function has been started, however that went. */
  wasStarted(): boolean;
  stop(): Promise<void>;
}

export interface FunctionLimits {
  /** How long a request may take, from its arrival to the last byte of the reply. */
  wallClockMs: number;
  /** How long requests and background work may go on after stop() was called. */
  stopGraceMs: number;
}

/** An ended process is reaped a moment after its connections break. */
const endNoticedMs = 1000;

export function createFunctionSlot(
  name: string,
  limits: FunctionLimits,
  start: () => Isolate,
): FunctionSlot {
  let current: Isolate | undefined;
  let started = false;
  /** Every process that is not reaped yet, with its number of unfinished requests. */
  const requests = new Map<Isolate, number>();

  function isolate(): Isolate {
    if (current && !current.isOver()) return current;
    const fresh = current = start();
    started = true;
    requests.set(fresh, 0);
    fresh.ended.then(() => requests.delete(fresh));
    // Also nobody's call (warm) may load for ever.
    const timer = setTimeout(fresh.kill, limits.wallClockMs);
    fresh.ready.catch(() => {}).finally(() => clearTimeout(timer));
    return fresh;
  }

  function retire(old: Isolate | undefined): void {
    if (old && old === current) current = undefined;
    if (old && requests.get(old) === 0) old.drain(limits.wallClockMs);
  }

  function count(used: Isolate, change: 1 | -1): void {
    const before = requests.get(used);
    if (before === undefined) return;
    requests.set(used, before + change);
    if (change === -1 && used !== current) retire(used);
  }

  async function call(request: Request, route: Route): Promise<Response> {
    const used = isolate();
    const abort = new AbortController();
    const onDisconnect = () => abort.abort();
    let state: "waiting" | "replying" | "timed out" | "finished" = "waiting";

    const timer = setTimeout(() => {
      // A reply under way is only cut: its isolate answers, so others may finish there.
      if (state === "replying") retire(used);
      else used.kill();
      state = "timed out";
      abort.abort(new Error(`function ${name} took longer than ${limits.wallClockMs / 1000} s`));
    }, limits.wallClockMs);

    function finished(): void {
      if (state === "finished") return;
      clearTimeout(timer);
      request.signal.removeEventListener("abort", onDisconnect);
      count(used, -1);
      state = "finished";
    }

    count(used, 1);
    request.signal.addEventListener("abort", onDisconnect);
    try {
      await used.ready;
      const { url, init } = await forwardedRequest(request, route, abort.signal);
      const reply = await used.fetch(url, init);
      if (state === "waiting") state = "replying";
      return await forwardedReply(reply, request.method, finished);
    } catch (error) {
      const timedOut = (state as string) === "timed out";
      finished();
      if (timedOut) return timeoutReply(name, limits.wallClockMs);
      if (request.signal.aborted) return new Response(null, { status: 499 });
      if (error instanceof BootError) {
        return runtimeReply("BOOT_ERROR", `function ${name} does not start: ${error.message}`);
      }
      return endedReply(name, await endingOf(used), error);
    }
  }

  return {
    call,
    warm: () => isolate().ready.catch(() => {}), // The isolate has logged why.
    retire: () => retire(current),
    wasStarted: () => started,
    async stop() {
      current = undefined;
      await Promise.all([...requests.keys()].map((each) => each.drain(limits.stopGraceMs)));
    },
  };
}

function timeoutReply(name: string, wallClockMs: number): Response {
  const seconds = wallClockMs / 1000;
  return runtimeReply("IDLE_TIMEOUT", `function ${name} did not answer within ${seconds} s`);
}

async function endingOf(used: Isolate) {
  const unnoticed = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => unnoticed.resolve(undefined), endNoticedMs);
  return await Promise.race([used.ended, unnoticed.promise]).finally(() => clearTimeout(timer));
}

function endedReply(
  name: string,
  ending: Awaited<Isolate["ended"]> | undefined,
  error: unknown,
): Response {
  switch (ending) {
    case "out of memory":
      return runtimeReply("WORKER_LIMIT", `function ${name} ran out of memory`);
    case undefined:
      return runtimeReply("WORKER_ERROR", `function ${name} broke the connection: ${error}`);
    default:
      return runtimeReply("WORKER_ERROR", `function ${name} ended before it answered: ${ending}`);
  }
}
