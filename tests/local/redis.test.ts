import assert from "node:assert/strict";
import { Redis } from "@upstash/redis";
import { startRedis } from "../../local/redis/bridge.ts";
import { contract } from "./redis-contract.ts";
import { freePort, hasRedisServer, realRedis, startRedisServer } from "./redis-backends.ts";

const token = "test-token";
const log = () => {};
const real = realRedis();
if (typeof real === "string") console.log(`redis: not tested on a real Redis: ${real}`);

async function keepsContract(t: Deno.TestContext, redisUrl?: string): Promise<void> {
  const bridge = await startRedis({ port: 0, token, log, ...(redisUrl && { redisUrl }) });
  const redis = new Redis({ url: bridge.url, token });
  const run = crypto.randomUUID().slice(0, 8);
  try {
    for (const [index, [name, check]] of Object.entries(contract).entries()) {
      const key = (name: string) => `test:${run}:${index}:${name}`;
      await t.step(name, () => check({ redis, url: bridge.url, token, key }));
    }
    const left = await redis.keys(`test:${run}:*`);
    if (left.length > 0) await redis.del(...left);
  } finally {
    await bridge.stop();
  }
}

Deno.test("redis in memory keeps the contract", (t) => keepsContract(t));

Deno.test({
  name: "redis over a real Redis keeps the contract",
  ignore: typeof real === "string",
  async fn(t) {
    if (typeof real === "string") return;
    await using server = await real();
    await keepsContract(t, server.url);
  },
});

Deno.test("redis in memory: two bridges share nothing", async () => {
  const one = await startRedis({ port: 0, token, log });
  const two = await startRedis({ port: 0, token, log });
  const redis = [one, two].map(({ url }) => new Redis({ url, token }));
  await redis[0]!.set("shared", "one");
  assert.equal(await redis[1]!.get("shared"), null);
  await one.stop();
  await two.stop();
});

Deno.test("redis: an unreachable Redis is said at the start", async () => {
  const port = freePort();
  await assert.rejects(
    startRedis({ port: 0, token, redisUrl: `redis://127.0.0.1:${port}`, log }),
    new RegExp(`cannot reach Redis at 127.0.0.1:${port}: .*(refused|ECONNREFUSED)`),
  );
});

Deno.test({
  name: "redis: a Redis that goes away is a 503 at once, and used again when it is back",
  ignore: !hasRedisServer(),
  async fn() {
    const port = freePort();
    const back = Promise.withResolvers<void>();
    const first = await startRedisServer(port);
    const bridge = await startRedis({
      port: 0,
      token,
      redisUrl: first.url,
      log: (_, message) => message === "connected again" && back.resolve(),
    });
    const call = (path: string) =>
      fetch(bridge.url + path, {
        method: path === "/ping" ? "GET" : "POST",
        headers: { authorization: `Bearer ${token}` },
        ...(path === "/ping" ? {} : { body: `[["PING"],["PING"]]` }),
      });
    assert.deepEqual(await (await call("/ping")).json(), { result: "PONG" });
    await first[Symbol.asyncDispose]();
    for (const path of ["/ping", "/pipeline", "/multi-exec"]) {
      const began = performance.now();
      const reply = await call(path);
      assert.equal(reply.status, 503);
      assert.match((await reply.json()).error, /^ERR Redis is not reached/);
      assert.ok(performance.now() - began < 1000);
    }
    await using _second = await startRedisServer(port);
    await back.promise;
    assert.deepEqual(await (await call("/ping")).json(), { result: "PONG" });
    await bridge.stop();
  },
});
