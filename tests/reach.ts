/** The test files, and what one reaches by its imports. */
import { join } from "node:path";
import { importsOf, target } from "../scripts/gates/imports.ts";
import { root, type Tree } from "../scripts/gates/tree.ts";

/** Where tests and what they stand on are. */
const folders = ["tests", "local", "scripts"];

/** Tells whether a file is, or imports at any remove, one whose path matches. */
export type Reaches = (path: string, wanted: RegExp[]) => boolean;

/** Reads the imports of a checkout's tests and of what they stand on. */
export async function reachOf(tree: Tree): Promise<Reaches> {
  const imports = new Map<string, string[]>();
  for (
    const one of await importsOf(
      tree,
      (path) => folders.some((folder) => path.startsWith(`${folder}/`)),
    )
  ) {
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

/** As `deno test` finds them. */
const testFile = /(^|[/._])test\.(ts|tsx|mts|js|mjs|jsx)$/;

/** Every test file's path, in order. */
export function testFiles(tree: Tree): string[] {
  return tree.paths.filter((path) => path.startsWith("tests/") && testFile.test(path)).sort();
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await filesBelow(path));
    else found.push(path);
  }
  return found;
}

/** The tests of this checkout and what they stand on, as they lie there: whoever downloaded it may have no git. */
export async function testTree(): Promise<Tree> {
  return {
    paths: (await Promise.all(folders.map(filesBelow))).flat().sort(),
    read: (path) => Deno.readTextFile(join(root, path)),
  };
}
