/** What a listing of a project's secrets lacks. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { missingSecrets, strayArguments } from "../../scripts/secrets/compare.ts";
import { neededVariables } from "../../supabase/functions/_shared/variables.ts";

const names = Object.keys(neededVariables);
const digest = (text: string) => createHash("sha256").update(text).digest("hex");
const listing = (set: string[], value = digest("a value")) =>
  JSON.stringify({ secrets: set.map((name) => ({ name, value })) });

Deno.test("task secrets: what is listed is there, what is not is missing", () => {
  assert.deepEqual(missingSecrets(listing([...names, "SUPABASE_URL"])), []);
  const [first, ...others] = names;
  assert.deepEqual(missingSecrets(listing(others)), [first]);
  assert.deepEqual(missingSecrets("[]"), names);
});

Deno.test("task secrets: a secret that was set to nothing is missing", () => {
  assert.deepEqual(missingSecrets(listing(names, digest(""))), names);
});

Deno.test("task secrets: notices around the list are passed over, and no list is no answer", () => {
  assert.deepEqual(missingSecrets(`A new version is there.\n${listing(names)}\nBye.`), []);
  assert.throws(() => missingSecrets("not linked"), /listed no secrets/);
});

Deno.test("task secrets: only the project can be named", () => {
  assert.equal(strayArguments(["--remote=abcdefghijklmnopqrst"]), undefined);
  assert.match(strayArguments(["--debug"])!, /--debug/);
});
