/** The files of variables: names that mean nothing, and with --deploy what a hosted project needs. */
import { join } from "node:path";
import { neededVariables } from "../../../supabase/functions/_shared/variables.ts";
import { deploymentFile, isLiveKey, readEnvFile } from "../../variables.ts";
import { bad, type Finding, ok, warn } from "./check.ts";

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
  const paused = own["JOBS_PAUSED"]
    ? [bad("JOBS_PAUSED", "set: no job would run", "leave it empty; a restore sets it by hand")]
    : [];
  return [...needed, ...stray, ...paused];
}

/** What is wrong with a file of variables as such. */
function file(
  name: string,
  own: Record<string, string> | undefined,
  known: string[],
  isLocal: boolean,
): Finding {
  if (own === undefined) {
    return isLocal
      ? ok(name, "not there: the stack has values of its own")
      : bad(name, "not there", "copy supabase/functions/.env.example to it, and fill it in");
  }
  if (isLocal && isLiveKey(own["STRIPE_SECRET_KEY"])) {
    const todo = `write a test key there, or none; a deployment's belongs into ${deploymentFile}`;
    return bad(name, "holds a live key of Stripe, and this machine is for trying", todo);
  }
  const unknown = Object.keys(own).filter((one) => !known.includes(one));
  return unknown.length === 0
    ? ok(name, "every name in it is known")
    : warn(name, `nothing of ours reads ${unknown.join(", ")}`, "compare with .env.example");
}

/** Everything about the files. */
export async function variables(supabaseDir: string, deploy: boolean): Promise<Finding[]> {
  const read = (name: string) => readEnvFile(join(supabaseDir, "functions", name));
  const known = Object.keys(await read(".env.example") ?? {});
  const found = [file("supabase/functions/.env", await read(".env"), known, true)];
  if (!deploy) return found;
  const own = await read(".env.production");
  return [...found, file(deploymentFile, own, known, false), ...deployable(own ?? {})];
}
