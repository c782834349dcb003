/** The database's types for supabase-js, by the Supabase CLI. */
import { formatted } from "./formatted.ts";
import { supabaseCli } from "./supabase-cli.ts";

/** The text of database.types.ts. @throws when the CLI gives no types */
export async function generateTypes(databaseUrl: string): Promise<string> {
  const output = await supabaseCli([
    "gen",
    "types",
    `--remote=${databaseUrl}`,
    "--schema",
    "public",
  ]);
  // Notices may stand before and between: drawn with box characters, or before the first type.
  const start = output.indexOf("export type Json");
  if (start < 0) throw new Error(`supabase gen types gave no types:\n${output}`);
  const types = output.slice(start).split("\n").filter((line) => !/^[│└┌▲◇◆]/.test(line));
  return "// Written by `task types` from the migrations: do not edit.\n\n" +
    await formatted(types.join("\n"), "ts");
}
