/** Carts in Redis: what is added at once, merged, paid twice or too late. */
import assert from "node:assert/strict";
import type { Redis } from "@upstash/redis";
import {
  addToCart,
  type CartName,
  clearCart,
  mergeCarts,
  readCart,
  readCarts,
  removeLine,
  setQuantity,
  takeFromCart,
} from "../../supabase/functions/_shared/shop/cart/store.ts";
import { addScript } from "../../supabase/functions/_shared/shop/cart/scripts.ts";
import { freshGuest, freshUser, onEachRedis, quantitiesOf, units } from "./cart-world.ts";

const [pen, ink, paper] = [1, 2, 3].map((n) =>
  `${n}`.repeat(8) + "-0000-4000-8000-000000000000"
) as [string, string, string];
const anything = new Map<string, number>();

async function fill(redis: Redis, name: CartName, count: number, quantity = 1): Promise<string[]> {
  const variants = Array.from({ length: count }, () => crypto.randomUUID());
  for (const variant of variants) {
    assert.ok("cart" in await addToCart(redis, name, units(variant, quantity)));
  }
  return variants;
}

/** Adds one of `ink` by a request of its own, some hours from now. */
async function addLater(redis: Redis, name: CartName, hours: number, request = "later") {
  const now = Date.now() + hours * 3_600_000;
  await redis.createScript(addScript).exec(
    [`cart:${name}`],
    [ink, "1", "100", "eur", now.toFixed(0), request],
  );
}

