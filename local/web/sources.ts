/** What the web application is made of: a build is good until one of these files changes. */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** Beside `web/` and the client itself: what it imports, and the versions of its packages. */
const others = [
  "supabase/functions/_shared/currencies.ts",
  "supabase/functions/_shared/mail/topics.ts",
  "supabase/import_map.json",
];

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
  const paths = [
    ...await filesUnder(projectDir, "web"),
    ...await filesUnder(projectDir, "client/src"),
    ...others,
  ].sort();
  const hash = createHash("sha256");
  for (const path of paths) {
    const content = await Deno.readFile(join(projectDir, path));
    hash.update(`${path}\n${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}
