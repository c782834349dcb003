/** `task types`: writes the database's types from the migrations; with --check only compares. */
import { freshDatabase } from "../local/postgres/fresh-database.ts";
import { check, derived, write } from "./drift/derived.ts";
import { generateTypes } from "./drift/types.ts";
import { readSwitches } from "../local/cli/arguments.ts";

const { check: checking } = readSwitches("Usage: task types [--check]", "check");

await using database = await freshDatabase();
const text = await generateTypes(database.url);
if (checking) {
  const complaint = await check(derived.types, text, "types");
  if (complaint !== undefined) {
    console.error(complaint);
    Deno.exitCode = 1;
  }
} else {
  console.log(await write(derived.types, text));
}
