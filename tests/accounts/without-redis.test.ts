/** Redis down: what guesses passwords or sends mail is counted in Postgres, the rest passes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { connect } from "../support/connect.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { onSale } from "../support/products.ts";
import { type Answer, call, type StackAddress } from "../support/stack.ts";
import { subscribe } from "../support/purchases.ts";
import { freshAddress, signUp } from "../support/users.ts";

let own: OwnStack;
let on: StackAddress;
/** Takes connections and never answers, until it is shut and refuses them. */
let redis: Deno.Listener;
const held: Deno.Conn[] = [];
Deno.test.beforeAll(async () => {
  redis = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = redis.addr as Deno.NetAddr;
  (async () => {
    for await (const connection of redis) held.push(connection);
  })();
  own = await startOwnStack({
    functionsEnv: {
      RATE_LIMIT_MULTIPLIER: "1",
      UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${port}`,
    },
  });
  on = own.at;
});
Deno.test.afterAll(async () => await own?.[Symbol.asyncDispose]());

let last = 0;
function from(address = `2001:db8::${++last}`) {
  return (path: string, body: unknown): Promise<Answer> =>
    call("POST", path, { on, body, headers: { "cf-connecting-ip": address } });
}

async function guessed(email: string): Promise<number[]> {
  const answers = await Promise.all(
    Array.from({ length: 14 }, () => from()("auth-login", { email, password: "a guess" })),
  );
  for (const refused of answers.filter((answer) => answer.status !== 401)) {
    assert.deepEqual([refused.status, refused.body.code], [429, "rate_limited"]);
    const seconds = Number(refused.headers.get("retry-after"));
    assert.ok(seconds >= 1 && seconds <= 900, `Retry-After: ${seconds}`);
  }
  return answers.map((answer) => answer.status);
}

Deno.test("Redis down, first hanging, then refusing: accounts work and stay protected", async (t) => {
  for (const how of ["hangs", "refuses"]) {
    if (how === "refuses") {
      redis.close();
      for (const connection of held.splice(0)) connection.close();
    }

    await t.step(`Redis ${how}: what is no guess passes`, async () => {
      const user = await signUp({ on });
      const profile = await call("GET", "user-profile", { on, token: user.token });
      assert.equal(profile.status, 200, JSON.stringify(profile.body));
      assert.equal((await call("GET", "plans", { on })).status, 200);
    });

    if (how === "hangs") {
      await t.step("Redis hangs: it is asked once in a while, not by every request", async () => {
        assert.equal((await call("GET", "plans", { on })).status, 200);
        const asked = held.length;
        const started = performance.now();
        for (let count = 0; count < 10; count++) {
          assert.equal((await call("GET", "plans", { on })).status, 200);
        }
        const pauses = Math.ceil((performance.now() - started) / 15_000);
        assert.ok(held.length - asked <= pauses, `asked ${held.length - asked} times`);
      });
    }

    // #region shop
    await t.step(
      `Redis ${how}: carts say that they cannot be reached`,
      async () => {
        const { token } = await signUp({ on });
        const product = await (async () => {
          const sql = connect(on);
          try {
            return await onSale(sql, { stock: 5 });
          } finally {
            await sql.end();
          }
        })();
        const line = { variant_id: product.variantId };
        const asked = [
          () => call("GET", "cart", { on, token }),
          () => call("POST", "cart", { on, token, body: line }),
          () => call("POST", "cart", { on, body: line }),
          () => call("PATCH", "cart", { on, token, body: { ...line, quantity: 2 } }),
          () => call("DELETE", "cart", { on, token, body: { variant_id: "all" } }),
        ];
        // The first one may wait for Redis; who comes then does not.
        assert.equal((await asked[0]!()).body.code, "cart_unavailable");
        for (const ask of asked) {
          const started = performance.now();
          const answer = await ask();
          assert.deepEqual([answer.status, answer.body.code], [503, "cart_unavailable"]);
          const seconds = Number(answer.headers.get("retry-after"));
          assert.ok(seconds >= 1 && seconds <= 15, `Retry-After: ${seconds}`);
          assert.ok(performance.now() - started < 2900, "it waited for Redis");
        }
      },
    );
    // #endregion shop

    await t.step(`Redis ${how}: ten wrong passwords, then 429, counted in Postgres`, async () => {
      const { email, password } = await signUp({ on });
      const statuses = await guessed(email);
      assert.equal(statuses.filter((status) => status === 401).length, 10);
      assert.equal((await from()("auth-login", { email, password })).status, 429);
    });

    await t.step(`Redis ${how}: a success forgets the failures before it`, async () => {
      const { email, password } = await signUp({ on });
      for (let round = 0; round < 2; round++) {
        const guesses = await Promise.all(
          Array.from({ length: 6 }, () => from()("auth-login", { email, password: "a guess" })),
        );
        assert.deepEqual(guesses.map((answer) => answer.status), Array(6).fill(401));
        assert.equal((await from()("auth-login", { email, password })).status, 200);
      }
    });

    await t.step(`Redis ${how}: reset mails stay at three an account`, async () => {
      const email = freshAddress();
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => from()("auth-password-reset", { email })),
      );
      assert.deepEqual(answers.map((answer) => answer.status), Array(5).fill(202));
      const sql = connect(on);
      const [row] = await sql<{ hits: number }[]>`
        select max(hits)::int as hits from private.rate_limit_windows
        where key like 'password_reset_account:%'`;
      await sql.end();
      assert.equal(row!.hits, 5);
    });

    await t.step(`Redis ${how}: what makes Stripe try a card is counted in Postgres`, async () => {
      const buyer = await signUp({ on });
      assert.equal((await subscribe(buyer, {}, { on })).status, 200);
      const sql = connect(on);
      // As if it were the twentieth time within the hour.
      await sql`
        update private.rate_limit_windows set hits = 20
        where key = ${`card_account:${
        createHash("sha256").update(buyer.id).digest("hex").slice(0, 32)
      }`}`;
      await sql.end();
      const refused = await subscribe(buyer, {}, { on });
      assert.deepEqual([refused.status, refused.body.code], [429, "rate_limited"]);
    });

    await t.step(`Redis ${how}: health says so`, async () => {
      const health = await call("GET", "health", { on, key: null });
      assert.deepEqual([health.status, health.body.code], [503, "unhealthy"]);
      assert.deepEqual(
        [health.body.health.redis, health.body.health.database, health.body.health.status],
        ["down", "ok", "unhealthy"],
      );
      assert.ok(Number(health.headers.get("retry-after")) > 0);
    });
  }
});

Deno.test("Redis down: what Postgres counts holds no address", async () => {
  const sql = connect(on);
  try {
    const counted = await sql`select key from private.rate_limit_windows`;
    for (const { key } of counted) assert.match(key, /^[a-z_]+:[0-9a-f]{32}$/);
  } finally {
    await sql.end();
  }
});
