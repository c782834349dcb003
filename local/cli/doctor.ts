/**
 * `task doctor [--deploy] [--port N]`: whether the machine, the stack of this checkout, and with --deploy the
 * variables for a hosted project (supabase/functions/.env.production) are well. Exits 1 where something does
 * not work.
 */
import { supabaseDir } from "../stack.ts";
import { fail, readArguments } from "./arguments.ts";
import type { Finding } from "./doctor/check.ts";
import { machine } from "./doctor/machine.ts";
import { stack } from "./doctor/stack.ts";
import { variables } from "./doctor/variables.ts";
import { dataDir } from "./running.ts";

const { values: { deploy, port: wanted } } = readArguments(
  "Usage: task doctor [--deploy] [--port N]",
  {
    options: {
      deploy: { type: "boolean", default: false },
      port: { type: "string", default: "54321" },
    },
  },
);
const port = Number(wanted);
if (!Number.isInteger(port) || port < 1 || port > 65_530) {
  fail(`--port takes a number from 1 to 65530, not ${wanted}`);
}
const findings: Finding[] = [
  ...await machine(),
  ...await stack(dataDir, port),
  ...await variables(supabaseDir, deploy),
];
const width = Math.max(...findings.map(({ about }) => about.length));
for (const { state, about, says, todo } of findings) {
  console.log(`${state.padEnd(4)} ${about.padEnd(width)}  ${says}`);
  if (todo !== undefined) console.log(`${" ".repeat(width + 7)}→ ${todo}`);
}
if (findings.some(({ state }) => state === "fail")) Deno.exitCode = 1;
