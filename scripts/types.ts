/** `task types`: writes the database's types from the migrations; with --check only compares. */
import { freshDatabase } from "../local/postgres/fresh-database.ts";
import { check, derived, write } from "./drift/derived.ts";
import { generateTypes } from "./drift/types.ts";

await using database = await freshDatabase();
const text = await generateTypes(database.url);
if (Deno.args.includes("--check")) {
  const complaint = await check(derived.types, text, "types");
  if (complaint !== undefined) {
    console.error(complaint);
    Deno.exitCode = 1;
  }
} else {
  console.log(await write(derived.types, text));
}
