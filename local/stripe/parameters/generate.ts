/**
 * Writes `generated.ts`: which parameters each call of the local Stripe takes, and which paths each
 * object expands, read from the declarations of the `stripe` package itself.
 *
 *     deno run -A local/stripe/parameters/generate.ts           # write
 *     deno run -A local/stripe/parameters/generate.ts --check   # exit 1 where the file is stale
 *
 * Only the calls that the local Stripe serves are written. The compiler's checker is used rather
 * than the syntax alone, because a parameter type leans on aliases of five other files.
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { readSwitches } from "../../cli/arguments.ts";
import { resources } from "../resources.ts";
import { ExpandReader, objectInterfaces } from "./read-expands.ts";
import { methodsOf } from "./read-methods.ts";
import { ShapeReader } from "./read-shapes.ts";

const target = new URL("./generated.ts", import.meta.url);

/** The text that `generated.ts` should hold, for the installed version of the `stripe` package. */
export function generate(): string {
  const main = fileURLToPath(import.meta.resolve("stripe"));
  const root = main.slice(0, main.lastIndexOf("/esm/") + "/esm".length);
  const folder = join(root, "resources");
  const declarations = ts.sys.readDirectory(folder, [".d.ts"]);
  const program = ts.createProgram(declarations, {
    skipLibCheck: true,
    strict: true,
    lib: ["lib.es2022.d.ts"],
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  const checker = program.getTypeChecker();

  const methods = methodsOf(program, declarations);
  const shapes = new ShapeReader(checker);
  const calls = resources.flatMap((resource) => resource.operations.map(({ name }) => name)).sort();
  const callLines = calls.map((call) => {
    const parameters = methods.get(call);
    if (parameters === undefined) throw new Error(`cannot find ${call} in the stripe package`);
    const shape = parameters === null ? null : shapes.nameOf(parameters);
    return `  ${JSON.stringify(call)}: ${JSON.stringify(shape)},`;
  });

  const kinds = new Set<string>(resources.flatMap((resource) => resource.kinds));
  const expands = new ExpandReader(checker);
  const expandLines = [...objectInterfaces(program, declarations)]
    .filter(([kind]) => kinds.has(kind))
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([kind, type]) => `  ${JSON.stringify(kind)}: ${JSON.stringify(expands.pathsOf(type))},`);

  const version = JSON.parse(ts.sys.readFile(join(dirname(root), "package.json")) ?? "{}").version;
  return [
    "// deno-fmt-ignore-file",
    `// Written by generate.ts from the declarations of stripe ${version}. Do not edit.`,
    'import type { Expands, Shape } from "./grammar.ts";',
    "",
    "/** The shape of each call's parameters, by name in `shapes`; null where it takes none. */",
    "export const calls: Record<string, string | null> = {",
    ...callLines,
    "};",
    "",
    "export const shapes: Record<string, Shape> = {",
    ...shapes.lines(),
    "};",
    "",
    "/** Which paths of each object `expand` takes: ids to replace, fields to include. */",
    "export const expands: Record<string, Expands> = {",
    ...expandLines,
    "};",
    "",
  ].join("\n");
}

if (import.meta.main) {
  const { check } = readSwitches("Usage: task stripe-parameters [--check]", "check");
  const text = generate();
  const name = relative(Deno.cwd(), fileURLToPath(target));
  if (check) {
    if (await Deno.readTextFile(target) !== text) {
      console.error(
        `${name} is stale: run deno run -A ${relative(Deno.cwd(), fileURLToPath(import.meta.url))}`,
      );
      Deno.exit(1);
    }
  } else {
    await Deno.writeTextFile(target, text);
  }
}
