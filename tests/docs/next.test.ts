/** docs/next.md, as far as that goes without Next: its files parse, and call what the client has. */
import assert from "node:assert/strict";
import { join } from "node:path";
import ts from "typescript";
import { operations } from "../../client/src/operations.ts";
import { projectDir } from "../../local/stack.ts";
import { blocksOf } from "./blocks.ts";

const page = await Deno.readTextFile(join(projectDir, "docs/next.md"));
const files = blocksOf(page).flatMap((block) => block.kind === "file" ? [block] : []);

Deno.test("next.md: every file parses", () => {
  assert.ok(files.length >= 5, `${files.length}`);
  for (const { path, text } of files) {
    const { diagnostics } = ts.transpileModule(text, {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: { jsx: ts.JsxEmit.Preserve, target: ts.ScriptTarget.ES2022 },
    });
    assert.deepEqual(diagnostics?.map(({ messageText }) => messageText), [], path);
  }
});

Deno.test("next.md: every method that it calls is one of the client", () => {
  const called = files.flatMap(({ text }) =>
    [...text.matchAll(/(?:socle|createSocle\(\w+\))\.(\w+)\(/g)].map(([, name]) => name!)
  );
  assert.ok(called.length >= 3, `${called}`);
  assert.deepEqual(called.filter((name) => !Object.hasOwn(operations, name)), []);
});
