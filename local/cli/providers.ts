/**
 * `task providers`: the stand-ins for Stripe, Resend and Upstash alone, beside a Supabase that runs already,
 * until Ctrl-C. Which Supabase, `supabase status -o env` says (of a stack without containers `--env`): API_URL,
 * PUBLISHABLE_KEY, SECRET_KEY, DB_URL. One that is not on this machine is refused.
 *
 * Writes .socle/functions.env for `supabase functions serve --env-file`; `task status`, `db`, `mailbox` and
 * `stripe trigger` then work as on a stack of `task start`.
 */
import { join } from "node:path";
import { isLoopback } from "../loopback.ts";
import { assertFree, portsFrom } from "../ports.ts";
import { type Providers, startProviders } from "../providers.ts";
import { terminalLog } from "./lines.ts";
import { openLogFile } from "./log-file.ts";
import { dataDir, readRunning, removeRunning, writeRunning } from "./running.ts";
import { fail, readSwitches } from "./arguments.ts";

readSwitches("Usage: task providers");

function needed(name: string): string {
  const value = Deno.env.get(name);
  if (value) return value;
  fail(
    `${name} is not set: start Supabase, then take its variables by \`supabase status -o env\` ` +
      "(of a stack without containers by `--env`).",
  );
}

const supabase = {
  url: needed("API_URL"),
  publishableKey: needed("PUBLISHABLE_KEY"),
  secretKey: needed("SECRET_KEY"),
  databaseUrl: needed("DB_URL"),
};
// Generic names, which another project may have left in this shell; and what is written below is for this machine.
for (const [name, url] of [["API_URL", supabase.url], ["DB_URL", supabase.databaseUrl]] as const) {
  if (!isLoopback(url)) fail(`${name} is not on this machine: name a Supabase that runs here.`);
}
const running = await readRunning();
if (running !== undefined) fail(`Something runs here already (process ${running.pid}).`);

/** Beside those of the Supabase CLI, which takes 54321 to 54329. */
const { mail, stripe, redis, web } = portsFrom(Number(Deno.env.get("PROVIDERS_PORT") ?? "54341"));
const stopped = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => stopped.resolve());
}
let providers: Providers | undefined;
try {
  assertFree({ mail, stripe, redis });
  const keepLine = await openLogFile(dataDir);
  providers = await startProviders({
    supabase,
    dataDir,
    ports: { mail, stripe, redis, web },
    log: (source, message, level) => {
      terminalLog(source, message, level);
      keepLine(source, message, level);
    },
  });
  const file = join(dataDir, "functions.env");
  const lines = Object.entries(providers.functionsEnv).map(([name, value]) =>
    `${name}="${value}"\n`
  );
  await Deno.writeTextFile(file, lines.join(""), { mode: 0o600 });
  await writeRunning(providers.env);
  console.log(`Stripe ${providers.env["STRIPE_API_URL"]}, mailbox ${providers.env["MAILBOX_URL"]}.
Serve the functions: npx supabase@3.1.0 functions serve --env-file ${file}
Then the plans:      npx -y deno@2.9.6 task plans`);
  await stopped.promise;
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
} finally {
  await removeRunning();
  await providers?.stop();
}
Deno.exit(0);
