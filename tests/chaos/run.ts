/**
 * `task chaos --seed N --minutes M`: a stack of its own, users on it, and everything going wrong meanwhile.
 * Exit code 1 where an invariant is broken; a line of chaos.jsonl a run (see CONTRIBUTING.md).
 */
import { fail, readArguments } from "../../local/cli/arguments.ts";
import { startWorld } from "./world.ts";

const usage = "Usage: task chaos [--seed <whole number>] [--minutes <number>] [--users <number>]";
const { values } = readArguments(usage, {
  options: {
    seed: { type: "string" },
    minutes: { type: "string", default: "2" },
    users: { type: "string", default: "24" },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const minutes = Number(values.minutes);
const atOnce = Number(values.users);
if (!Number.isInteger(seed) || !(minutes > 0) || !(atOnce >= 1)) {
  fail(usage);
}
if (Deno.build.os !== "linux") {
  console.log("chaos: skipped: which process runs a function, only Linux tells");
  Deno.exit(0);
}

const started = performance.now();
const progress = (what: string) =>
  console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${what}`);
console.log(`chaos: --seed ${seed} --minutes ${minutes}`);

// Passwords of test users need no protection; the default costs 80 ms of a core each.
Deno.env.set("LITE_AUTH_BCRYPT_COST", "4");
let broken = true;
{
  await using world = await startWorld();
  progress("the stack is up");
  // Lite tells the console of each connection that it loses.
  console.error = (...told) => void world.log.push(`console: ${told.map(String).join(" ")}`);
  // What tests share reads the stack's address when it is loaded.
  for (const [name, value] of Object.entries(world.env)) Deno.env.set(name, value);
  const [{ runChaos }, { describe, summary }] = await Promise.all([
    import("./chaos.ts"),
    import("./report.ts"),
  ]);
  try {
    const run = await runChaos(world, { seed, minutes, atOnce, progress });
    broken = run.verdicts.some(({ offences }) => offences.length > 0);
    console.log(`\n${describe(run)}`);
    await Deno.writeTextFile("chaos.jsonl", summary(run) + "\n", { append: true });
  } finally {
    await Deno.writeTextFile("chaos.log", world.log.join("\n") + "\n");
    if (broken) console.log("What the stack logged is in chaos.log.");
  }
}
Deno.exit(broken ? 1 : 0);
