/**
 * `task gates`: what must hold of the files themselves, without running anything: who imports what, what is
 * documented, which versions, no secrets. Exits 1 with a line for each thing that does not hold.
 */
import { gates } from "./gates/gates.ts";
import { repository } from "./gates/tree.ts";
import { readSwitches } from "../local/cli/arguments.ts";

readSwitches("Usage: task gates");

const tree = await repository();
let failed = false;
for (const { name, complaints } of gates) {
  const found = await complaints(tree);
  console.log(`${found.length === 0 ? "ok  " : "FAIL"} ${name}`);
  for (const complaint of found) console.error(complaint);
  failed ||= found.length > 0;
}
if (failed) Deno.exit(1);
