/**
 * `task client:build`: makes client/dist, the package that `npm publish client/dist` publishes: ES modules,
 * their types, README and licence. It needs nothing but supabase-js beside it.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildClient } from "./client/build.ts";
import { readSwitches } from "../local/cli/arguments.ts";

readSwitches("Usage: task client:build");

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "client/dist");
const files = await buildClient(root, folder);
console.log(`${files.length} files in client/dist`);
