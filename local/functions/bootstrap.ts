/**
 * Runs inside a function's process: `deno run bootstrap.ts <entrypoint URL>`. Listens on a free
 * port and prints it as the first line of stdout, then loads the function, `export default {
 * fetch }` or `Deno.serve(handler)`. `GET /-/ready` answers when it is loaded: 204, or 500 with the
 * reason as text. On stdin the line "drain" means finish what runs and exit; its end means that
 * the runtime is gone, so exit at once.
 */

type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

const serve = Deno.serve;
let handler: Handler | undefined;
const background = new Set<Promise<unknown>>();

// Ctrl-C in a terminal reaches the whole process group: the runtime decides when we end.
if (Deno.build.os !== "windows") Deno.addSignalListener("SIGINT", () => {});

Object.defineProperty(globalThis, "EdgeRuntime", {
  value: {
    /** Keeps the isolate alive until `work` is settled, after the reply too. */
    waitUntil<T>(work: Promise<T>): Promise<T> {
      const settled = Promise.resolve(work)
        .catch((error) => console.error("work handed to waitUntil failed:", error))
        .finally(() => background.delete(settled));
      background.add(settled);
      return work;
    },
  },
});

Object.defineProperty(Deno, "serve", {
  value: (...args: unknown[]) => {
    const given = args.find((arg) => typeof arg === "function") ??
      args.map((arg) => (arg as { handler?: unknown } | null)?.handler).find(Boolean);
    if (typeof given !== "function") throw new TypeError("cannot serve: no handler was passed");
    handler = given as Handler;
    const { promise: finished } = Promise.withResolvers<void>();
    return {
      finished,
      addr: server.addr,
      shutdown: () => Promise.resolve(),
      ref() {},
      unref() {},
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
});

const server = serve(
  {
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => console.log(port),
  },
  async (request, info) => {
    if (request.url.endsWith("/-/ready") && new URL(request.url).pathname === "/-/ready") {
      const failure = await loaded;
      return new Response(failure, { status: failure === null ? 204 : 500 });
    }
    // The runtime sends nothing else before it has seen us ready.
    return handler!(request, info);
  },
);

const loaded: Promise<string | null> = import(Deno.args[0]!).then((module) => {
  if (typeof module.default?.fetch === "function") {
    handler = (request, info) => module.default.fetch(request, info);
  }
  return handler ? null : "it neither exports default { fetch } nor calls Deno.serve";
}, (error) => error instanceof Error ? error.stack ?? error.message : String(error));

let draining = false;

async function drain(): Promise<void> {
  if (draining) return;
  draining = true;
  dispatchEvent(new CustomEvent("beforeunload", { detail: { reason: "termination" } }));
  await server.shutdown();
  // Work may hand over more work while it ends.
  while (background.size > 0) await Promise.all(background);
  Deno.exit(0);
}

for await (const command of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  if (command.includes("drain")) drain();
}
Deno.exit(1);
