/**
 * `task drop <part>`: makes of this checkout one without the part, so that everything that remains is
 * green: docs/without-the-shop.md. Run it again after each upgrade.
 *
 * With `--try` it does so in a copy, and then runs what `task ok` runs there, but for measuring and chaos.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { drop } from "./drop/drop.ts";
import { regenerate } from "./drop/regenerate.ts";
import { shop } from "./drop/shop/part.ts";
import { tryOut } from "./drop/try-out.ts";

const parts = [shop];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (line: string) => console.log(line);

const [name, ...options] = Deno.args;
const part = parts.find((one) => one.name === name);
const isTry = options.join() === "--try";
if (part === undefined || (options.length > 0 && !isTry)) {
  console.error(`usage: deno task drop ${parts.map((one) => one.name).join("|")} [--try]`);
  Deno.exit(2);
}
if (isTry) {
  if (!await tryOut(part, say)) Deno.exit(1);
} else {
  for (const line of await drop(root, part)) say(line);
  await regenerate(root, say);
  say(`The ${part.name} is gone. Look at the difference, run \`task ok\`, and commit.`);
}
