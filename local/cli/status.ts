/** `task status`: the running stack's variables as KEY=value lines; exit 1 when nothing runs. */
import { readRunning } from "./running.ts";

const running = await readRunning();
if (running === undefined) {
  console.error("Nothing runs here. Start it with: npx -y deno@2.9.6 task start");
  Deno.exit(1);
}
for (const [name, value] of Object.entries(running.env)) console.log(`${name}=${value}`);
