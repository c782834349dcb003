/**
 * `task test`: starts a stack on free ports with data of its own, runs the tests against it, and takes
 * everything down. Arguments go to `deno test`: paths, --filter. Without any it runs what parts.ts leaves it;
 * `--part=web` runs one of the parts that are named there.
 *
 * With SUPABASE_URL and the other variables of `task status` set, the tests run against that stack. `--http-only`
 * runs those alone that need nothing else of it (http-only.ts): they run against a real Supabase as well.
 */
import { join } from "node:path";
import { type FreshDatabase, freshDatabase } from "../local/postgres/fresh-database.ts";
import { freePorts } from "../local/ports.ts";
import { publishPlans } from "../local/publish-plans.ts";
import { projectDir, siteCacheDir, type Stack, startStack } from "../local/stack.ts";
import { cachedSite } from "../local/web/cache.ts";
import { choose, readAsked } from "./arguments.ts";
import { plansKnown } from "./support/plans-known.ts";
import { preparePlans } from "./support/plans-prepared.ts";

const logFile = Deno.env.get("SOCLE_TEST_LOG");
const asked = await readAsked(Deno.args);
const { files, jobs, manyStacks } = await choose(asked);
/** A few files call a few functions: each starts when it is called. */
const whole = asked.part === undefined && asked.paths.length === 0;

async function startOwnStack(dataDir: string): Promise<Stack> {
  const lines = logFile === undefined
    ? undefined
    : await Deno.open(logFile, { create: true, write: true, truncate: true });
  const encoder = new TextEncoder();
  const stack = await startStack({
    dataDir,
    ports: freePorts(),
    log: (source, message) => lines?.writeSync(encoder.encode(`${source}: ${message}\n`)),
    redisUrl: Deno.env.get("REDIS_URL"),
    durable: false,
    seed: false,
  });
  await publishPlans(stack);
  await Promise.all([whole ? stack.warm() : undefined, plansKnown(stack)]);
  return stack;
}

async function runTests(env: Record<string, string>): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "-A", "--no-check", "--parallel", "--reporter=dot"],
      ...asked.options,
      ...files,
    ],
    cwd: projectDir,
    env: { ...env, DENO_JOBS: Deno.env.get("DENO_JOBS") ?? String(jobs) },
    stdin: "null",
  }).spawn().status;
  return code;
}

// Passwords of test users need no protection; the default costs 80 ms of a core each.
Deno.env.set("LITE_AUTH_BCRYPT_COST", "4");

if (Deno.env.has("SUPABASE_URL")) {
  if (asked.part !== undefined && manyStacks) {
    throw new Error(`tests of "${asked.part}" start stacks of their own: unset SUPABASE_URL`);
  }
  Deno.exit(await runTests({}));
}

const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
const dataDir = await Deno.makeTempDir({ prefix: "socle-test-" });
// Postgres may run as another account, which must be able to enter.
await Deno.chmod(dataDir, 0o755);
let stack: Stack | undefined;
let template: FreshDatabase | undefined;
let code = 1;
try {
  stack = await startOwnStack(dataDir);
  console.log(`stack ready after ${seconds()} s`);
  // Migrated once; what tests want for themselves is a copy of it.
  template = await freshDatabase({ server: stack.adminDatabaseUrl });
  await (await template.gateway()).stop();
  const settings = {
    SOCLE_TEST_DATABASE: stack.adminDatabaseUrl,
    SOCLE_TEST_TEMPLATE: new URL(template.adminUrl).pathname.slice(1),
  };
  const [plans] = manyStacks
    ? await Promise.all([
      preparePlans({
        server: settings.SOCLE_TEST_DATABASE,
        template: settings.SOCLE_TEST_TEMPLATE,
        dataDir: join(dataDir, "plans"),
      }),
      // Before any test: the build installs packages beside those that the functions are starting from.
      cachedSite({ cacheDir: siteCacheDir, log: () => {}, signal: new AbortController().signal }),
    ])
    : [];
  console.log(`copies to be made of it ready after ${seconds()} s`);
  code = await runTests({ ...stack.env, ...settings, ...plans });
} finally {
  await template?.[Symbol.asyncDispose]();
  await stack?.stop();
  const databaseDir = stack?.databaseDir ?? join(dataDir, "postgres");
  for (const folder of [databaseDir, dataDir]) {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}
console.log(`tests took ${seconds()} s in all`);
Deno.exit(code);
