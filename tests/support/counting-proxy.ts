/** Stands in front of a stack and notes which calls come by: what an endpoint asks of the database. */

/** The proxy; `await using` takes it down. */
export interface CountingProxy extends AsyncDisposable {
  url: string;
  /** Calls so far, `<method> <path>`, in the order of arrival. */
  calls: string[];
}

/** Starts it on a free port. */
export function startCountingProxy(target: string): CountingProxy {
  const calls: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    calls.push(`${request.method} ${pathname}`);
    const headers = new Headers(request.headers);
    headers.delete("host");
    return fetch(`${target}${pathname}${search}`, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    calls,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
