/**
 * The product's functions in this process: a request costs no HTTP to the gateway and from there to the
 * function's own process, and what an endpoint logs of it is at hand. Everything behind is the real stack.
 */
import { pathToFileURL } from "node:url";
import { readDeclarations } from "../../local/functions/declarations.ts";
import { supabaseDir } from "../../local/stack.ts";
import type { Endpoint } from "../../supabase/functions/_shared/endpoint.ts";

/** Takes a request at `/functions/v1/<name>`, as the gateway does. */
export type Serve = (request: Request) => Promise<Response>;

/** What the functions said of each request that failed, by its id. */
export const errorLines = new Map<string, string>();

/** Keeps what is logged of failures and lets go of the rest: a line a request would be 150,000. */
export function keepLogs(): void {
  console.log = () => {};
  console.error = (line: unknown) => {
    const id = /"request_id":"([^"]+)"/.exec(String(line))?.[1];
    if (id !== undefined) errorLines.set(id, String(line));
    if (errorLines.size > 200) errorLines.delete(errorLines.keys().next().value!);
  };
}

/** How often jobs are worked off, in milliseconds, however often a request asks for it. */
const wakeEveryMs = 500;

/**
 * Lets most calls of jobs-run pass for done: nearly every request that changes something makes one, which
 * would cost more than the request. The jobs themselves are run all the same, by the next call and by the
 * schedule.
 */
export function wakeSeldom(): void {
  const original = globalThis.fetch;
  let woken = 0;
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.endsWith("/functions/v1/jobs-run")) return original(input, init);
    if (performance.now() - woken < wakeEveryMs) return Promise.resolve(new Response("{}"));
    woken = performance.now();
    return original(input, init);
  };
}

/** Loads every function. Their environment is this process's. */
export async function loadFunctions(): Promise<Serve> {
  const endpoints = new Map<string, Endpoint>();
  for (const { name, entrypoint } of (await readDeclarations(supabaseDir)).values()) {
    endpoints.set(name, (await import(pathToFileURL(entrypoint).href)).default);
  }
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const inner = pathname.replace(/^\/functions\/v1/, "");
    const name = inner.split("/")[1] ?? "";
    const endpoint = endpoints.get(name);
    if (endpoint === undefined) return new Response(null, { status: 404 });
    const own = new Request(`http://functions${inner}${search}`, request);
    // As the gateway: what a client claims stays in front.
    own.headers.append("x-forwarded-for", "127.0.0.1");
    return await endpoint.fetch(own);
  };
}
