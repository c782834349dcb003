/** The rules by which `task drop` takes a part out of a file, each on a few lines. */
import assert from "node:assert/strict";
import { withoutImports } from "../../scripts/drop/imports.ts";
import { withoutLinks } from "../../scripts/drop/links.ts";
import { withoutRegions } from "../../scripts/drop/regions.ts";

const isGone = (specifier: string) => specifier.includes("shop/");
const after = (...lines: string[]) => withoutImports(lines.join("\n"), isGone);

Deno.test("drop: an import that leads nowhere goes with elements, arguments and statements of one line", () => {
  const imported = 'import { a, type B as C } from "./shop/x.ts";\n';
  const cases: [before: string, after: string][] = [
    ["const t = {\n  x: 1,\n  ...a,\n};", "const t = {\n  x: 1,\n};"],
    ["const t = {\n  x: 1,\n  ...a(x),\n};", "const t = {\n  x: 1,\n};"],
    ["const t = [x, ...a, y];", "const t = [x, y];"],
    ["const t = [...await a(x), y];", "const t = [ y];"],
    ["  key: a,\n  other,", "  other,"],
    ["  await a(x, { y: [1] });\n  z();", "  z();"],
    ["}, a);", "});"],
    ["      {a}\n      <p>b</p>", "      <p>b</p>"],
  ];
  for (const [before, wanted] of cases) assert.equal(after(imported + before), wanted);
  assert.equal(after('import "./shop/x.ts";\nb();'), "b();");
  assert.equal(after('export { a } from "./shop/x.ts";\nb();'), "b();");
  assert.equal(after('import { a } from "./x.ts";\na();'), 'import { a } from "./x.ts";\na();');
});

Deno.test("drop: what is no name of the import's stays: a member, a part of a name, a text, a comment", () => {
  const rest = 'x.a();\nab();\nsay("a");\n// about a\n * a';
  assert.equal(after('import { a } from "./shop/x.ts";', rest), rest);
});

Deno.test("drop: a use of several lines is refused by name", () => {
  assert.throws(() => after('import { a } from "./shop/x.ts";', "if (a(x)) {"), /a is used in: if/);
  assert.throws(
    () => after('import { a } from "./shop/x.ts";', "const b = c ??" + " a"),
    /a is used/,
  );
});

Deno.test("drop: a region goes from its first line to its last, in any comment; one that does not end is refused", () => {
  for (const [begin, end] of [["// ", ""], ["<!-- ", " -->"], ["-- ", ""], ["# ", ""]]) {
    const text = `one\n\n${begin}#region shop${end}\ntwo\n${begin}#endregion shop${end}\n\nthree`;
    assert.equal(withoutRegions(text, "shop"), "one\n\nthree");
    assert.equal(withoutRegions(text, "shopping"), text);
  }
  assert.throws(
    () => withoutRegions("// #region shop\nx", "shop"),
    /line 1: the region does not end/,
  );
  assert.throws(
    () => withoutRegions("x\n// #endregion shop", "shop"),
    /line 2: no region ends here/,
  );
});

Deno.test("drop: rows and entries whose link leads nowhere go, a paragraph is refused, code is left alone", () => {
  const gone = (to: string) => to === "shop-cart.md";
  assert.equal(
    withoutLinks(
      "- a\n- b [c](shop-cart.md#x),\n  more\n- d\n\n| e | [c](shop-cart.md) |\n| f | g |",
      gone,
    ),
    "- a\n- d\n\n| f | g |",
  );
  assert.throws(() => withoutLinks("See [c](shop-cart.md).", gone), /links in a paragraph/);
  assert.equal(withoutLinks("```\n- x\n```", gone), "```\n- x\n```");
});
