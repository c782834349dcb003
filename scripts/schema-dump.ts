/** `task schema`: writes docs/schema.sql from the migrations; with --check only compares. */
import postgres from "postgres";
import { freshDatabase } from "../local/postgres/fresh-database.ts";
import { check, derived, write } from "./drift/derived.ts";
import { dumpSchema } from "./drift/schema.ts";
import { readSwitches } from "../local/cli/arguments.ts";

const { check: checking } = readSwitches("Usage: task schema [--check]", "check");

await using database = await freshDatabase();
const sql = postgres(database.url, { max: 1, onnotice: () => {} });
const text = await dumpSchema(sql).finally(() => sql.end());
if (checking) {
  const complaint = await check(derived.schema, text, "schema");
  if (complaint !== undefined) {
    console.error(complaint);
    Deno.exitCode = 1;
  }
} else {
  console.log(await write(derived.schema, text));
}
