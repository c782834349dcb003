/** The files that git holds, or would hold: what a gate looks at, and what a test spoils a copy of. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's files by their path from its root, with forward slashes. */
export interface Tree {
  paths: string[];
  /** The text of a file. @throws where the tree has no such file */
  read(path: string): Promise<string>;
}

/** One thing that must hold of the files: what does not is a complaint, which begins with its file. */
export interface Gate {
  name: string;
  complaints(tree: Tree): Promise<string[]>;
}

/** The repository that this file is in. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What git tracks, and what it does not ignore and would be added. */
export async function repository(folder = root): Promise<Tree> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: folder,
  }).output();
  if (!success) {
    throw new Error(`cannot list the files of ${folder}: ${new TextDecoder().decode(stderr)}`);
  }
  const listed = new TextDecoder().decode(stdout).split("\0").filter((path) => path !== "");
  const held = await Promise.all(
    listed.map((path) =>
      Deno.lstat(join(folder, path)).then((entry) => entry.isFile, (error) => {
        // Deleted, and not yet so in the index.
        if (error instanceof Deno.errors.NotFound) return false;
        throw error;
      })
    ),
  );
  return {
    paths: [...new Set(listed.filter((_, index) => held[index]))].sort(),
    read: (path) => Deno.readTextFile(join(folder, path)),
  };
}

/** The same tree with some files written anew, or removed where the text is undefined. */
export function changed(tree: Tree, files: Record<string, string | undefined>): Tree {
  const paths = new Set([...tree.paths, ...Object.keys(files)]);
  for (const [path, text] of Object.entries(files)) if (text === undefined) paths.delete(path);
  return {
    paths: [...paths].sort(),
    read(path) {
      if (!Object.hasOwn(files, path)) return tree.read(path);
      const text = files[path];
      return text === undefined
        ? Promise.reject(new Error(`no such file: ${path}`))
        : Promise.resolve(text);
    },
  };
}
