/** Tables of several files: what is declared twice is refused instead of silently replaced. */
import assert from "node:assert/strict";
import { together } from "../../supabase/functions/_shared/together.ts";

Deno.test("together: tables become one, in their order", () => {
  const whole = together({ b: 1, a: 2 }, { c: "three" });
  assert.deepEqual(Object.entries(whole), [["b", 1], ["a", 2], ["c", "three"]]);
});

Deno.test("together: a key of two tables is refused, by its name", () => {
  assert.throws(
    () => together({ order_end: 1 }, {}, { order_end: 1 }),
    /"order_end" is declared twice/,
  );
});

Deno.test("together: the table has the keys and values of all, as types too", () => {
  const whole = together({ none: null }, { read: { requests: 300 } }, { write: [60, "s"] });
  const name: "none" | "read" | "write" = "read" as keyof typeof whole;
  assert.equal(whole[name as "read"].requests, 300);
  // @ts-expect-error: no table has it
  assert.equal(whole.other, undefined);
});
