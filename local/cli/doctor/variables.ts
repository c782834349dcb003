/** supabase/functions/.env: names that mean nothing, and with --deploy what a hosted project needs. */
import { join } from "node:path";
import { parseEnv } from "node:util";
import { neededVariables } from "../../../supabase/functions/_shared/variables.ts";
import { bad, type Finding, ok, warn } from "./check.ts";

async function read(path: string): Promise<Record<string, string | undefined> | undefined> {
  try {
    return parseEnv(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What stands in for a service on one machine, and must not be set for a hosted project. */
const localOnly = [
  "STRIPE_API_URL",
  "RESEND_BASE_URL",
  "TURNSTILE_VERIFY_URL",
  "WEBHOOKS_TO_LOOPBACK",
];

/** What is wrong with variables of a deployment, one line for each that is needed. */
export function deployable(own: Record<string, string | undefined>): Finding[] {
  const needed = Object.entries(neededVariables).map(([name, { from, form, shape }]) => {
    const value = own[name];
    if (value === undefined || value === "") return bad(name, "not set", from);
    // Several while rotating: each of them.
    const values = /SECRET/.test(name)
      ? value.split(name.startsWith("SEND_") ? "|" : ",")
      : [value];
    return values.every((one) => form.test(one.trim()))
      ? ok(name, "set")
      : bad(name, `does not look like ${shape}`, from);
  });
  const stray = localOnly.filter((name) => own[name])
    .map((name) => bad(name, "set, for this machine alone", "leave it empty when deploying"));
  return [...needed, ...stray];
}

/** Everything about the file. */
export async function variables(supabaseDir: string, deploy: boolean): Promise<Finding[]> {
  const folder = join(supabaseDir, "functions");
  const known = Object.keys(await read(join(folder, ".env.example")) ?? {});
  const own = await read(join(folder, ".env"));
  const file = "supabase/functions/.env";
  const unknown = Object.keys(own ?? {}).filter((name) => !known.includes(name));
  return [
    own === undefined
      ? ok(file, "not there: the stack has values of its own")
      : unknown.length === 0
      ? ok(file, "every name in it is known")
      : warn(file, `nothing of ours reads ${unknown.join(", ")}`, "compare with .env.example"),
    ...(deploy ? deployable(own ?? {}) : []),
  ];
}
