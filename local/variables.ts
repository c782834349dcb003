/** The operator's own variables: what supabase/functions/.env sets. Empty counts as not set. */
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Log } from "./log.ts";

/** What `.env` sets; nothing when there is none. Names that the platform reserves are left out, with a warning. */
export async function readOwnVariables(
  supabaseDir: string,
  log: Log,
): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await Deno.readTextFile(join(supabaseDir, "functions", ".env"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) {
    if (value === undefined || value === "") continue;
    if (name.startsWith("SUPABASE_")) {
      log("env", `${name} in supabase/functions/.env is skipped: the platform sets it`, "warn");
      continue;
    }
    own[name] = value;
  }
  return own;
}
