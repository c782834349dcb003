/** What the web application is made of: a build is good until one of these files changes. */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** `web/` itself, and where it imports from. */
const folders = ["web", "client/src", "supabase/functions/_shared"];

/** The versions of its packages. */
const others = ["supabase/import_map.json"];

const skipped = new Set(["dist", "node_modules"]);

async function filesUnder(root: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory) found.push(path);
    else if (!skipped.has(entry.name)) found.push(...await filesUnder(root, path));
  }
  return found;
}

/** A hash of every source's path and content. */
export async function hashSources(projectDir: string): Promise<string> {
  const found = await Promise.all(folders.map((folder) => filesUnder(projectDir, folder)));
  const paths = [...found.flat(), ...others].sort();
  const hash = createHash("sha256");
  for (const path of paths) {
    const content = await Deno.readFile(join(projectDir, path));
    hash.update(`${path}\n${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}