onEachRedis({
  "cart: what 50 add at once is all in it": async (redis) => {
    const cart = freshGuest();
    await Promise.all(
      Array.from(
        { length: 50 },
        (_, n) => addToCart(redis, cart, units(n % 2 ? pen : ink, 1 + n % 3)),
      ),
    );
    const sum = (odd: number) =>
      Array.from({ length: 50 }, (_, n) => n % 2 === odd ? 1 + n % 3 : 0).reduce((a, b) => a + b);
    assert.deepEqual(quantitiesOf(await readCart(redis, cart)), { [pen]: sum(1), [ink]: sum(0) });
  },

  "cart: a variant has one line, however often it is added (medusa#16502)": async (redis) => {
    const cart = freshUser();
    await Promise.all(Array.from({ length: 8 }, () => addToCart(redis, cart, units(pen, 2))));
    const held = await readCart(redis, cart);
    assert.deepEqual(held?.lines.map(({ variantId, quantity }) => [variantId, quantity]), [[
      pen,
      16,
    ]]);
  },

  "cart: the same request again within a day adds nothing": async (redis) => {
    const cart = freshUser();
    await Promise.all(
      Array.from({ length: 5 }, () => addToCart(redis, cart, units(pen, 2), "one wish")),
    );
    await addToCart(redis, cart, units(pen, 1), "another wish");
    await clearCart(redis, cart);
    await addLater(redis, cart, 23.9);
    const again = await addToCart(redis, cart, units(pen, 2), "one wish");
    assert.deepEqual("cart" in again && quantitiesOf(again.cart), { [ink]: 1 });
  },

  "cart: what was done before a merge is known after it, to guest and user": async (redis) => {
    const [guest, user] = [freshGuest(), freshUser()];
    await addToCart(redis, guest, units(pen, 2), "one wish");
    await mergeCarts(redis, guest, user, anything);
    assert.deepEqual(await addToCart(redis, guest, units(pen, 2), "one wish"), { refused: "done" });
    assert.deepEqual(await addToCart(redis, guest, units(pen, 2), "another"), { refused: "dead" });
    assert.deepEqual(await addToCart(redis, guest, units(pen, 2)), { refused: "dead" });
    const again = await addToCart(redis, user, units(pen, 2), "one wish");
    assert.deepEqual("cart" in again && quantitiesOf(again.cart), { [pen]: 2 });
  },

  "cart: of a great many requests the latest are known, so that nobody's cart grows without end":
    async (redis) => {
      const cart = freshUser();
      for (let index = 0; index < 520; index++) await addLater(redis, cart, index / 60, `${index}`);
      const held = await redis.hkeys(`cart:${cart}`);
      const known = held.filter((field) => field.startsWith("did:")).map((field) => field.slice(4));
      assert.equal(known.length, 500);
      assert.equal(known.some((one) => Number(one) < 20), false);
    },

  "cart: its limits hold when many add at once": async (redis) => {
    const cart = freshUser();
    await fill(redis, cart, 94);
    const late = await Promise.all(
      Array.from({ length: 10 }, () => addToCart(redis, cart, units(crypto.randomUUID(), 1))),
    );
    assert.equal(late.filter((one) => "refused" in one && one.refused === "full").length, 5);
    assert.equal((await readCart(redis, cart))?.lines.length, 99);

    const known = (await readCart(redis, cart))!.lines[0]!.variantId;
    const units300 = await Promise.all(
      Array.from({ length: 4 }, () => addToCart(redis, cart, units(known, 300))),
    );
    assert.equal(units300.filter((one) => "refused" in one && one.refused === "most").length, 1);
    assert.equal(quantitiesOf(await readCart(redis, cart))[known], 901);
  },

  "cart: lines stay in the order in which they were put in": async (redis) => {
    const cart = freshUser();
    const variants = await fill(redis, cart, 12);
    await addToCart(redis, cart, units(variants[3]!, 5));
    await setQuantity(redis, cart, variants[7]!, 9);
    const held = await readCart(redis, cart);
    assert.deepEqual(held?.lines.map(({ variantId }) => variantId), variants);
  },

  "cart: it is kept for a day since it was last touched": async (redis) => {
    const cart = freshUser();
    const left = async () => await redis.ttl(`cart:${cart}`);
    for (
      const touch of [
        () => addToCart(redis, cart, units(pen, 2)),
        () => readCart(redis, cart),
        () => setQuantity(redis, cart, pen, 3),
        () => removeLine(redis, cart, ink),
      ]
    ) {
      await redis.expire(`cart:${cart}`, 50);
      await touch();
      assert.ok(await left() > 86_000, `${await left()} s`);
    }
  },

  "cart: setting what is not there is refused, taking it out is not": async (redis) => {
    const cart = freshUser();
    assert.deepEqual(await setQuantity(redis, cart, pen, 3), { refused: "missing" });
    assert.ok("cart" in await removeLine(redis, cart, pen));
  },

  "merge: quantities sum up to what can be had, and what was cut is told": async (redis) => {
    const [guest, user] = [freshGuest(), freshUser()];
    await addToCart(redis, guest, units(pen, 15));
    await addToCart(redis, guest, units(ink, 2));
    await addToCart(redis, guest, units(paper, 600));
    await addToCart(redis, user, units(pen, 15));
    await addToCart(redis, user, units(paper, 600));
    const merged = await mergeCarts(redis, guest, user, new Map([[pen, 20], [ink, 0]]));
    assert.deepEqual(
      merged.lines.map(({ variantId, quantity, wanted }) => [variantId, quantity, wanted]).sort(),
      [[pen, 20, 30], [ink, 1, 2], [paper, 999, 1200]],
    );
    // Told on each read, until somebody decides.
    const later = await readCart(redis, user);
    assert.equal(later?.lines.find(({ variantId }) => variantId === pen)?.wanted, 30);
    await setQuantity(redis, user, pen, 20);
    const decided = await readCart(redis, user);
    assert.equal(decided?.lines.find(({ variantId }) => variantId === pen)?.wanted, 0);
  },

  "merge: many at once merge once, and the guest's cart is dead": async (redis) => {
    const [guest, user] = [freshGuest(), freshUser()];
    await addToCart(redis, guest, units(pen, 2));
    await addToCart(redis, user, units(pen, 3));
    const merged = await Promise.all(
      Array.from({ length: 8 }, () => mergeCarts(redis, guest, user, anything)),
    );
    for (const cart of merged) assert.deepEqual(quantitiesOf(cart), { [pen]: 5 });
    assert.equal(await readCart(redis, guest), undefined);
    for (
      const refused of [
        await addToCart(redis, guest, units(pen, 1)),
        await setQuantity(redis, guest, pen, 1),
        await removeLine(redis, guest, pen),
        await clearCart(redis, guest),
      ]
    ) assert.deepEqual(refused, { refused: "dead" });
    assert.deepEqual(quantitiesOf(await readCart(redis, user)), { [pen]: 5 });
  },

  "merge: what is added meanwhile is in one cart or refused, never lost": async (redis) => {
    const [guest, user] = [freshGuest(), freshUser()];
    await addToCart(redis, guest, units(pen, 1));
    const [added] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => addToCart(redis, guest, units(pen, 1)))),
      mergeCarts(redis, guest, user, anything),
    ]);
    const taken = added.filter((one) => "cart" in one).length;
    assert.deepEqual(quantitiesOf(await readCart(redis, user)), { [pen]: 1 + taken });
  },

  "merge: lines beyond the limit are noted until they are touched": async (redis) => {
    const [guest, user] = [freshGuest(), freshUser()];
    await fill(redis, user, 97);
    const variants = await fill(redis, guest, 5, 7);
    await mergeCarts(redis, guest, user, anything);
    const held = await readCart(redis, user);
    assert.equal(held?.lines.length, 99);
    const out = held?.leftOut.map(({ variantId, quantity }) => [variantId, quantity]).sort();
    assert.deepEqual(out, variants.slice(2).map((variant) => [variant, 7]).sort());
    await removeLine(redis, user, variants[2]!);
    await removeLine(redis, user, variants[0]!);
    await addToCart(redis, user, units(variants[3]!, 1));
    assert.deepEqual(
      (await readCart(redis, user))?.leftOut.map(({ variantId }) => variantId),
      [variants[4]],
    );
  },

  "merge: what not even the notes have room for is told once": async (redis) => {
    const user = freshUser();
    await fill(redis, user, 99);
    const first = freshGuest();
    await fill(redis, first, 99);
    await mergeCarts(redis, first, user, anything);
    const second = freshGuest();
    const [variant] = await fill(redis, second, 1, 4);
    const merged = await mergeCarts(redis, second, user, anything);
    assert.equal(merged.leftOut.length, 100);
    assert.deepEqual(merged.leftOut.at(-1), { variantId: variant, quantity: 4 });
  },

  "paid: bought units leave the cart once for an order, what came since stays": async (redis) => {
    const cart = freshUser();
    await addToCart(redis, cart, units(pen, 2));
    await addToCart(redis, cart, units(ink, 1));
    await addToCart(redis, cart, units(paper, 4));
    const { clock } = (await readCart(redis, cart))!;
    const bought = [{ variantId: pen, quantity: 2 }, { variantId: ink, quantity: 1 }];
    await addToCart(redis, cart, units(pen, 3));
    // Taken out and put in again: that is another wish.
    await removeLine(redis, cart, ink);
    await addToCart(redis, cart, units(ink, 1));
    const order = crypto.randomUUID();
    await Promise.all(
      Array.from({ length: 5 }, () => takeFromCart(redis, cart, clock, order, bought)),
    );
    assert.deepEqual(quantitiesOf(await readCart(redis, cart)), { [pen]: 3, [paper]: 4, [ink]: 1 });
  },

  "paid: a later cart of the same guest is not touched by an old order": async (redis) => {
    const cart = freshGuest();
    await addToCart(redis, cart, units(pen, 1));
    let { clock } = (await readCart(redis, cart))!;
    await redis.del(`cart:${cart}`);
    await takeFromCart(redis, cart, clock, crypto.randomUUID(), [{ variantId: pen, quantity: 1 }]);
    assert.equal(await redis.exists(`cart:${cart}`), 0);
    // A day later.
    clock -= 86_400_000;
    await addToCart(redis, cart, units(pen, 1));
    await takeFromCart(redis, cart, clock, crypto.randomUUID(), [{ variantId: pen, quantity: 1 }]);
    assert.deepEqual(quantitiesOf(await readCart(redis, cart)), { [pen]: 1 });
  },

  "paid: a guest's order follows the cart into the user's, once": async (redis) => {
    const [guest, user] = [freshGuest(), freshUser()];
    await addToCart(redis, guest, units(pen, 2));
    const { clock } = (await readCart(redis, guest))!;
    const [order, earlier] = [crypto.randomUUID(), crypto.randomUUID()];
    await takeFromCart(redis, guest, clock, earlier, [{ variantId: pen, quantity: 1 }]);
    await mergeCarts(redis, guest, user, anything);
    for (const id of [order, order, earlier]) {
      await takeFromCart(redis, guest, clock, id, [{ variantId: pen, quantity: 1 }]);
    }
    assert.deepEqual(quantitiesOf(await readCart(redis, user)), {});
    await addToCart(redis, user, units(pen, 1));
    await takeFromCart(redis, guest, clock, order, [{ variantId: pen, quantity: 1 }]);
    const [, held] = await readCarts(redis, [guest, user]);
    assert.deepEqual(quantitiesOf(held), { [pen]: 1 });
  },
});
