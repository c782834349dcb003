/** `task web`: the web application with reload on change, against the stack that `task start` runs. */
import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import { linkPackages } from "../web/packages.ts";
import { runningVariables } from "./running.ts";
import { readSwitches } from "./arguments.ts";

readSwitches("Usage: task web");

const variables = await runningVariables();
for (const name of ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY"]) {
  Deno.env.set(`VITE_${name}`, variables[name]!);
}
await linkPackages();
const server = await createServer({ root: fileURLToPath(new URL("../../web", import.meta.url)) });
await server.listen();
server.printUrls();
