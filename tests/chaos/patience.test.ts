/** When a run of chaos stops waiting for its end. */
import { strictEqual } from "node:assert/strict";
import { Patience } from "./patience.ts";

Deno.test("patience: it lasts while less is left, ends where nothing gets less, and another stretch has its own", () => {
  let ms = 0;
  const patience = new Patience(300, () => ms);
  for (const left of [3647, 2000, 900, 10]) {
    ms += 299_000;
    strictEqual(patience.over(left), false);
  }
  // More is left: nothing has come nearer since.
  ms += 200_000;
  strictEqual(patience.over(50), false);
  ms += 101_000;
  strictEqual(patience.over(10), true);
  patience.begin();
  strictEqual(patience.over(700), false);
  ms += 301_000;
  strictEqual(patience.over(700), true);
});
