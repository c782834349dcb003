/**
 * `task fuzz [--requests 2000] [--seed N] [--at-once 8] [--codes] [name …]`: starts a stack on free ports
 * with data of its own, and sends generated requests to every endpoint, or to those named.
 */
import { freePorts } from "../../local/ports.ts";
import { publishPlans } from "../../local/publish-plans.ts";
import { projectDir, type Stack, startStack } from "../../local/stack.ts";
import { plansKnown } from "../support/plans-known.ts";

// Passwords of test users need no protection; the default costs 80 ms of a core each.
Deno.env.set("LITE_AUTH_BCRYPT_COST", "4");

const dataDir = await Deno.makeTempDir({ prefix: "socle-fuzz-" });
// Postgres may run as another account, which must be able to enter.
await Deno.chmod(dataDir, 0o755);
let stack: Stack | undefined;
let code = 1;
try {
  stack = await startStack({
    dataDir,
    ports: freePorts(),
    log: () => {},
    durable: false,
    seed: false,
    functionsEnv: { RATE_LIMIT_MULTIPLIER: "1000000" },
  });
  await publishPlans(stack);
  await plansKnown(stack);
  const status = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "tests/fuzz/main.ts", ...Deno.args],
    cwd: projectDir,
    env: { ...stack.functionsEnv, ...stack.env },
    stdin: "null",
  }).spawn().status;
  code = status.code;
} finally {
  await stack?.stop();
  for (const folder of [stack?.databaseDir, dataDir]) {
    if (folder !== undefined) await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}
Deno.exit(code);
