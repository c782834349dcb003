/** What goes wrong in the shop, in the reader's language. */
import assert from "node:assert/strict";
import { loadDeclarations } from "../../scripts/declarations.ts";
import { texts as titles } from "../../web/src/text/problems/fr.ts";

/** What the shop's pages call. */
const called = ["cart", "products", "checkout-create", "checkout-status", "order", "order-cancel"];

Deno.test("shop's pages: whatever their endpoints refuse with has a French title", async () => {
  const declared = (await loadDeclarations()).filter(({ name }) => called.includes(name));
  assert.deepEqual([...new Set(declared.map(({ name }) => name))].toSorted(), called.toSorted());
  const codes = new Set(declared.flatMap(({ declaration }) => declaration.problems));
  // The pages make this header themselves.
  codes.delete("invalid_header");
  assert.deepEqual([...codes].filter((code) => !(code in titles)).toSorted(), []);
});
