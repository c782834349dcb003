/** How long a function takes from nothing to its first reply, as the runtime starts it. */
import { startIsolate } from "../../local/functions/isolate.ts";
import { startOrphanGuard } from "../../local/functions/orphan-guard.ts";

/** Starts functions, each in a process of its own, and ends them. */
export interface ColdStarts extends AsyncDisposable {
  /** Milliseconds from the start of the process until the reply to a first request is read. */
  time(name: string, entrypoint: string): Promise<number>;
}

/** Begins. `environment` is what the functions see. */
export function coldStarts(environment: Record<string, string>): ColdStarts {
  const guard = startOrphanGuard();
  return {
    async time(name, entrypoint) {
      const failures: string[] = [];
      const started = performance.now();
      const isolate = startIsolate({
        declaration: { name, verifyJwt: false, entrypoint, importMap: undefined },
        environment,
        guard,
        log: (_source, message, level) => {
          if (level === "error") failures.push(message);
        },
      });
      try {
        await isolate.ready;
        // Nobody's call: it is refused by each function's own declaration, which is a reply like others.
        const reply = await isolate.fetch(`http://127.0.0.1/${name}`, { method: "POST" });
        await reply.body?.cancel();
        const took = performance.now() - started;
        if (reply.status >= 500) {
          throw new Error(`${name} answered ${reply.status}: ${failures.join("; ")}`);
        }
        return took;
      } finally {
        await isolate.kill();
      }
    },
    [Symbol.asyncDispose]: () => guard.stop(),
  };
}
