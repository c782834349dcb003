/** That every call ends, and is told as what it is: by its timeout, its signal, or the caller's mistake. */
import assert from "node:assert/strict";
import { createSocle, outcome } from "../../client/src/mod.ts";
import { watched } from "./support.ts";

/** A proxy that answers the head of a refusal and half of its body, then nothing. */
async function stalling(work: (client: Parameters<typeof watched>[0]) => Promise<void>) {
  const heads = { "content-type": "text/html", "retry-after": "0" };
  let cancelled = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      new Response(
        new ReadableStream({
          start: (body) => body.enqueue(new TextEncoder().encode("<h1>Bad gate")),
          cancel: () => void cancelled++,
        }),
        { status: 503, headers: heads },
      ),
  );
  const meddle = (_: unknown, send: (to?: string) => Promise<Response>) =>
    send(`http://127.0.0.1:${server.addr.port}/`);
  await work({ meddle });
  for (let waited = 0; cancelled === 0 && waited < 100; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(cancelled > 0, "the body is cancelled");
}

Deno.test("client: a refusal whose body never ends is given up in time", async () => {
  await stalling(async (client) => {
    const { socle, sent } = watched({ ...client, timeout: 300, retries: 1 });
    const { error } = await outcome(socle.plans());
    assert.equal(error?.code, "timed_out");
    assert.equal(sent.length, 2);
  });
});

Deno.test("client: a signal ends a call whose body never ends, with a timeout and without", async () => {
  for (const timeout of [undefined, 60_000]) {
    await stalling(async (client) => {
      const { socle } = watched(client);
      const signal = AbortSignal.timeout(300);
      const { error } = await outcome(socle.plans({}, { signal, timeout }));
      assert.equal(error?.code, "aborted");
      assert.equal(error.cause, signal.reason);
    });
  }
});

Deno.test("client: options that are undefined leave the defaults as they are", async () => {
  const busy = () => Promise.resolve(new Response("busy", { status: 503 }));
  const { socle, sent } = watched({ retries: 0, headers: { "x-of": "default" }, meddle: busy });
  await outcome(socle.plans({}, { retries: undefined, headers: undefined, timeout: undefined }));
  assert.equal(sent.length, 1);
  assert.equal(sent[0]!.headers.get("x-of"), "default");
});

Deno.test("client: what cannot be sent is the caller's mistake, and never sent", async () => {
  const { socle, sent } = watched({});
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  for (const name of [1n, cycle]) {
    await assert.rejects(socle.userProfileUpdate({ name: name as never }), TypeError);
  }
  await assert.rejects(socle.plans({}, { headers: { "x-name": "Zoë → Ana" } }), TypeError);
  assert.equal(sent.length, 0);
});

Deno.test("client: an error that only looks like a reply is told as unreachable", async () => {
  const error = Object.assign(new Error("odd"), { context: { status: 500 } });
  const socle = createSocle({
    functions: { invoke: () => Promise.resolve({ data: null, error }) },
  }, { retries: 0 });
  assert.equal((await outcome(socle.plans())).error?.code, "unreachable");
});
