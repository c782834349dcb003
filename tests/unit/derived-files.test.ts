/** What `task drift` tells of a file that is out of date. */
import assert from "node:assert/strict";
import { check, shortDiff } from "../../scripts/drift/derived.ts";

Deno.test("drift: names the lines that went and those that came, and no others", () => {
  assert.deepEqual(shortDiff("a\nb\nc\n", "a\nc\nd\n"), ["- b", "+ d"]);
  assert.deepEqual(shortDiff("a\na\n", "a\n"), ["- a"]);
  assert.deepEqual(shortDiff("a\n", "a\n"), []);
});

Deno.test("drift: tells that only the order differs", () => {
  assert.deepEqual(shortDiff("a\nb\n", "b\na\n"), ["  (the same lines in another order)"]);
});

Deno.test("drift: a long difference is cut, and how much is left is said", () => {
  const diff = shortDiff("", Array.from({ length: 30 }, (_, n) => `line ${n}`).join("\n"), 5);
  assert.equal(diff.length, 6);
  assert.match(diff.at(-1)!, /and 2[56] more/);
});

Deno.test("drift: a file that is equal is no complaint; another or a missing one names its task", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "text\n");
  assert.equal(await check(file, "text\n", "schema"), undefined);
  assert.match(
    String(await check(file, "other\n", "schema")),
    /run `task schema`.*\n- text\n\+ other/,
  );
  await Deno.remove(file);
  assert.match(String(await check(file, "other\n", "schema")), /out of date/);
});
