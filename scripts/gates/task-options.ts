/** Which options a task takes, read from the calls by which its script reads them. */
import { posix } from "node:path";
import ts from "typescript";
import { importsOf, target } from "./imports.ts";
import type { Tree } from "./tree.ts";

export interface Tasks {
  [name: string]: { command: string };
}

/** What `tests/run.ts` gives on to `deno test`. */
const ofDenoTest = ["filter", "reporter", "fail-fast", "seed"];

/** The script that gets what follows `task <name>`: the last that its command runs; undefined where that is none. */
export function scriptOf(tasks: Tasks, name: string): string | undefined {
  const last = tasks[name]?.command.split("&&").at(-1)?.trim();
  if (last === undefined) return undefined;
  const other = /^deno task ([\w:-]+)/.exec(last)?.[1];
  if (other !== undefined && other !== name) return scriptOf(tasks, other);
  const script = /^(?:[A-Z_]+=\S* )*deno run (?:-\S+ )*(\S+\.ts)/.exec(last)?.[1];
  return script === undefined ? undefined : posix.normalize(script);
}

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

const parsed = (text: string) => ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest, true);

const calls = (source: ts.SourceFile) => [...nodesOf(source)].filter(ts.isCallExpression);

const reading = (call: ts.CallExpression) =>
  /^(readArguments|readSwitches|parseArgs)$/.test(call.expression.getText());

const isDenoArgs = (node: ts.Node): boolean =>
  ts.isPropertyAccessExpression(node) && node.getText() === "Deno.args";

/** The keys of the object that is the property `options`. */
function keysOf(call: ts.CallExpression): string[] {
  return [...nodesOf(call)].flatMap((node) => {
    if (!ts.isPropertyAssignment(node) || node.name.getText() !== "options") return [];
    if (!ts.isObjectLiteralExpression(node.initializer)) return [];
    return node.initializer.properties.flatMap(({ name }) =>
      name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? [name.text] : []
    );
  });
}

/** What a script compares an argument with, where it reads them itself: `=== "--x"`, `includes("--x")`, `/^--x/`. */
function comparedIn(source: ts.SourceFile): string[] {
  return [...nodesOf(source)].flatMap((node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      return /^\/\^--([\w-]+)(?:\(|\$|=)/.exec(node.text)?.[1] ?? [];
    }
    if (!ts.isStringLiteral(node) || !/^--[\w-]+$/.test(node.text)) return [];
    const { parent } = node;
    const isCompared = ts.isBinaryExpression(parent) ||
      (ts.isCallExpression(parent) && /\.includes$/.test(parent.expression.getText()));
    return isCompared ? node.text.slice(2) : [];
  });
}

/** The script, and what it hands its arguments to: what it imports or starts. */
async function readers(tree: Tree, script: string): Promise<ts.SourceFile[]> {
  const own = parsed(await tree.read(script));
  const nodes = [...nodesOf(own)].filter(isDenoArgs);
  if (nodes.length === 0) return [own];
  const imported = (await importsOf(tree, (path) => path === script)).flatMap((one) =>
    target(one) ?? []
  );
  const isHandedOn = nodes.some(({ parent }) => ts.isSpreadElement(parent));
  const started = isHandedOn
    ? [...nodesOf(own)].flatMap((node) =>
      ts.isStringLiteral(node) && node.text.endsWith(".ts") ? node.text : []
    )
    : [];
  const there = new Set(tree.paths);
  const others = [...new Set([...imported, ...started])].filter((path) => there.has(path));
  return [own, ...(await Promise.all(others.map((path) => tree.read(path)))).map(parsed)];
}

/** The options that a task's script takes, without their dashes. */
export async function optionsOf(tree: Tree, script: string): Promise<string[]> {
  const sources = await readers(tree, script);
  const [own] = sources;
  const readsItself = [...nodesOf(own!)].some(isDenoArgs);
  return [
    ...sources.flatMap((source) =>
      calls(source).filter(reading).flatMap((call) =>
        call.expression.getText() === "readSwitches"
          ? call.arguments.slice(1).flatMap((one) => ts.isStringLiteral(one) ? one.text : [])
          : keysOf(call)
      )
    ),
    ...(readsItself ? sources.flatMap(comparedIn) : []),
    ...(script === "tests/run.ts" ? ofDenoTest : []),
  ];
}

/**
 * Whether a script looks at every argument: by what refuses those that it does not know, or by handing all of
 * them to something. One that takes the first looks at no other.
 */
export function readsAll(text: string): boolean {
  const source = parsed(text);
  return calls(source).some(reading) ||
    [...nodesOf(source)].filter(isDenoArgs).some(({ parent }) =>
      ts.isSpreadElement(parent) ||
      (ts.isCallExpression(parent) && parent.arguments.some(isDenoArgs))
    );
}
