/** What a test file reaches by its imports. */
import { importsOf, target } from "../scripts/gates/imports.ts";
import type { Tree } from "../scripts/gates/tree.ts";

/** Tells whether a file is, or imports at any remove, one whose path matches. */
export type Reaches = (path: string, wanted: RegExp[]) => boolean;

/** Reads the imports of a checkout's tests and of what they stand on. */
export async function reachOf(tree: Tree): Promise<Reaches> {
  const imports = new Map<string, string[]>();
  for (const one of await importsOf(tree, (path) => /^(tests|local|scripts)\//.test(path))) {
    const to = target(one);
    if (to !== undefined) imports.set(one.path, [...(imports.get(one.path) ?? []), to]);
  }
  return (start, wanted) => {
    const seen = new Set<string>();
    const look = (path: string): boolean => {
      if (wanted.some((pattern) => pattern.test(path))) return true;
      if (seen.has(path)) return false;
      seen.add(path);
      return (imports.get(path) ?? []).some(look);
    };
    return look(start);
  };
}

/** Every test file's path, in order. */
export function testFiles(tree: Tree): string[] {
  return tree.paths.filter((path) => path.startsWith("tests/") && path.endsWith(".test.ts")).sort();
}
