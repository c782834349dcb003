/**
 * docs/next.md, as far as that goes without Next: its files parse, call what the client has, and name exact
 * versions. That it all works, `task test:next` shows.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import ts from "typescript";
import { operations } from "../../client/src/operations.ts";
import { projectDir } from "../../local/stack.ts";
import { blocksOf } from "./blocks.ts";

const page = await Deno.readTextFile(join(projectDir, "docs/next.md"));
const files = blocksOf(page).flatMap((block) => block.kind === "file" ? [block] : []);

Deno.test("next.md: every file parses", () => {
  const sources = files.filter(({ path }) => /\.tsx?$/.test(path));
  assert.ok(sources.length >= 8, `${sources.length}`);
  for (const { path, text } of sources) {
    const { diagnostics } = ts.transpileModule(text, {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: { jsx: ts.JsxEmit.Preserve, target: ts.ScriptTarget.ES2022 },
    });
    assert.deepEqual(diagnostics?.map(({ messageText }) => messageText), [], path);
  }
});

Deno.test("next.md: git takes neither the secrets that it writes down nor what is made", async () => {
  const folder = await Deno.makeTempDir({ prefix: "socle-ignore-" });
  try {
    const git = async (...args: string[]) => {
      const { success, stdout } = await new Deno.Command("git", { args, cwd: folder }).output();
      assert.ok(success, args.join(" "));
      return new TextDecoder().decode(stdout).trim().split("\n").sort();
    };
    await git("init", "-q");
    await Deno.writeTextFile(
      join(folder, ".gitignore"),
      files.find(({ path }) => path === ".gitignore")!.text,
    );
    for (const path of ["node_modules/next/x.js", ".next/x.js", ".env.local", "proxy.ts"]) {
      await Deno.mkdir(join(folder, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, path), "x");
    }
    assert.match(page, /> \.env\.local$/m);
    assert.deepEqual(await git("ls-files", "--others", "--exclude-standard"), [
      ".gitignore",
      "proxy.ts",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("next.md: every method that it calls is one of the client", () => {
  const called = files.flatMap(({ text }) =>
    [...text.matchAll(/(?:socle|createSocle\(\w+\))\.(\w+)\(/g)].map(([, name]) => name!)
  );
  assert.ok(called.length >= 3, `${called}`);
  assert.deepEqual(called.filter((name) => !Object.hasOwn(operations, name)), []);
});

Deno.test("next.md: its packages are exact, and those that we use are the versions that we use", async () => {
  const { text } = files.find(({ path }) => path === "package.json")!;
  const named: { dependencies: Record<string, string>; devDependencies: Record<string, string> } =
    JSON.parse(text);
  const ours: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(join(projectDir, "supabase/import_map.json")),
  );
  const versions = Object.entries({ ...named.dependencies, ...named.devDependencies })
    .filter(([name]) => name !== "socle-client");
  assert.deepEqual(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)), []);
  const shared = versions.flatMap(([name, version]) => {
    const pinned = ours.imports[name];
    return pinned === undefined ? [] : [{ page: `npm:${name}@${version}`, ours: pinned }];
  });
  assert.ok(shared.length >= 4, `${shared.length}`);
  for (const one of shared) assert.equal(one.page, one.ours);
});
