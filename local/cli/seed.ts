/**
 * `task seed`: what supabase/seed.sql cannot hold. On the running local stack five users, what they did, and
 * files, all of it now; `task start` does it by itself for data that is new, each thing on its day. On a hosted
 * project that the seed was pushed to (`SUPABASE_URL` and `SUPABASE_SECRET_KEY` name it) the files, and never a
 * user.
 */
import { fillDemo } from "../demo/fill.ts";
import { writeDemoState } from "../demo/state.ts";
import { dataDir, runningVariables } from "./running.ts";
import { readSwitches } from "./arguments.ts";

readSwitches("Usage: task seed");

const { SUPABASE_URL, SUPABASE_SECRET_KEY } = Deno.env.toObject();
if (SUPABASE_URL && SUPABASE_SECRET_KEY) {
  console.log(
    `Added: ${await fillDemo({ SUPABASE_URL, SUPABASE_SECRET_KEY }, { people: false })}.`,
  );
} else {
  const added = await fillDemo(await runningVariables(), { people: true });
  await writeDemoState(dataDir, "there");
  console.log(`Added: ${added}.`);
}
// A client's open connections wait for nothing.
Deno.exit(0);
