/**
 * Builds the web application into a folder, in a process of its own: bundling keeps a core busy, and
 * the packages that only it needs are then not in the way of what starts the backend.
 *
 * `task web:build`, or `deno run -A local/web/build.ts <folder>`; with VITE_SUPABASE_URL and VITE_SUPABASE_PUBLISHABLE_KEY
 * set, the folder is complete (see web/vite.config.ts).
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { fail, readArguments } from "../cli/arguments.ts";
import { linkPackages } from "./packages.ts";

const usage = "Usage: task web:build, or deno run -A local/web/build.ts <folder>";
const { positionals: [folder, ...more] } = readArguments(usage, { allowPositionals: true });
if (folder === undefined || more.length > 0) fail(usage);
await linkPackages();
await build({
  root: fileURLToPath(new URL("../../web", import.meta.url)),
  build: { outDir: resolve(folder), emptyOutDir: true },
});
