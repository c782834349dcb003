/**
 * Builds the web application into a folder, in a process of its own: bundling keeps a core busy, and
 * the packages that only it needs are then not in the way of what starts the backend.
 *
 * `deno run -A local/web/build.ts <folder>`; with VITE_SUPABASE_URL and VITE_SUPABASE_PUBLISHABLE_KEY
 * set, the folder is complete (see web/vite.config.ts).
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { linkPackages } from "./packages.ts";

const [folder] = Deno.args;
if (folder === undefined) {
  console.error("Say where to: deno run -A local/web/build.ts <folder>");
  Deno.exit(2);
}
await linkPackages();
await build({
  root: fileURLToPath(new URL("../../web", import.meta.url)),
  build: { outDir: resolve(folder), emptyOutDir: true },
});
