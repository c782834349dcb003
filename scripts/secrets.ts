/**
 * `task secrets [--remote=<ref>]`: compares the secrets of the hosted project with the variables that it needs.
 * It sees names, and digests of values; never a value. Exits 1 with where to get each that is missing.
 */
import { neededVariables } from "../supabase/functions/_shared/variables.ts";
import { supabaseCli } from "./drift/supabase-cli.ts";
import { projectDir } from "../local/stack.ts";
import { missingSecrets, strayArguments } from "./secrets/compare.ts";

const stray = strayArguments(Deno.args);
if (stray !== undefined) {
  console.error(`${stray}\nUsage: task secrets [--remote=<ref>]`);
  Deno.exit(1);
}
const listed = await supabaseCli(
  ["secrets", "list", "--output-format", "json", ...Deno.args],
  // Linked there: `supabase link`.
  projectDir,
).catch((error: Error) => {
  console.error(error.message);
  Deno.exit(1);
});
const missing = missingSecrets(listed);
for (const name of Object.keys(neededVariables)) {
  console.log(`${missing.includes(name) ? "FAIL" : "ok  "} ${name}`);
  if (missing.includes(name)) console.log(`     not set: ${neededVariables[name]!.from}`);
}
if (missing.length > 0) Deno.exitCode = 1;
