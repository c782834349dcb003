import assert from "node:assert/strict";
import { functionsProject, handler, listed } from "./functions-project.ts";

const well = handler(`() => new Response("well")`);
// Long enough for a cold start on a busy machine.
const quick = { wallClockMs: 2000, stopGraceMs: 500 };

Deno.test("functions: a busy loop gets 504, takes its neighbours in the isolate along, and no one else", async () => {
  await using project = await functionsProject({
    "config.toml": listed("busy", "other"),
    "functions/busy/index.ts": handler(`async (request: Request) => {
      const path = new URL(request.url).pathname;
      if (path === "/busy/loop") for (;;);
      if (path === "/busy/wait") { console.log("waiting"); await new Promise(() => {}); }
      return new Response("well");
    }`),
    "functions/other/index.ts": well,
  }, { limits: quick });
  const neighbour = project.call("/busy/wait");
  await project.logs(/waiting/);
  await (await project.call("/other")).text();
  const looping = project.call("/busy/loop");
  assert.equal(await (await project.call("/other")).text(), "well");
  const replies = await Promise.all([looping, neighbour]);
  // Whose time is up first gets 504; the other one loses its isolate.
  assert.deepEqual(replies.map(({ status }) => status).sort(), [502, 504]);
  const codes = await Promise.all(replies.map(async (reply) => (await reply.json()).code));
  assert.deepEqual(codes.sort(), ["IDLE_TIMEOUT", "WORKER_ERROR"]);
  assert.equal(await (await project.call("/busy")).text(), "well");
});

Deno.test("functions: a reply that streams for too long is cut, its isolate replaced", async () => {
  await using project = await functionsProject({
    "config.toml": listed("stream"),
    "functions/stream/index.ts": handler(`(request: Request) => {
      if (!request.url.endsWith("/endless")) return new Response(String(Deno.pid));
      let timer = 0;
      return new Response(new ReadableStream({
        start(controller) {
          timer = setInterval(() => controller.enqueue(new Uint8Array(10)), 50);
        },
        cancel() {
          clearInterval(timer);
          console.log("cut");
        },
      }));
    }`),
  }, { limits: quick });
  const first = await (await project.call("/stream")).text();
  const reply = await project.call("/stream/endless");
  await assert.rejects(reply.text(), /took longer than 2 s/);
  await project.logs(/cut/);
  assert.notEqual(await (await project.call("/stream")).text(), first);
});

Deno.test("functions: a full heap is said plainly, the next call gets a new isolate", async () => {
  await using project = await functionsProject({
    "config.toml": listed("hungry", "other"),
    "functions/hungry/index.ts": handler(`(request: Request) => {
      const kept: unknown[] = [];
      if (request.url.endsWith("/eat")) for (;;) kept.push(new Array(10_000).fill({}));
      return new Response("well");
    }`),
    "functions/other/index.ts": well,
  });
  const reply = await project.call("/hungry/eat");
  assert.equal(reply.status, 502);
  assert.equal((await reply.json()).code, "WORKER_LIMIT");
  assert.deepEqual(project.logged, [
    "function hungry: ran out of memory (256 MB); restarting at the next call",
  ]);
  assert.equal(await (await project.call("/hungry")).text(), "well");
  assert.equal(await (await project.call("/other")).text(), "well");
});

Deno.test("functions: a crash answers 502 and is logged with its reason", async () => {
  await using project = await functionsProject({
    "config.toml": listed("fragile"),
    "functions/fragile/index.ts": handler(`(request: Request) => {
      if (!request.url.endsWith("/crash")) return new Response("well");
      Promise.reject(new Error("nobody caught me"));
      return new Promise(() => {});
    }`),
  });
  const reply = await project.call("/fragile/crash");
  assert.equal(reply.status, 502);
  assert.equal(reply.headers.get("x-relay-error"), "true");
  await reply.body!.cancel();
  await project.logs(/function fragile: .*nobody caught me/);
  await project.logs(/ended by itself \(code 1\); restarting at the next call/);
  assert.equal(await (await project.call("/fragile")).text(), "well");
});

Deno.test("functions: one that does not load answers 503 with Deno's reason; others run", async () => {
  await using project = await functionsProject({
    "config.toml": listed("broken", "mute", "endless", "fine"),
    "functions/broken/index.ts": "export default {{",
    "functions/mute/index.ts": "export const answer = 42;",
    "functions/endless/index.ts": "for (;;);",
    "functions/fine/index.ts": well,
  }, { limits: quick });
  const broken = await project.call("/broken");
  assert.equal(broken.status, 503);
  const { code, message } = await broken.json();
  assert.equal(code, "BOOT_ERROR");
  assert.match(message, /broken\/index.ts:1:\d+/);
  await project.logs(/function broken: does not start: .*index.ts/s);
  assert.match((await (await project.call("/mute")).json()).message, /neither exports default/);
  assert.equal((await project.call("/endless")).status, 504);
  assert.equal(await (await project.call("/fine")).text(), "well");
});

Deno.test("functions: a handler that throws answers 500 and keeps its isolate", async () => {
  await using project = await functionsProject({
    "config.toml": listed("throws"),
    "functions/throws/index.ts": handler(`(request: Request) => {
      if (request.url.endsWith("/throw")) throw new Error("out of sorts");
      return new Response(String(Deno.pid));
    }`),
  });
  const before = await (await project.call("/throws")).text();
  const reply = await project.call("/throws/throw");
  assert.equal(reply.status, 500);
  await reply.body!.cancel();
  await project.logs(/function throws: .*out of sorts/);
  assert.equal(await (await project.call("/throws")).text(), before);
});
