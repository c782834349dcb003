/**
 * Changes supabase/config.toml for a run of the tests against the CLI's own stack, in a checkout that is thrown
 * away: mails go through our hook, and Auth counts no requests, since all tests come from one address.
 */
import { join } from "node:path";
import { loadKeys } from "../../local/keys.ts";
import { dataDir } from "../../local/cli/running.ts";
import { supabaseDir } from "../../local/stack.ts";
import { forTests } from "./settings.ts";

const file = join(supabaseDir, "config.toml");
// The same keys that `task providers` gives the functions.
await Deno.mkdir(dataDir, { recursive: true });
const { emailHookSecret } = await loadKeys(dataDir);
await Deno.writeTextFile(file, forTests(await Deno.readTextFile(file)));
await Deno.writeTextFile(
  join(supabaseDir, ".env"),
  `SEND_EMAIL_HOOK_SECRET="${emailHookSecret}"\n`,
);
console.log(`${file}: mails by our hook, no limits of Auth`);
