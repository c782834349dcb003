/** Whether what remains without a part is green: everything is checked and tested in a copy. */
import { partNames } from "../../tests/parts.ts";
import { copyCheckout } from "../checkout-copy.ts";
import type { Part } from "./part.ts";

/** As scripts/ok.ts has them. */
const steps: string[][] = [
  ["fmt", "--check"],
  ["lint"],
  ["check", "."],
  ["task", "gates"],
  ["task", "openapi", "--check"],
  ["task", "drift"],
  ["task", "bench", "--check"],
  ["task", "bundles"],
  ["task", "test"],
  ...partNames.map((part) => ["task", `test:${part}`]),
  ["task", "fuzz", "--requests", "10"],
];

/** Drops it in a copy and tells of each step. @returns whether all went well */
export async function tryOut(part: Part, say: (line: string) => void): Promise<boolean> {
  await using copy = await copyCheckout();
  let failed = 0;
  for (const args of [["task", "drop", part.name], ...steps]) {
    const started = performance.now();
    const { success, output } = await copy.deno(args);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`${success ? "ok  " : "FAIL"} ${args.join(" ")} (${seconds} s)`);
    if (success) continue;
    say(output);
    failed++;
    // Nothing of the rest means anything.
    if (args[1] === "drop") break;
  }
  return failed === 0;
}
