/** The server of the web application, as a static host would be. */
import assert from "node:assert/strict";
import { reference } from "../../local/web/reference/server.ts";
import { startWeb } from "../../local/web/server.ts";
import { waitFor } from "../support/wait.ts";

const env = { SUPABASE_URL: "http://127.0.0.1:1", SUPABASE_PUBLISHABLE_KEY: "sb_publishable_x" };

async function status(url: string, init?: RequestInit): Promise<number> {
  const reply = await fetch(url, init);
  await reply.body?.cancel();
  return reply.status;
}

Deno.test("web server: builds once, meanwhile says so, and serves the page for every address", async () => {
  const cacheDir = await Deno.makeTempDir({ prefix: "socle-web-" });
  const log: string[] = [];
  const options = { port: 0, env, cacheDir, log: (_: string, line: string) => log.push(line) };
  const web = await startWeb(options);
  try {
    const early = await fetch(web.url);
    assert.equal(early.status, 503);
    assert.equal(early.headers.get("retry-after"), "1");
    assert.match(await early.text(), /being built/);

    await waitFor("the build", async () => await status(web.url) === 200);
    const size = Number(/(\d+) kB of script/.exec(log.join("\n"))?.[1]);
    assert.ok(size > 0 && size < 200, `${size} kB of script, compressed`);

    const page = await (await fetch(`${web.url}/checkout/return?session_id=x`)).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
    assert.ok(script !== undefined, page);
    const asset = await fetch(web.url + script, { method: "HEAD" });
    assert.equal(asset.headers.get("content-type"), "text/javascript; charset=utf-8");
    assert.match(asset.headers.get("cache-control")!, /immutable/);

    assert.deepEqual(await (await fetch(`${web.url}/config.json`)).json(), {
      supabaseUrl: env.SUPABASE_URL,
      supabasePublishableKey: env.SUPABASE_PUBLISHABLE_KEY,
    });
    assert.equal(await status(`${web.url}/assets/unknown.js`), 404);
    assert.equal(await status(`${web.url}/..%2f..%2f..%2fdeno.json`), 404);
    assert.equal(await status(`${web.url}/%2e%2e/%2e%2e/deno.json`), 404);
    assert.equal(await status(web.url, { method: "POST" }), 405);

    const second = await startWeb({ ...options, env: { ...env, SUPABASE_URL: "http://other" } });
    await waitFor("the kept build", async () => await status(second.url) === 200);
    assert.equal(log.filter((line) => line.startsWith("building")).length, 1);
    await second.stop();
  } finally {
    await web.stop();
    await Deno.remove(cacheDir, { recursive: true });
  }
});

Deno.test("web server: three that start at once on an empty cache wait for one build", async () => {
  const cacheDir = await Deno.makeTempDir({ prefix: "socle-web-" });
  const log: string[] = [];
  const options = { port: 0, env, cacheDir, log: (_: string, line: string) => log.push(line) };
  const servers = await Promise.all([1, 2, 3].map(() => startWeb(options)));
  try {
    for (const { url } of servers) {
      await waitFor("the build", async () => await status(url) === 200);
    }
    assert.equal(log.filter((line) => line.startsWith("building")).length, 1);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await Deno.remove(cacheDir, { recursive: true });
  }
});

Deno.test("web server: stops while it builds", async () => {
  const cacheDir = await Deno.makeTempDir({ prefix: "socle-web-" });
  const web = await startWeb({ port: 0, env, cacheDir, log: () => {} });
  assert.equal(await status(web.url), 503);
  await web.stop();
  const left = Array.from(Deno.readDirSync(cacheDir), ({ name }) => name);
  assert.deepEqual(left.filter((name) => name !== ".lock"), []);
  await Deno.remove(cacheDir, { recursive: true });
});

Deno.test("web server: the API reference waits for who builds, who waits for it", async () => {
  const cacheDir = await Deno.makeTempDir({ prefix: "socle-web-" });
  const shared = { supabaseUrl: env.SUPABASE_URL, cacheDir };
  const { answer } = reference({ ...shared, signal: new AbortController().signal });
  using lock = await Deno.open(`${cacheDir}/.lock`, { create: true, write: true });
  try {
    const asked = answer("/reference");
    await waitFor("the reference to take its turn", async () => {
      if (!await lock.tryLock(true)) return true;
      await lock.unlock();
      return false;
    });
    const page = await asked;
    assert.match(await page!.text(), /swagger-ui/);
    assert.ok(await lock.tryLock(true), "its turn is over");

    const stopping = new AbortController();
    const waiting = reference({ ...shared, signal: stopping.signal });
    const waited = assert.rejects(waiting.answer("/reference"), { name: "AbortError" });
    stopping.abort();
    await waited;
  } finally {
    await Deno.remove(cacheDir, { recursive: true });
  }
});
