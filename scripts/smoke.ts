/**
 * `task smoke --url https://<ref>.supabase.co --key sb_publishable_… [--patience 90]`: whether a deployment answers as it
 * should, without an account and without changing anything. Exits 1 with a line for each thing that does not.
 */
import { smokeChecks } from "./smoke/checks.ts";
import { supabaseDir } from "../local/stack.ts";
import { readDeclarations } from "../local/functions/declarations.ts";
import { fail, readArguments } from "../local/cli/arguments.ts";

const usage =
  "Usage: task smoke --url https://<ref>.supabase.co --key <publishable key> [--patience <seconds>]";

const { values: { url, key, patience: seconds } } = readArguments(usage, {
  options: {
    url: { type: "string" },
    key: { type: "string" },
    patience: { type: "string", default: "90" },
  },
});
const patience = Number(seconds) * 1000;
if (url === undefined || !URL.canParse(url) || key === undefined || !(patience >= 0)) fail(usage);

/** Whether it is a secret key, of today's form or a JWT of old whose role is the service's. */
function isSecret(key: string): boolean {
  if (key.startsWith("sb_secret_")) return true;
  const payload = key.split(".")[1];
  if (payload === undefined) return false;
  try {
    const claims = JSON.parse(new TextDecoder().decode(
      Uint8Array.fromBase64(payload, { alphabet: "base64url" }),
    )) as { role?: unknown } | null;
    return claims?.role === "service_role";
  } catch (error) {
    if (error instanceof SyntaxError) return false; // No JWT.
    throw error;
  }
}

if (isSecret(key)) {
  fail("--key takes the publishable key: nothing here needs the secret one.");
}

const functions = [...(await readDeclarations(supabaseDir)).keys()];
let failed = 0;
for (const { name, run } of smokeChecks({ url: new URL(url).origin, key, functions }, patience)) {
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
