import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Log } from "../log.ts";

/** What Deno itself reads: its cache, certificates, proxies. Nothing else of ours reaches a function. */
const denoVariables = [
  "PATH",
  "HOME",
  "USERPROFILE",
  "SYSTEMROOT",
  "LOCALAPPDATA",
  "XDG_CACHE_HOME",
  "DENO_DIR",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NPM_CONFIG_REGISTRY",
  "HTTPS_PROXY",
  "https_proxy",
];

/**
 * The whole environment of a function's process: what Deno needs, the hosted platform's own
 * variables, `given`, and over them `supabaseDir/functions/.env`. As on the hosted platform a name
 * of the file that starts with `SUPABASE_` is skipped, with a warning.
 */
export async function readEnvironment(
  supabaseDir: string,
  given: Record<string, string>,
  log: Log,
): Promise<Record<string, string>> {
  const environment: Record<string, string> = {
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    // The local services are on loopback: a company proxy cannot reach them.
    NO_PROXY: [Deno.env.get("NO_PROXY"), "127.0.0.1,localhost"].filter(Boolean).join(","),
    SB_REGION: "local",
  };
  for (const name of denoVariables) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  Object.assign(environment, given);

  const file = await Deno.readTextFile(join(supabaseDir, "functions", ".env")).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  for (const [name, value] of Object.entries(parseEnv(file))) {
    if (value === undefined) continue;
    if (name.startsWith("SUPABASE_")) {
      log("functions", `functions/.env: ${name} is skipped, SUPABASE_ is the platform's`, "warn");
      continue;
    }
    environment[name] = value;
  }
  return environment;
}
