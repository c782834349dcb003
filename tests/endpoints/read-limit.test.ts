/** Reading handlers run while Redis counts: the limit must hold all the same, and spare the database. */
import assert from "node:assert/strict";
import { startCountingProxy } from "../support/counting-proxy.ts";
import { startFunctionsBeside } from "../support/functions-beside.ts";
import { stack } from "../support/stack.ts";
import { signUp } from "../support/users.ts";

Deno.test("a read too many is 429 without what it read; the next ones reach neither Redis nor the database", async () => {
  await using api = startCountingProxy(stack.url);
  await using redis = startCountingProxy(Deno.env.get("UPSTASH_REDIS_REST_URL")!);
  const { token, workspaceId } = await signUp();
  const functions = await startFunctionsBeside({
    SUPABASE_URL: api.url,
    PUBLIC_SUPABASE_URL: stack.url,
    UPSTASH_REDIS_REST_URL: redis.url,
    // Three reads a minute.
    RATE_LIMIT_MULTIPLIER: "0.01",
  });
  const read = async () => {
    const reply = await functions.handle(
      new Request("http://functions/functions/v1/workspace", {
        headers: { apikey: stack.publishableKey, authorization: `Bearer ${token}` },
      }),
    );
    return { reply, text: await reply.text() };
  };
  try {
    let allowed = 0;
    let seconds = 0;
    // A refusal that ends in a moment proves nothing about the next call.
    while (seconds < 10) {
      const { reply, text } = await read();
      if (reply.status === 200) {
        assert.match(text, new RegExp(workspaceId));
        allowed++;
        seconds = 0;
        assert.ok(allowed <= 6, `${allowed} reads passed`);
        continue;
      }
      assert.equal(reply.status, 429, text);
      assert.doesNotMatch(text, new RegExp(workspaceId));
      seconds = Number(reply.headers.get("retry-after"));
      assert.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${seconds}`);
    }
    assert.ok(allowed >= 3, `only ${allowed} reads passed`);
    // The handler of the refused one may still be asking.
    const asked = api.calls.filter((made) => made.includes("/rest/v1/")).length;
    assert.ok(asked >= allowed && asked <= allowed + 2, `${asked} queries for ${allowed} reads`);
    const before = [api.calls.length, redis.calls.length];
    const { reply } = await read();
    assert.equal(reply.status, 429);
    assert.match(reply.headers.get("server-timing")!, /auth;.*total;/);
    assert.doesNotMatch(reply.headers.get("server-timing")!, /handler/);
    assert.deepEqual([api.calls.length, redis.calls.length], before);
  } finally {
    await functions.stop();
  }
});
