/** Who is told: an address for alerts, as Slack's is one, and an error tracker. */

export const alertSecret = `whsec_${btoa("a secret of thirty-two characters")}`;

/** A POST to the address for alerts. */
export interface Post {
  headers: Headers;
  text: string;
  // deno-lint-ignore no-explicit-any -- a test looks into whatever came
  body: any;
}

export interface AlertListener {
  url: string;
  posts: Post[];
  /** Events that the error tracker got. */
  // deno-lint-ignore no-explicit-any -- as above
  events: any[];
  /** How many of the next posts are answered 500. */
  failing: number;
  stop(): Promise<void>;
}

/** Starts one on a free port. */
export function startAlertListener(): AlertListener {
  const state = { posts: [] as Post[], events: [] as unknown[], failing: 0 };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const text = await request.text();
    const { pathname } = new URL(request.url);
    if (pathname === "/api/42/envelope/") {
      const [, kind, event] = text.split("\n");
      if (!request.headers.get("x-sentry-auth")?.includes("sentry_key=key")) {
        return new Response(null, { status: 403 });
      }
      if (JSON.parse(kind!).type === "event") state.events.push(JSON.parse(event!));
      return Response.json({});
    }
    state.posts.push({ headers: request.headers, text, body: JSON.parse(text) });
    if (state.failing > 0) {
      state.failing--;
      return new Response("no", { status: 500 });
    }
    return new Response("ok");
  });
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.addr.port}`,
    stop: () => server.shutdown(),
  }) as AlertListener;
}
