/**
 * `task ok`: everything that must hold before a change lands. Each step's output is shown only when it
 * fails; at the end comes once more what failed, and a line that counts what ran and what did not:
 * `N passed, N failed, N ignored`.
 */
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { readSwitches } from "../local/cli/arguments.ts";
import { partNames } from "../tests/parts.ts";

readSwitches("Usage: task ok");

interface Step {
  name: string;
  command: string[];
  /** Shows its output while it runs. */
  live?: true;
}

const deno = Deno.execPath();
/** The Deno that the hosted edge runtime embeds; it reads neither our lock file nor our node_modules. */
const hosted = ["npx", "-y", "deno@2.1.4"];

async function files(folder: string, pattern: RegExp): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) found.push(...await files(path, pattern));
    else if (pattern.test(path)) found.push(path);
  }
  return found.sort();
}

const functions = await files("supabase/functions", /functions\/[^_][^/]*\/index\.ts$/);

const steps: Step[] = [
  { name: "format", command: [deno, "fmt", "--check"] },
  { name: "lint", command: [deno, "lint"] },
  { name: "types", command: [deno, "check", "."] },
  { name: "packages as locked", command: [deno, "install", "--frozen"] },
  { name: "gates", command: [deno, "task", "gates"] },
  {
    name: "types of the functions on the hosted Deno",
    command: [...hosted, "check", "--no-lock", ...functions],
  },
  {
    name: "unit tests on the hosted Deno",
    command: [...hosted, "test", "-A", "--no-lock", "--no-check", "--reporter=dot", "tests/unit"],
  },
  { name: "API reference as declared", command: [deno, "task", "openapi", "--check"] },
  { name: "local Stripe's parameters", command: [deno, "task", "stripe-parameters", "--check"] },
  { name: "schema, types, advisors", command: [deno, "task", "drift"] },
  { name: "bundles within their budget", command: [deno, "task", "bundles"] },
  { name: "performance page as measured", command: [deno, "task", "bench", "--check"] },
  { name: "tests", command: [deno, "task", "test"], live: true },
  ...partNames.map((part): Step => (
    { name: `tests: ${part}`, command: [deno, "task", `test:${part}`], live: true }
  )),
  { name: "generated requests", command: [deno, "task", "fuzz", "--requests", "10"], live: true },
  // After the tests, since what else runs at that time would be measured as well.
  { name: "performance gate", command: [deno, "task", "bench", "--gate"], live: true },
  { name: "two minutes of chaos", command: [deno, "task", "chaos", "--minutes", "2"], live: true },
];

interface Count {
  passed: number;
  failed: number;
  ignored: number;
}

/** Adds up what `deno test` says of itself: `ok | 52 passed (3 steps) | 0 failed | 1 ignored`. */
function counted(output: string): Count {
  let [passed, failed, ignored] = [0, 0, 0];
  const plain = stripVTControlCharacters(output);
  for (
    const match of plain.matchAll(
      /(\d+) passed.*?(\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/g,
    )
  ) {
    passed += Number(match[1]);
    failed += Number(match[2]);
    ignored += Number(match[3] ?? 0);
  }
  return { passed, failed, ignored };
}

/** How much of a failed step is shown again. */
const linesAgain = 120;
const failures: string[] = [];

/** The end of what a failed step printed; of tests, from where they list what failed. */
function reason(output: string): string {
  const plain = stripVTControlCharacters(output).trimEnd();
  const listed = plain.search(/^ ?ERRORS\b/m);
  const lines = (listed < 0 ? plain : plain.slice(listed)).split("\n");
  if (lines.length <= linesAgain) return lines.join("\n");
  const half = linesAgain / 2;
  return [...lines.slice(0, half), "[…]", ...lines.slice(-half)].join("\n");
}

async function run({ name, command, live }: Step): Promise<Count> {
  const started = performance.now();
  const child = new Deno.Command(command[0]!, {
    args: command.slice(1),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: {
      DENO_NO_UPDATE_CHECK: "1",
      // Behind a company's proxy the older Deno knows the system's certificates only by this.
      DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system,mozilla",
    },
  }).spawn();
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      if (live) await Deno.stdout.write(new TextEncoder().encode(text));
    }
  };
  await Promise.all([collect(child.stdout), collect(child.stderr)]);
  const { success } = await child.status;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${success ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
  if (!success && !live) console.log(output.trimEnd());
  if (!success) failures.push(`FAIL ${name}\n${reason(output)}`);
  const tests = counted(output);
  // A step without tests of its own counts as one.
  if (tests.passed + tests.failed === 0) {
    return { passed: success ? 1 : 0, failed: success ? 0 : 1, ignored: tests.ignored };
  }
  return { ...tests, failed: success ? tests.failed : Math.max(1, tests.failed) };
}

let [passed, failed, ignored] = [0, 0, 0];
for (const step of steps) {
  const tests = await run(step);
  passed += tests.passed;
  failed += tests.failed;
  ignored += tests.ignored;
}
for (const failure of failures) console.log(`\n${failure}\n`);
console.log(`${passed} passed, ${failed} failed, ${ignored} ignored`);
if (failed > 0) Deno.exit(1);
