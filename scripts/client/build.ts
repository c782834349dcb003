/** Makes the client's package: what TypeScript writes for `client/src`, beside what npm shows of it. */
import { basename, join } from "node:path";
import ts from "typescript";
import { clientPackage } from "./package.ts";

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  // Of the platform it asks for what browsers, Node and Deno have in common.
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  declaration: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

/**
 * Compiles the client of the checkout at `root` into `folder`, which is emptied first.
 *
 * @returns the names of the package's files
 * @throws with what TypeScript complains of
 */
export async function buildClient(root: string, folder: string): Promise<string[]> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  const program = ts.createProgram([join(root, "client/src/mod.ts")], {
    ...options,
    outDir: folder,
    rootDir: join(root, "client/src"),
  });
  const complaints = [
    ...ts.getPreEmitDiagnostics(program),
    // Types keep the names of sources: a package has none.
    ...program.emit(undefined, (path, text) => {
      Deno.writeTextFileSync(
        join(folder, basename(path)),
        path.endsWith(".d.ts") ? text.replaceAll(/(["']\.\/[\w-]+)\.ts(["'])/g, "$1.js$2") : text,
      );
    }).diagnostics,
  ];
  if (complaints.length > 0) {
    throw new Error(ts.formatDiagnostics(complaints, {
      getCurrentDirectory: () => root,
      getCanonicalFileName: (name) => name,
      getNewLine: () => "\n",
    }));
  }
  await Deno.writeTextFile(
    join(folder, "package.json"),
    JSON.stringify(clientPackage, null, 2) + "\n",
  );
  await Deno.copyFile(join(root, "client/README.md"), join(folder, "README.md"));
  await Deno.copyFile(join(root, "LICENSE"), join(folder, "LICENSE"));
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}
