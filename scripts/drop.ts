/**
 * `task drop <part>`: makes of this checkout one without the part, so that everything that remains is
 * green: docs/without-the-shop.md. Run it again after each upgrade.
 *
 * With `--try` it does so in a copy, and then runs what `task ok` runs there, but for measuring and chaos.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, readArguments } from "../local/cli/arguments.ts";
import { drop } from "./drop/drop.ts";
import { regenerate } from "./drop/regenerate.ts";
import { shop } from "./drop/shop/part.ts";
import { tryOut } from "./drop/try-out.ts";

const parts = [shop];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (line: string) => console.log(line);

const usage = `Usage: task drop ${parts.map((one) => one.name).join("|")} [--try]`;
const { values: { try: isTry }, positionals: [name, ...more] } = readArguments(usage, {
  allowPositionals: true,
  options: { try: { type: "boolean", default: false } },
});
const part = parts.find((one) => one.name === name);
if (part === undefined || more.length > 0) fail(usage);
if (isTry) {
  if (!await tryOut(part, say)) Deno.exit(1);
} else {
  for (const line of await drop(root, part)) say(line);
  await regenerate(root, say);
  say(`The ${part.name} is gone. Look at the difference, run \`task ok\`, and commit.`);
}
