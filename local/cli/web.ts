/** `task web`: the web application with reload on change, against the stack that `task start` runs. */
import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import { linkPackages } from "../web/packages.ts";
import { readRunning } from "./running.ts";

const running = await readRunning();
if (running === undefined) {
  console.error("Nothing runs here. Start it with: npx -y deno@2.9.6 task start");
  Deno.exit(1);
}
for (const name of ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY"]) {
  Deno.env.set(`VITE_${name}`, running.env[name]!);
}
await linkPackages();
const server = await createServer({ root: fileURLToPath(new URL("../../web", import.meta.url)) });
await server.listen();
server.printUrls();
