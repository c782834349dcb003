/**
 * Serves the API reference, and the web application as a static host does: the files that Vite built, and its one page for
 * every other address. It is built when its sources have changed; nothing waits for that.
 */
import type { Log } from "../log.ts";
import { cachedSite } from "./cache.ts";
import { reference } from "./reference/server.ts";
import { type Site, siteFile } from "./site.ts";

export interface WebOptions {
  /** 0 picks a free one. */
  port: number;
  /** What the application talks to. */
  env: {
    SUPABASE_URL: string;
    SUPABASE_PUBLISHABLE_KEY: string;
    TURNSTILE_SITE_KEY?: string | undefined;
  };
  /** Where builds are kept; several servers may share it. */
  cacheDir: string;
  log: Log;
}

/** A running server. */
export interface Web {
  url: string;
  stop(): Promise<void>;
}

/** Starts one. It answers 503 and asks the browser to come again until the first build is done. */
export function startWeb({ port, env, cacheDir, log }: WebOptions): Promise<Web> {
  let site: Site | undefined;
  let failure: string | undefined;
  const stopping = new AbortController();
  const config = {
    supabaseUrl: env.SUPABASE_URL,
    supabasePublishableKey: env.SUPABASE_PUBLISHABLE_KEY,
    turnstileSiteKey: env.TURNSTILE_SITE_KEY,
  };

  const { answer: fromReference } = reference({
    supabaseUrl: env.SUPABASE_URL,
    cacheDir,
    signal: stopping.signal,
  });

  async function answer(request: Request): Promise<Response> {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
    }
    const { pathname } = new URL(request.url);
    if (pathname === "/config.json") {
      return Response.json(config, { headers: { "cache-control": "no-store" } });
    }
    try {
      const found = await fromReference(pathname);
      if (found !== undefined) return found;
    } catch (error) {
      return failed("The API reference cannot be shown", (error as Error).message);
    }
    if (site === undefined) {
      return failure === undefined
        ? building()
        : failed("The web application was not built", failure);
    }
    const file = siteFile(site, pathname);
    if (file === undefined) return new Response("Not found\n", { status: 404 });
    return new Response(request.method === "HEAD" ? null : file.body, { headers: file.headers });
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, answer);
  const built = cachedSite({ cacheDir, log, signal: stopping.signal }).then(
    (found) => {
      site = found;
    },
    (error) => {
      if (stopping.signal.aborted) return;
      failure = (error as Error).message;
      log("web", failure, "error");
    },
  );
  return Promise.resolve({
    url: `http://127.0.0.1:${server.addr.port}`,
    async stop() {
      stopping.abort();
      await Promise.all([built, server.shutdown()]);
    },
  });
}

function page(status: number, title: string, detail: string, headers: Record<string, string>) {
  return new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui;margin:4rem 1rem}</style>
<h1>${title}</h1><pre>${detail.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</pre></html>`,
    {
      status,
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        ...headers,
      },
    },
  );
}

const building = () =>
  page(503, "The web application is being built", "A few seconds, at its first start only.", {
    "retry-after": "1",
    refresh: "1",
  });

const failed = (title: string, reason: string) => page(500, title, reason, {});
