/** What a scaffold is: files to write, and what has to be made anew because of them. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tree } from "../gates/tree.ts";

/** Files that a name becomes. */
export interface Scaffold {
  /** Whole texts by their path from the repository's root: new files, and changed ones. */
  files: Record<string, string>;
  /** Tasks that write what is made from them, in order. */
  derive: string[];
  /** What to tell whoever asked for it: what to do next. */
  next: string;
}

const templates = join(dirname(fileURLToPath(import.meta.url)), "templates");

/** The text of a template. */
export function template(name: string): Promise<string> {
  return Deno.readTextFile(join(templates, name));
}

/** A template with its `{{placeholders}}` filled in. @throws for a placeholder without a value */
export async function filled(name: string, values: Record<string, string>): Promise<string> {
  return (await template(name)).replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${name}: nothing to put in place of {{${key}}}`);
    return value;
  });
}

/** The text of a file with something put behind a marker. @throws where the marker is not there, once */
export async function insertedAfter(
  tree: Tree,
  path: string,
  marker: string,
  text: string,
): Promise<string> {
  const parts = (await tree.read(path)).split(marker);
  if (parts.length !== 2) {
    throw new Error(
      `cannot change ${path}: it must hold ${JSON.stringify(marker)} once, and does ${
        parts.length - 1
      } times`,
    );
  }
  return parts[0] + marker + text + parts[1];
}
