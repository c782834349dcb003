/** Carts on Redis itself, in memory and on a real one: what tests of the scripts share. */
import { Redis } from "@upstash/redis";
import { startRedis } from "../../local/redis/bridge.ts";
import type { CartName, StoredCart } from "../../supabase/functions/_shared/shop/cart/store.ts";
import { realRedis } from "../local/redis-backends.ts";

/** What holds on any Redis: by its name, the test. */
export type RedisTests = Record<string, (redis: Redis) => Promise<void>>;

/** Runs tests on each Redis that is there, one server and bridge for all of them. */
export function onEachRedis(tests: RedisTests): void {
  Deno.test("carts in memory", (t) => withRedis((redis) => steps(t, tests, redis)));
  const real = realRedis();
  Deno.test({
    name: "carts on a real Redis",
    ignore: typeof real === "string",
    async fn(t) {
      if (typeof real === "string") return;
      await using server = await real();
      await withRedis((redis) => steps(t, tests, redis), server.url);
    },
  });
}

async function steps(t: Deno.TestContext, tests: RedisTests, redis: Redis): Promise<void> {
  for (const [name, test] of Object.entries(tests)) await t.step(name, () => test(redis));
}

async function withRedis(test: (redis: Redis) => Promise<void>, redisUrl?: string): Promise<void> {
  const token = "test-token";
  const bridge = await startRedis({
    port: 0,
    token,
    log: () => {},
    ...(redisUrl !== undefined && { redisUrl }),
  });
  try {
    // As the product's own client: it may try nothing twice.
    await test(new Redis({ url: bridge.url, token, retry: false, enableTelemetry: false }));
  } finally {
    await bridge.stop();
  }
}

/** A user's cart that nothing is in. */
export function freshUser(): CartName {
  return `user:${crypto.randomUUID()}`;
}

/** A guest's cart that nothing is in. */
export function freshGuest(): CartName {
  return `guest:${crypto.randomUUID().replaceAll("-", "")}`;
}

/** Quantities by variant. */
export function quantitiesOf(cart: StoredCart | undefined): Record<string, number> {
  return Object.fromEntries(
    (cart?.lines ?? []).map(({ variantId, quantity }) => [variantId, quantity]),
  );
}

/** A line to add. */
export function units(variantId: string, quantity: number, unitAmount = 1000) {
  return { variantId, quantity, unitAmount, priceListId: "eur" };
}
