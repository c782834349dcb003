/**
 * `task smoke --url https://<ref>.supabase.co --key sb_publishable_…`: whether a deployment answers as it
 * should, without an account and without changing anything. Exits 1 with a line for each thing that does not.
 */
import { parseArgs } from "node:util";
import { smokeChecks } from "./smoke/checks.ts";
import { supabaseDir } from "../local/stack.ts";
import { readDeclarations } from "../local/functions/declarations.ts";

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}

const usage = "Usage: task smoke --url https://<ref>.supabase.co --key <publishable key>";

function readArguments() {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: { url: { type: "string" }, key: { type: "string" } },
    });
    return values;
  } catch (error) {
    if (error instanceof TypeError) fail(`${error.message}\n${usage}`);
    throw error;
  }
}

const { url, key } = readArguments();
if (url === undefined || !URL.canParse(url) || key === undefined) fail(usage);
if (/^sb_secret_/.test(key)) {
  fail("--key takes the publishable key: nothing here needs the secret one.");
}

const functions = [...(await readDeclarations(supabaseDir)).keys()];
let failed = 0;
for (const { name, run } of smokeChecks({ url: new URL(url).origin, key, functions })) {
  try {
    await run();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n     ${(error as Error).message}`);
  }
}
console.log(failed === 0 ? "The deployment answers as it should." : `${failed} of it does not.`);
if (failed > 0) Deno.exitCode = 1;
