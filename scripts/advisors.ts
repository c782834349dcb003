/** `task advisors`: runs Supabase's advisors on the migrations, and writes docs/advisors.md. */
import { freshDatabase } from "../local/postgres/fresh-database.ts";
import { advisorComplaints, advisorsPage } from "./drift/advisors.ts";
import { derived, write } from "./drift/derived.ts";
import { readSwitches } from "../local/cli/arguments.ts";

readSwitches("Usage: task advisors");

await using database = await freshDatabase();
const complaints = await advisorComplaints(database.url);
if (complaints.length > 0) {
  console.error(complaints.join("\n"));
  Deno.exitCode = 1;
} else {
  console.log(await write(derived.advisors, await advisorsPage()));
}
