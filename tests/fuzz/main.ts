/**
 * Sends every endpoint generated requests, in the process that `run.ts` starts: the stack has the other
 * core. Prints each failure as a request to repeat, then what came of all.
 */
import { parseArgs } from "node:util";
import postgres from "postgres";
import { loadDeclarations } from "../../scripts/declarations.ts";
import { stack } from "../support/stack.ts";
import { curl } from "./curl.ts";
import { type Outcome, runEndpoint } from "./endpoint-run.ts";
import { errorLines, keepLogs, loadFunctions, wakeSeldom } from "./in-process.ts";
import { depthFaults, enoughRequests } from "./never-succeeding.ts";
import { supplies } from "./supplies/mod.ts";
import { sum, table } from "./table.ts";
import { prepareGround } from "./world.ts";

const { values: options, positionals: names } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    requests: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    "at-once": { type: "string", default: "8" },
    codes: { type: "boolean", default: false },
    progress: { type: "boolean", default: false },
  },
});

const print = console.log.bind(console);
const seed = Number(options.seed);
const requests = Number(options.requests);

const all = await loadDeclarations();
const chosen = all.filter(({ name, address, declaration: { method } }) =>
  names.length === 0 || names.includes(name) || names.includes(`${address} ${method}`)
);
if (chosen.length === 0) throw new Error(`no endpoint is called ${names.join(" or ")}`);

/** A plan's long texts tell nothing more for being told whole. */
function short(_key: string, value: unknown): unknown {
  return typeof value === "string" && value.length > 200
    ? `${value.slice(0, 100)}… (${value.length} characters)`
    : value;
}

/** The command, in a file where it would fill the screen. */
async function repeatable(command: string): Promise<string> {
  if (command.length < 3000) return command;
  const file = await Deno.makeTempFile({ prefix: "socle-fuzz-", suffix: ".sh" });
  await Deno.writeTextFile(file, `${command}\n`);
  return `sh ${file}`;
}

async function report({ label, failure }: Outcome): Promise<string> {
  const { message, plan, built, requestId } = failure!;
  const logged = requestId === undefined ? undefined : errorLines.get(requestId);
  return [
    `\n${label} FAILED: ${message}`,
    `plan: ${JSON.stringify(plan, short)}`,
    ...(built === undefined ? [] : [await repeatable(curl(built, stack.url))]),
    ...(logged === undefined ? [] : [`logged: ${logged}`]),
    `again: deno task fuzz --seed ${seed} --requests ${requests} '${label}'`,
  ].join("\n");
}

print(`seed ${seed}: ${requests} requests to each of ${chosen.length} endpoints`);
wakeSeldom();
const serve = await loadFunctions();
keepLogs();
const started = performance.now();
const sql = postgres(stack.databaseUrl, { max: 8, onnotice: () => {} });
const ground = await prepareGround({
  at: stack,
  sql,
  signingKey: Deno.env.get("API_KEY_SIGNING_JWK")!,
  supplies,
});

function progress({ label, took }: Outcome, from: number): string {
  const spent = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  return `${spent(performance.now() - from)}: ${label}, ${took.length} requests that took ${
    spent(took.reduce((sum, ms) => sum + ms, 0))
  }`;
}

const outcomes: Outcome[] = [];
const waiting = [...chosen];
await Promise.all(Array.from({ length: Number(options["at-once"]) }, async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const outcome = await runEndpoint(next, { ground, serve, all, seed, requests });
    outcomes.push(outcome);
    if (options.progress) print(progress(outcome, started));
    if (outcome.failure !== undefined) print(await report(outcome));
  }
}));
await sql.end();

const order = new Map(chosen.map(({ address, declaration }, index) => [
  `${address} ${declaration.method}`,
  index,
]));
outcomes.sort((a, b) => order.get(a.label)! - order.get(b.label)!);
print(table(outcomes));
if (options.codes) {
  for (const { label, codes } of outcomes) {
    print(`${label}: ${[...codes].map(([code, times]) => `${code} ${times}`).join(", ")}`);
  }
}
const failed = outcomes.filter(({ failure }) => failure !== undefined);
const shallow = depthFaults(
  // One that failed was not asked to the end.
  outcomes.filter(({ failure }) => failure === undefined),
  all.map(({ address, declaration: { method } }) => `${address} ${method}`),
);
for (const line of shallow) print(line);
const seconds = (performance.now() - started) / 1000;
const total = sum(outcomes).took.length;
print(
  `${total} requests in ${seconds.toFixed(0)} s (${(total / seconds).toFixed(0)}/s), ` +
    `${failed.length} endpoints failed, seed ${seed}`,
);
const tooShallow = requests >= enoughRequests && shallow.length > 0;
Deno.exit(failed.length > 0 || tooShallow ? 1 : 0);
