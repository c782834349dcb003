/**
 * The operator's own variables: what supabase/functions/.env sets for this machine, and
 * supabase/functions/.env.production for a deployment. Empty counts as not set.
 */
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Log } from "./log.ts";

/** Where the variables of a deployment are, for messages. */
export const deploymentFile = "supabase/functions/.env.production";

/** What a file sets, also to nothing; undefined when there is none. */
export async function readEnvFile(path: string): Promise<Record<string, string> | undefined> {
  try {
    return parseEnv(await Deno.readTextFile(path)) as Record<string, string>;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function withoutEmpty(variables: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
}

/** Whether a key is one of Stripe's that move real money. */
export function isLiveKey(key: string | undefined): boolean {
  return /^(sk|rk)_live_/.test(key ?? "");
}

/**
 * What `.env` sets; nothing when there is none. Names that the platform reserves are left out, with a warning.
 *
 * @throws {Error} where it holds a live key: what is tried on this machine would charge cards
 */
export async function readOwnVariables(
  supabaseDir: string,
  log: Log,
): Promise<Record<string, string>> {
  const set = withoutEmpty(await readEnvFile(join(supabaseDir, "functions/.env")));
  if (isLiveKey(set["STRIPE_SECRET_KEY"])) {
    throw new Error(
      "supabase/functions/.env holds a live key of Stripe, with which this machine would move real money. " +
        `Write a test key there, or none; a deployment's variables belong into ${deploymentFile}.`,
    );
  }
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(set)) {
    if (name.startsWith("SUPABASE_")) {
      log("env", `${name} in supabase/functions/.env is skipped: the platform sets it`, "warn");
    } else {
      own[name] = value;
    }
  }
  return own;
}

/** What the file of a deployment sets; nothing when there is none. */
export async function readDeploymentVariables(
  supabaseDir: string,
): Promise<Record<string, string>> {
  return withoutEmpty(await readEnvFile(join(supabaseDir, "functions/.env.production")));
}
