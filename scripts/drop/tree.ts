/** A checkout's files, and what is done to them. */
import { dirname, join } from "node:path";

/** Folders that hold nothing of the project's own. */
const others = new Set([".git", ".socle", "node_modules", "dist"]);

/** Every file below a folder, as paths relative to it, sorted. */
export async function filesOf(root: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(join(root, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory && !others.has(name)) found.push(...await filesOf(root, path));
    else if (isFile) found.push(path);
  }
  return found.sort();
}

/** Whether a path is one of a part's, or below one. */
export function isBelow(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*");
    return new RegExp(`^${escaped}(/|$)`).test(path);
  });
}

/** Deletes files, and the folders that become empty by it. */
export async function remove(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await Deno.remove(join(root, path));
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      try {
        await Deno.remove(join(root, folder));
      } catch {
        break; // Something else is in it.
      }
    }
  }
}
