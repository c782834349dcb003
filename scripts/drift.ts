/**
 * `task drift`: whether what is made from the migrations is up to date (schema dump, types), and whether
 * the advisors find anything new; all on one database.
 */
import postgres from "postgres";
import { freshDatabase } from "../local/postgres/fresh-database.ts";
import { advisorComplaints, advisorsPage } from "./drift/advisors.ts";
import { check, derived } from "./drift/derived.ts";
import { dumpSchema } from "./drift/schema.ts";
import { generateTypes } from "./drift/types.ts";
import { readSwitches } from "../local/cli/arguments.ts";

readSwitches("Usage: task drift");

await using database = await freshDatabase();
const sql = postgres(database.url, { max: 1, onnotice: () => {} });
const [schema, types, advice] = await Promise.all([
  dumpSchema(sql).finally(() => sql.end()),
  generateTypes(database.url),
  advisorComplaints(database.url),
]);
const complaints = [
  await check(derived.schema, schema, "schema"),
  await check(derived.types, types, "types"),
  await check(derived.advisors, await advisorsPage(), "advisors"),
  ...advice,
].filter((one) => one !== undefined);
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) Deno.exitCode = 1;
else console.log("schema dump, types and advisors: up to date");
