/** What the fuzzer makes of a right request. */
import assert from "node:assert/strict";
import { changedAddress } from "./address.ts";
import { withValueChange } from "./mutation.ts";

function often(value: unknown, at: number): unknown {
  for (let n = 0; n < 5; n++) value = withValueChange(value, { how: "repeat", at, times: 600 });
  return value;
}

Deno.test("fuzz: a text or a list repeated over and over is long, and can still be sent", () => {
  const { length } = often("xyz", 0) as string;
  assert.ok(length > 1_000_000 && length <= 4_000_000, `${length}`);
  const { name } = often({ name: "x".repeat(9_000) }, 1) as { name: string };
  assert.ok(name.length > 1_000_000 && name.length <= 4_000_000, `${name.length}`);
  const list = often([1, 2, 3], 0) as unknown[];
  assert.ok(list.length > 10_000 && list.length <= 100_000, `${list.length}`);
});

Deno.test("fuzz: an address keeps its parameter: without it, it would be another endpoint's", () => {
  const at = { path: "products/{product}", query: [], params: { product: "lamp" } };
  const set = (value: string) => changedAddress(at, [{ how: "set", at: 0, value }]);
  assert.equal(set(""), "products/lamp");
  assert.equal(set("a/b"), "products/a%2Fb");
});
