import assert from "node:assert/strict";
import { functionsProject, handler, listed } from "./functions-project.ts";

Deno.test("functions: a function sees /<name>/…, the caller's host and address", async () => {
  await using project = await functionsProject({
    "config.toml": listed("echo"),
    "functions/echo/index.ts": handler(`(request: Request) => Response.json({
      url: request.url,
      method: request.method,
      for: request.headers.get("x-forwarded-for"),
      proto: request.headers.get("x-forwarded-proto"),
      own: request.headers.get("x-own"),
    })`),
  });
  const request = new Request("https://demo.test/functions/v1/echo/a%20b/c?d=1&d=2", {
    method: "DELETE",
    headers: { "x-own": "1", "x-forwarded-for": "192.0.2.1" },
  });
  const reply = await project.runtime.handle(request, "203.0.113.7");
  assert.deepEqual(await reply.json(), {
    url: "http://demo.test/echo/a%20b/c?d=1&d=2",
    method: "DELETE",
    for: "192.0.2.1, 203.0.113.7",
    proto: "https",
    own: "1",
  });
});

Deno.test("functions: Deno.serve at import works as export default { fetch } does", async () => {
  await using project = await functionsProject({
    "config.toml": listed("one", "two"),
    "functions/one/index.ts": `Deno.serve(() => new Response("one"));`,
    "functions/two/index.ts": `Deno.serve({ port: 8000 }, () => new Response("two"));`,
  });
  assert.equal(await (await project.call("/one")).text(), "one");
  assert.equal(await (await project.call("/two")).text(), "two");
});

Deno.test("functions: only what config.toml lists and enables is there", async () => {
  await using project = await functionsProject({
    "config.toml": `${listed("there")}
      [functions.off]
      enabled = false
      [functions.elsewhere]
      verify_jwt = false
      entrypoint = "./functions/_handlers/other.ts"`,
    "functions/there/index.ts": handler(`() => new Response("there")`),
    "functions/off/index.ts": handler(`() => new Response("off")`),
    "functions/unlisted/index.ts": handler(`() => new Response("unlisted")`),
    "functions/_handlers/other.ts": handler(`() => new Response("elsewhere")`),
  });
  assert.equal(await (await project.call("/there")).text(), "there");
  assert.equal(await (await project.call("/elsewhere")).text(), "elsewhere");
  for (const name of ["off", "unlisted", "there2", ""]) {
    const reply = await project.call(`/${name}`);
    assert.equal(reply.status, 404);
    assert.equal((await reply.json()).code, "NOT_FOUND");
  }
});

Deno.test("functions: bodies stream both ways, byte for byte", async () => {
  await using project = await functionsProject({
    "config.toml": listed("echo"),
    "functions/echo/index.ts": handler(`(request: Request) => new Response(request.body)`),
  });
  const gate = Promise.withResolvers<void>();
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode("first"));
      await gate.promise;
      for (let i = 0; i < 32; i++) controller.enqueue(new Uint8Array(100_000).fill(i));
      controller.close();
    },
  });
  const reply = await project.call("/echo", { method: "POST", body });
  const reader = reply.body!.getReader();
  // The first chunk is back before the rest is sent: neither side holds the body.
  assert.equal(new TextDecoder().decode((await reader.read()).value), "first");
  gate.resolve();
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    for (const byte of part.value) {
      if (byte !== Math.floor(bytes++ / 100_000)) assert.fail(`byte ${bytes} changed`);
    }
  }
  assert.equal(bytes, 3_200_000);
});

Deno.test("functions: replies keep status, headers and cookies; HTML for a GET is plain text", async () => {
  await using project = await functionsProject({
    "config.toml": listed("reply"),
    "functions/reply/index.ts": handler(`(request: Request) => {
      if (request.url.endsWith("/empty")) return new Response(null, { status: 204 });
      if (request.url.endsWith("/moved")) return Response.redirect("https://demo.test/there", 303);
      const headers = new Headers({ "content-type": "text/html; charset=utf-8", "x-own": "1" });
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return new Response("<b>é</b>", { status: 418, headers });
    }`),
  });
  const got = await project.call("/reply");
  assert.equal(got.status, 418);
  assert.equal(got.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(got.headers.get("x-own"), "1");
  assert.deepEqual(got.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.equal(await got.text(), "<b>é</b>");

  const posted = await project.call("/reply", { method: "POST", body: "x" });
  assert.equal(posted.headers.get("content-type"), "text/html; charset=utf-8");
  await posted.body!.cancel();

  const empty = await project.call("/reply/empty");
  assert.deepEqual([empty.status, empty.body], [204, null]);
  const moved = await project.call("/reply/moved");
  assert.deepEqual([moved.status, moved.headers.get("location")], [303, "https://demo.test/there"]);
  await moved.body?.cancel();
});

Deno.test("functions: a caller who leaves aborts the function's request", async () => {
  await using project = await functionsProject({
    "config.toml": listed("slow"),
    "functions/slow/index.ts": handler(`(request: Request) => new Promise((resolve) => {
      request.signal.addEventListener("abort", () => {
        console.log("caller gone");
        resolve(new Response());
      });
      console.log("waiting");
    })`),
  });
  const caller = new AbortController();
  const reply = project.call("/slow", { signal: caller.signal });
  await project.logs(/waiting/);
  caller.abort();
  assert.equal((await reply).status, 499);
  await project.logs(/function slow: caller gone/);
});
