/**
 * Which test files need nothing but the variables of a running stack: they reach it by HTTP, and its database
 * by its address. The others make databases, stacks or providers of their own, which only the embedded stack
 * can give them.
 */
import { importsOf, target } from "../scripts/gates/imports.ts";
import type { Tree } from "../scripts/gates/tree.ts";

/** What brings a server, a database or a stack of a test's own. */
const embedded = [
  /^tests\/support\/(database|own-stack|faulty-stack|in-process|plans-prepared)\.ts$/,
  /^tests\/rls\/(world|rest-world)\.ts$/,
  /^local\/(stack|keys)\.ts$/,
  /^local\/postgres\//,
  /^local\/gateway\//,
];
/** Of the stand-ins and the programs here, or of no stack at all. */
const aboutOurselves =
  /^tests\/(local|bench|chaos|fuzz|gates|new|restore|web|deploy|client|docs|unit)\//;
/** Reads processes, or the stack's own files. */
const byOtherMeans = /SOCLE_TEST_|readRunning|Deno\.Command/;

/** Their paths, in order. */
export async function httpOnly(tree: Tree): Promise<string[]> {
  const imports = new Map<string, string[]>();
  for (const one of await importsOf(tree, (path) => /^(tests|local|scripts)\//.test(path))) {
    const to = target(one);
    if (to !== undefined) imports.set(one.path, [...(imports.get(one.path) ?? []), to]);
  }
  const reaches = (path: string, seen = new Set<string>()): boolean => {
    if (embedded.some((pattern) => pattern.test(path))) return true;
    if (seen.has(path)) return false;
    seen.add(path);
    return (imports.get(path) ?? []).some((next) => reaches(next, seen));
  };
  const files = tree.paths.filter((path) =>
    path.startsWith("tests/") && path.endsWith(".test.ts") && !aboutOurselves.test(path) &&
    !reaches(path)
  );
  const texts = await Promise.all(files.map((path) => tree.read(path)));
  return files.filter((_, index) => !byOtherMeans.test(texts[index]!)).sort();
}
