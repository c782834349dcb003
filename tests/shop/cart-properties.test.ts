/** Whatever is done to carts in whatever order: they hold what a model of them holds, and a merge loses nothing unsaid. */
import assert from "node:assert/strict";
import type { Redis } from "@upstash/redis";
import fc from "fast-check";
import {
  addToCart,
  clearCart,
  mergeCarts,
  readCart,
  removeLine,
  setQuantity,
  takeFromCart,
} from "../../supabase/functions/_shared/shop/cart/store.ts";
import { freshGuest, freshUser, onEachRedis, quantitiesOf, units } from "./cart-world.ts";

const variants = Array.from({ length: 4 }, (_, n) => `0000000${n}-0000-4000-8000-000000000000`);
const variant = fc.constantFrom(...variants);
const quantity = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 400, max: 999 }));

type Step =
  | { do: "add" | "set"; variant: string; quantity: number }
  | { do: "add twice"; variant: string; quantity: number }
  | { do: "add at once"; quantities: [string, number][] }
  | { do: "remove"; variant: string }
  | { do: "clear" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom("add", "set", "add twice"), variant, quantity }),
  fc.record({
    do: fc.constant("add at once" as const),
    quantities: fc.array(fc.tuple(variant, fc.integer({ min: 1, max: 5 })), { maxLength: 6 }),
  }),
  fc.record({ do: fc.constant("remove" as const), variant }),
  fc.record({ do: fc.constant("clear" as const) }),
);

/** Adds to the model as the cart does: what would be too many is refused as a whole. */
function addTo(model: Record<string, number>, variant: string, quantity: number): boolean {
  const sum = (model[variant] ?? 0) + quantity;
  if (sum > 999) return false;
  model[variant] = sum;
  return true;
}

async function carryOut(
  redis: Redis,
  cart: ReturnType<typeof freshUser>,
  model: Record<string, number>,
  step: Step,
): Promise<void> {
  switch (step.do) {
    case "add":
    case "add twice": {
      const fits = addTo(model, step.variant, step.quantity);
      const key = crypto.randomUUID();
      for (const _ of step.do === "add" ? [1] : [1, 2]) {
        const added = await addToCart(redis, cart, units(step.variant, step.quantity), key);
        assert.equal("cart" in added, fits);
      }
      return;
    }
    case "add at once": {
      const done = await Promise.all(
        step.quantities.map(([id, count]) => addToCart(redis, cart, units(id, count))),
      );
      // In which order they came nobody knows; near the limit some are refused, and say so.
      done.forEach((one, index) => {
        if ("cart" in one) model[step.quantities[index]![0]] ??= 0;
        if ("cart" in one) model[step.quantities[index]![0]]! += step.quantities[index]![1];
      });
      return;
    }
    case "set": {
      const known = model[step.variant] !== undefined;
      const set = await setQuantity(redis, cart, step.variant, step.quantity);
      assert.equal("cart" in set, known);
      if (known) model[step.variant] = step.quantity;
      return;
    }
    case "remove":
      await removeLine(redis, cart, step.variant);
      delete model[step.variant];
      return;
    case "clear":
      await clearCart(redis, cart);
      for (const id of variants) delete model[id];
  }
}

onEachRedis({
  "whatever is added, set and removed, a cart holds what its model holds": (redis) =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const [cart, model] = [freshUser(), {}];
        for (const one of steps) await carryOut(redis, cart, model, one);
        assert.deepEqual(quantitiesOf(await readCart(redis, cart)), model);
      }),
      { numRuns: 25 },
    ),

  "whatever two carts hold, merged they hold all of it, or say what they do not": (redis) => {
    const held = fc.dictionary(variant, quantity, { maxKeys: 4 });
    const most = fc.dictionary(variant, fc.integer({ min: 0, max: 40 }), { maxKeys: 4 });
    return fc.assert(
      fc.asyncProperty(held, held, most, async (guests, users, can) => {
        const [guest, user] = [freshGuest(), freshUser()];
        for (const [id, count] of Object.entries(guests)) {
          await addToCart(redis, guest, units(id, count));
        }
        for (const [id, count] of Object.entries(users)) {
          await addToCart(redis, user, units(id, count));
        }
        const merges = await Promise.all(
          [1, 2].map(() => mergeCarts(redis, guest, user, new Map(Object.entries(can)))),
        );
        for (const { lines } of merges) {
          const now = new Map(lines.map((line) => [line.variantId, line]));
          for (const id of variants) {
            const both = (guests[id] ?? 0) + (users[id] ?? 0);
            const cap = guests[id] === undefined ? 999 : Math.min(999, Math.max(1, can[id] ?? 999));
            assert.equal(now.get(id)?.quantity ?? 0, Math.min(both, cap));
            assert.equal(now.get(id)?.wanted ?? 0, both > cap ? both : 0);
          }
        }
        assert.equal(await readCart(redis, guest), undefined);
      }),
      { numRuns: 25 },
    );
  },

  "whatever comes between checkout and payment, it is in the cart after it": (redis) => {
    const small = fc.integer({ min: 1, max: 9 });
    return fc.assert(
      fc.asyncProperty(
        fc.dictionary(variant, small, { minKeys: 1, maxKeys: 4 }),
        fc.array(fc.tuple(variant, small), { maxLength: 4 }),
        async (before, since) => {
          const cart = freshUser();
          for (const [id, count] of Object.entries(before)) {
            await addToCart(redis, cart, units(id, count));
          }
          const { clock, lines: bought } = (await readCart(redis, cart))!;
          const order = crypto.randomUUID();
          const left: Record<string, number> = {};
          const add = async ([id, count]: [string, number]) => {
            left[id] = (left[id] ?? 0) + count;
            await addToCart(redis, cart, units(id, count));
          };
          for (const one of since.slice(0, 2)) await add(one);
          await takeFromCart(redis, cart, clock, order, bought);
          for (const one of since.slice(2)) await add(one);
          await takeFromCart(redis, cart, clock, order, bought);
          assert.deepEqual(quantitiesOf(await readCart(redis, cart)), left);
        },
      ),
      { numRuns: 25 },
    );
  },
});
