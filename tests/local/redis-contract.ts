import assert from "node:assert/strict";
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";

/** What a step of the contract works with; `key` gives names that no other step uses. */
export interface Bridge {
  redis: Redis;
  url: string;
  token: string;
  key(name: string): string;
}

/** Adds to a cart, refuses more than its limit of lines, and keeps it for a while. */
const cartScript = `
local lines = redis.call("HLEN", KEYS[1])
if lines >= tonumber(ARGV[3]) and redis.call("HEXISTS", KEYS[1], ARGV[1]) == 0 then
  return redis.error_reply("CART_FULL the cart holds " .. lines .. " lines")
end
local quantity = redis.call("HINCRBY", KEYS[1], ARGV[1], ARGV[2])
if quantity <= 0 then
  redis.call("HDEL", KEYS[1], ARGV[1])
else
  redis.call("HSET", KEYS[1], "added:" .. ARGV[1], quantity * 1000000000000)
end
redis.call("EXPIRE", KEYS[1], 60)
return { quantity, redis.call("HGETALL", KEYS[1]), redis.call("HGET", KEYS[1], "missing") }`;

const sharedEval = `#!lua flags=allow-key-locking\nreturn redis.call("INCRBY", KEYS[1], ARGV[1])`;

async function errorOf(work: Promise<unknown>): Promise<string> {
  return await work.then(() => assert.fail("it succeeded"), (error: Error) => error.message);
}

