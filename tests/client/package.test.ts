/** The package that is published: what it weighs, and that Node and TypeScript take it as it is. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import ts from "typescript";
import { buildClient } from "../../scripts/client/build.ts";
import { stack } from "../support/stack.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A project that has installed the package and supabase-js, and nothing else. */
const project = await Deno.makeTempDir({ prefix: "socle-client-" });
globalThis.addEventListener("unload", () => Deno.removeSync(project, { recursive: true }));
const modules = join(project, "node_modules");
await Deno.mkdir(join(modules, "@supabase"), { recursive: true });
await Deno.symlink(
  await Deno.realPath(join(root, "node_modules/@supabase/supabase-js")),
  join(modules, "@supabase/supabase-js"),
);
const files = await buildClient(root, join(modules, "socle-client"));
await Deno.writeTextFile(join(project, "package.json"), '{"type": "module"}');

/** The same few lines as a newcomer would write. */
const program = `
import { createClient } from "@supabase/supabase-js";
import { createSocle, isSocleError } from "socle-client";

// Node 20 has no WebSocket, which supabase-js asks for at once.
const transport = globalThis.WebSocket ?? class {};
const supabase = createClient("${stack.url}", "${stack.publishableKey}", {
  realtime: { transport: transport as never },
});
const socle = createSocle(supabase);
const { plans } = await socle.plans();
let code = "";
try {
  await socle.authLogin({ email: "nobody@example.com", password: "wrong" });
} catch (error) {
  if (isSocleError(error)) code = error.code;
}
console.log(JSON.stringify({ plans: plans.length, code }));
`;

Deno.test("client package: has code, types, README and licence, and no name of a source", async () => {
  for (const name of ["mod.js", "mod.d.ts", "README.md", "LICENSE", "package.json"]) {
    assert.ok(files.includes(name), name);
  }
  for (const name of files.filter((one) => /\.(js|ts)$/.test(one))) {
    const text = await Deno.readTextFile(join(modules, "socle-client", name));
    assert.doesNotMatch(text, /from "[^"]*\.ts"/, name);
  }
});

Deno.test("client package: is under 5 kB compressed", async () => {
  const output = join(project, "bundle.js");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "-q",
      "--minify",
      "--platform=browser",
      `--output=${output}`,
      "client/src/mod.ts",
    ],
    cwd: root,
    stdin: "null",
  }).output();
  assert.ok(success, decoded(stderr));
  const bytes = gzipSync(await Deno.readFile(output)).length;
  assert.ok(bytes > 1000 && bytes < 5000, `${bytes} bytes`);
});

Deno.test("client package: TypeScript takes its types, in both ways of finding modules", async () => {
  const main = join(project, "main.ts");
  await Deno.writeTextFile(
    main,
    `${program}
    // @ts-expect-error: an address is needed
    socle.authLogin({ password: "wrong" });`,
  );
  for (
    const [module, moduleResolution] of [
      [ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
      [ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
    ] as const
  ) {
    const compiled = ts.createProgram([main], {
      module,
      moduleResolution,
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
      types: [],
      strict: true,
      noEmit: true,
    });
    const complaints = ts.getPreEmitDiagnostics(compiled)
      // Of supabase-js's own types only what concerns ours.
      .filter(({ file }) => !file?.fileName.includes("/@supabase/"))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    assert.deepEqual(complaints, []);
  }
});

const node = spawnSync("node", ["--version"], { encoding: "utf8" });

Deno.test({
  name: "client package: runs under Node 20 and newer, against the stack",
  ignore: node.status !== 0 || Number(/^v(\d+)/.exec(node.stdout)?.[1]) < 20,
  async fn() {
    const main = join(project, "main.js");
    await Deno.writeTextFile(main, program.replace(" as never", ""));
    const { success, stdout, stderr } = await new Deno.Command("node", {
      args: [main],
      cwd: project,
      stdin: "null",
    }).output();
    assert.ok(success, decoded(stderr));
    const { plans, code } = JSON.parse(decoded(stdout)) as { plans: number; code: string };
    assert.ok(plans > 0);
    assert.equal(code, "invalid_credentials");
  },
});
