/** `task start`: runs the whole backend on loopback until Ctrl-C. */
import { beginDemo, demoStateOf, type Filling, unwantDemo, wantDemo } from "../demo/begin.ts";
import { assertFree, portsFrom } from "../ports.ts";
import { publishPlans } from "../publish-plans.ts";
import { type Stack, startStack } from "../stack.ts";
import type { Log } from "../log.ts";
import { terminalLog } from "./lines.ts";
import { openLogFile } from "./log-file.ts";
import { dataDir, readRunning, removeRunning, writeRunning } from "./running.ts";
import { startScreen } from "./screen.ts";
import { fail, readArguments } from "./arguments.ts";

const defaultPort = 54321;

function readOptions(): { port: number; seed: boolean } {
  const { values } = readArguments("Usage: task start [--port N] [--no-seed]", {
    options: {
      port: { type: "string", default: String(defaultPort) },
      /** Neither products nor users in a database that is new. */
      "no-seed": { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  if (Number.isInteger(port) && port > 0 && port <= 65_530) {
    return { port, seed: !values["no-seed"] };
  }
  fail(`--port takes a number from 1 to 65530, not ${values.port}`);
}

/** Shows what takes long: nothing in the first two seconds, then each step that is under way. */
function showProgress(): { step(name: string): void; end(): void } {
  let current = "preparing";
  let shown = "";
  const timer = setInterval(() => {
    if (shown !== current) console.log(`… ${current}`);
    shown = current;
  }, 2000);
  return { step: (name) => current = name, end: () => clearInterval(timer) };
}

const started = performance.now();
const running = await readRunning();
if (running !== undefined) {
  fail(`The stack runs already (process ${running.pid}) at ${running.env["SUPABASE_URL"]}.`);
}
const { port, seed } = readOptions();
let stack: Stack | undefined;
let filling: Filling | undefined;
let stopping = false;
const stopped = Promise.withResolvers<void>();

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  // At once, before anything is awaited: its end is then no failure, for which the clocks would move.
  const ending = filling?.stop();
  await removeRunning();
  await ending;
  await stack?.stop();
  stopped.resolve();
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => void stop());
}

const progress = showProgress();
try {
  const keepLine = await openLogFile(dataDir);
  const log: Log = (source, message, level) => {
    terminalLog(source, message, level);
    keepLine(source, message, level);
  };
  const databaseUrl = Deno.env.get("SOCLE_DATABASE_URL");
  const redisUrl = Deno.env.get("REDIS_URL");
  const { database, ...others } = portsFrom(port);
  // A database of one's own needs no port of ours.
  assertFree(databaseUrl === undefined ? { database, ...others } : others);
  if (!seed) await unwantDemo(dataDir);
  const up = await startStack({
    dataDir,
    ports: portsFrom(port),
    log,
    databaseUrl,
    redisUrl,
    ownVariables: true,
    watch: true,
    web: true,
    seed,
    beforeSeed: (unseeded) => wantDemo(unseeded, dataDir),
    progress: progress.step,
  });
  stack = up;
  const demo = await demoStateOf(up, dataDir);
  // Behind it only while somebody goes through the past.
  if (demo !== "wanted") await up.toRealTime();
  progress.step("plans");
  // An account of the operator's own is changed only by `task plans`.
  if (up.ownStripe) console.log("Stripe itself is used: `task plans` gives it the declared plans.");
  else await publishPlans(up);
  progress.end();
  if (stopping) {
    await up.stop(); // Ctrl-C came while it started.
  } else {
    await writeRunning(up.env);
    const seconds = (performance.now() - started) / 1000;
    console.log(startScreen(up.env, seconds, { databaseDir: up.databaseDir, demo }));
    await up.warm();
    if (demo === "wanted" && !stopping) filling = beginDemo(up, log);
  }
} catch (error) {
  progress.end();
  await removeRunning();
  await stack?.stop();
  if (!stopping) fail(error instanceof Error ? error.message : String(error));
}
if (stack !== undefined) await stopped.promise;
Deno.exit(0);