/** What @upstash/redis, @upstash/ratelimit and plain HTTP must get from the bridge. */
export const contract: Record<string, (bridge: Bridge) => Promise<void>> = {
  "values come back as they were set, in any script, and expire": async ({ redis, key }) => {
    const k = key("value");
    for (const value of ["plain", "42a", "", "é 漢 🛒 \u0000", "OK", { deep: [1, "zwei", null] }]) {
      assert.equal(await redis.set(k, value), "OK");
      assert.deepEqual(await redis.get(k), value);
    }
    assert.equal(await redis.get(key("missing")), null);
    assert.equal(await redis.set(k, "new", { nx: true, ex: 100 }), null);
    assert.equal(await redis.ttl(k), -1);
    assert.equal(await redis.set(k, "new", { xx: true, ex: 100 }), "OK");
    assert.ok(await redis.ttl(k) > 95);
    assert.equal(await redis.incrby(key("count"), 5), 5);
    assert.equal(await redis.decr(key("count")), 4);
    assert.equal(await redis.exists(k, key("count"), key("missing")), 2);
    assert.equal(await redis.del(k, key("count")), 2);
  },

  "hashes: maps arrive as flat lists, an emptied hash is gone": async ({ redis, key }) => {
    const k = key("hash");
    assert.equal(await redis.hset(k, { a: 1, b: "two", c: "é" }), 3);
    assert.deepEqual(await redis.hgetall(k), { a: 1, b: "two", c: "é" });
    assert.equal(await redis.hgetall(key("missing")), null);
    assert.deepEqual(await redis.hmget(k, "a", "missing"), { a: 1, missing: null });
    assert.equal(await redis.hincrby(k, "a", 41), 42);
    assert.equal(await redis.hdel(k, "a", "b", "c", "d"), 3);
    assert.equal(await redis.exists(k), 0);
  },

  "lists, sets and sorted sets": async ({ redis, key }) => {
    await redis.rpush(key("list"), "a", "b", "c");
    assert.deepEqual(await redis.lrange(key("list"), 0, -1), ["a", "b", "c"]);
    assert.equal(await redis.sadd(key("set"), "a", "b", "a"), 2);
    assert.deepEqual((await redis.smembers(key("set"))).sort(), ["a", "b"]);
    await redis.zadd(key("zset"), { score: 2, member: "b" }, { score: 1, member: "a" });
    assert.deepEqual(await redis.zrange(key("zset"), 0, -1, { withScores: true }), [
      "a",
      1,
      "b",
      2,
    ]);
    const [cursor, found] = await redis.scan("0", { match: key("z*"), count: 10_000 });
    assert.deepEqual([cursor, found], ["0", [key("zset")]]);
  },

  "a pipeline answers in order, an error in its own place": async ({ redis, key }) => {
    const replies = await redis.pipeline().set(key("a"), "word").incr(key("a")).get(key("a"))
      .exec({ keepErrors: true });
    assert.deepEqual(replies.map(({ result }) => result), ["OK", undefined, "word"]);
    assert.match(replies[1]!.error!, /^ERR value is not an integer or out of range/);
  },

  "a transaction runs as a whole, or not at all": async ({ redis, url, token, key }) => {
    assert.deepEqual(await redis.multi().incr(key("n")).incr(key("n")).exec(), [1, 2]);
    const reply = await fetch(`${url}/multi-exec`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify([["INCR", key("n")], ["NOSUCHCOMMAND"]]),
    });
    assert.equal(reply.status, 400);
    assert.match((await reply.json()).error, /^EXECABORT/);
    assert.equal(await redis.get(key("n")), 2);
  },

  "scripts: flags of Upstash's are taken off, hashes stay the caller's": async ({ redis, key }) => {
    assert.equal(await redis.eval(sharedEval, [key("n")], ["2"]), 2);
    const hash = await redis.scriptLoad(sharedEval);
    assert.equal(hash, await sha1(sharedEval));
    assert.equal(await redis.evalsha(hash, [key("n")], ["3"]), 5);
    assert.deepEqual(await redis.scriptExists(hash, "0".repeat(40)), [1, 0]);
    const script = redis.createScript<number>(sharedEval + " + 0");
    assert.equal(await script.exec([key("n")], ["1"]), 6);
    assert.match(await errorOf(redis.evalsha("f".repeat(40), [], [])), /NOSCRIPT/);
  },

  "scripts: types convert as Redis converts them": async ({ redis, key }) => {
    const run = (script: string, args: string[] = []) => redis.eval(script, [key("k")], args);
    assert.equal(await run("return 3.99"), 3);
    assert.equal(await run("return true"), 1);
    assert.equal(await run("return false"), null);
    assert.equal(await run("return nil"), null);
    assert.deepEqual(await run("return {1, 'two', {3, false}, nil, 5}"), [1, "two", [3, null]]);
    assert.equal(await run("return 10 / 2 .. ''"), 5);
    assert.equal(await run("return tonumber(ARGV[1]) * 2", ["2000000000"]), 4_000_000_000);
    assert.equal(await run("return redis.status_reply('FINE')"), "FINE");
    assert.equal(await run("return redis.call('GET', KEYS[1]) == false and 1 or 0"), 1);
    assert.equal(await run("return redis.call('SET', KEYS[1], 'v', 'EX', 5).ok"), "OK");
    assert.equal(await run("return redis.call('TYPE', KEYS[1]).ok"), "string");
    assert.equal(await run("return type(redis.call('MGET', KEYS[1], 'none')[2])"), "boolean");
    assert.deepEqual(await run("return {#KEYS, #ARGV, unpack(ARGV)}", ["a", "b"]), [
      1,
      2,
      "a",
      "b",
    ]);
    assert.equal(await run("return redis.pcall('INCR', KEYS[1]).err ~= nil and 1 or 0"), 1);
    assert.match(await errorOf(run("return redis.call('INCR', KEYS[1])")), /not an integer/);
    assert.match(await errorOf(run("error('my words')")), /my words/);
    assert.match(await errorOf(run("return {err = 'MINE because'}")), /MINE because/);
    assert.match(await errorOf(run("this is not Lua")), /Error compiling script/);
  },

  "a cart kept by a script: counted, limited, expiring": async ({ redis, key }) => {
    const add = (line: string, quantity: number) =>
      redis.eval<string[], [number, string[], null]>(
        cartScript,
        [key("cart")],
        [line, `${quantity}`, "3"],
      );
    assert.deepEqual(await add("sku-1", 2), [
      2,
      ["sku-1", 2, "added:sku-1", 2_000_000_000_000],
      null,
    ]);
    assert.equal((await add("sku-1", 1))[0], 3);
    assert.equal((await add("sku-2", 7))[0], 7);
    assert.match(await errorOf(add("sku-3", 1)), /CART_FULL the cart holds 4 lines/);
    assert.equal((await add("sku-2", -7))[0], 0);
    assert.ok(await redis.ttl(key("cart")) > 55);
    assert.match(await errorOf(redis.hincrby(key("cart"), "sku-1", 1.5)), /not an integer/);
  },

  "50 callers at once lose no update": async ({ redis, key }) => {
    await Promise.all(
      Array.from({ length: 50 }, () => redis.eval(cartScript, [key("busy")], ["sku", "1", "9"])),
    );
    assert.equal(await redis.hget(key("busy"), "sku"), 50);
  },

  "rate limits: fixed window, sliding window and token bucket": async ({ redis, key }) => {
    const limiters = {
      fixed: Ratelimit.fixedWindow(3, "60 s"),
      sliding: Ratelimit.slidingWindow(3, "60 s"),
      bucket: Ratelimit.tokenBucket(3, "60 s", 3),
    };
    for (const [name, limiter] of Object.entries(limiters)) {
      const limit = new Ratelimit({ redis, limiter, prefix: key(name), ephemeralCache: false });
      const results = [];
      for (let call = 0; call < 5; call++) results.push(await limit.limit("someone"));
      assert.deepEqual(
        results.map(({ success }) => success),
        [true, true, true, false, false],
        name,
      );
      assert.deepEqual(results.map(({ remaining }) => remaining), [2, 1, 0, 0, 0], name);
      assert.equal((await limit.limit("another")).success, true);
      assert.equal((await limit.getRemaining("someone")).remaining, 0);
      await limit.resetUsedTokens("someone");
      assert.equal((await limit.limit("someone")).success, true);
    }
  },

  "plain HTTP: path, query, body and base64": async ({ url, token, key }) => {
    const headers = { authorization: `Bearer ${token}` };
    const call = async (path: string, init: RequestInit = {}) => {
      const reply = await fetch(url + path, { ...init, headers: { ...headers, ...init.headers } });
      return [reply.status, await reply.json()];
    };
    const k = encodeURIComponent(key("a/b c"));
    assert.deepEqual(await call(`/set/${k}/some%20words`), [200, { result: "OK" }]);
    assert.deepEqual(await call(`/get/${k}`), [200, { result: "some words" }]);
    assert.deepEqual(await call(`/set/${k}?EX=100&NX`, { method: "POST", body: "{}" }), [
      200,
      { result: null },
    ]);
    assert.deepEqual(await call(`/set/${k}?EX=100`, { method: "POST", body: `{"a":"/"}` }), [
      200,
      { result: "OK" },
    ]);
    const base64 = { "upstash-encoding": "base64" };
    assert.deepEqual(await call(`/get/${k}`, { headers: base64 }), [200, {
      result: btoa(`{"a":"/"}`),
    }]);
    assert.deepEqual(await call(`/hset/${key("h")}/f/1/g/OK`), [200, { result: 2 }]);
    assert.deepEqual(await call(`/hgetall/${key("h")}`, { headers: base64 }), [200, {
      result: ["f", "1", "g", "OK"].map(btoa),
    }]);
    assert.deepEqual(
      await call("/pipeline", {
        method: "POST",
        headers: base64,
        body: JSON.stringify([["GET", decodeURIComponent(k)], ["GET"], ["TTL", key("h")]]),
      }),
      [200, [
        { result: btoa(`{"a":"/"}`) },
        { error: "ERR wrong number of arguments for 'get' command" },
        { result: -1 },
      ]],
    );
  },

  "plain HTTP: what is refused, and how": async ({ url, token, key }) => {
    const authorization = `Bearer ${token}`;
    const call = async (path: string, init: RequestInit) => {
      const reply = await fetch(url + path, init);
      const body = await reply.json();
      assert.deepEqual(Object.keys(body), ["error"]);
      return `${reply.status} ${body.error}`;
    };
    const command = (...command: string[]) =>
      call("/", { method: "POST", headers: { authorization }, body: JSON.stringify(command) });
    assert.equal(await call("/ping", {}), "401 WRONGPASS invalid or missing auth token");
    assert.match(await call("/ping", { headers: { authorization: "Bearer x" } }), /^401 WRONGPASS/);
    assert.match(await call("/ping", { method: "DELETE", headers: { authorization } }), /^405/);
    assert.match(
      await call("/", { method: "POST", headers: { authorization }, body: "[" }),
      /^400/,
    );
    assert.match(
      await call("/pipeline", { method: "POST", headers: { authorization }, body: "[1]" }),
      /^400 ERR/,
    );
    assert.match(await command("NOSUCHCOMMAND"), /^400 ERR unknown command 'NOSUCHCOMMAND'/);
    assert.match(await command("GET"), /^400 ERR wrong number of arguments for 'get' command/);
    for (const name of ["MULTI", "SUBSCRIBE", "constructor", "__proto__"]) {
      assert.match(await command(name, "x"), /^400 ERR (Command is not available|unknown command)/);
    }
    await command("SET", key("word"), "word").catch(() => {});
    assert.match(await command("HSET", key("word"), "f", "1"), /^400 WRONGTYPE/);
    const passed = await fetch(`${url}/ping?_token=${token}`);
    assert.deepEqual(await passed.json(), { result: "PONG" });
  },
};

async function sha1(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex();
}
