/** What a TypeScript file imports, by the compiler's own scanner: static, re-exported and `import("…")`. */
import { posix } from "node:path";
import ts from "typescript";
import type { Tree } from "./tree.ts";

/** An import of one file: the specifier as written. */
export interface Import {
  path: string;
  line: number;
  specifier: string;
}

/** Every import of the TypeScript files whose path passes. */
export async function importsOf(tree: Tree, wanted: (path: string) => boolean): Promise<Import[]> {
  const paths = tree.paths.filter((path) => /\.tsx?$/.test(path) && wanted(path));
  const found = await Promise.all(paths.map(async (path) => {
    const text = await tree.read(path);
    return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
      path,
      line: text.slice(0, pos).split("\n").length,
      specifier: fileName,
    }));
  }));
  return found.flat();
}

/** The path that a relative import leads to, from the repository's root; undefined for any other. */
export function target({ path, specifier }: Import): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined;
}
