/**
 * `task bench`: measures every figure of bench/figures/ but the suite, or those named, prints them, and writes
 * bench/results.json, docs/performance.md and its charts, and what docs/scaling.md quotes of it.
 *
 * `--quick` takes the quick sizes. `--check` measures nothing and fails when the page is not what
 * results.json says; `--page` writes it. `--gate` measures the quick figures that declare themselves fit
 * for it, writes nothing, and fails when a ratio is twice as bad as the committed one, or a committed case is
 * not measured any more.
 */
import { join } from "node:path";
import { readArguments } from "../local/cli/arguments.ts";
import { projectDir } from "../local/stack.ts";
import { formatted } from "../scripts/drift/formatted.ts";
import { scalingDocument } from "./scaling/document.ts";
import type { CaseResult, Size } from "./support/figure.ts";
import { judgeAll } from "./support/gate.ts";
import { loadFigures } from "./support/load-figures.ts";
import { measure, session } from "./support/measure.ts";
import { type Named, performancePage, resultLines } from "./support/page.ts";
import { machine, readResults, type Results, writeResults } from "./support/results.ts";
import { textIfThere } from "../local/text-if-there.ts";

const docs = join(projectDir, "docs");
const log = (line: string) => console.error(line);

/** The page's files, by path below docs/, and docs/scaling.md, which quotes two of the figures. */
async function pageFiles(all: Named[], results: Results): Promise<Map<string, string>> {
  const { markdown, charts } = performancePage(all, results);
  const files = new Map([["performance.md", await formatted(markdown, "md")]]);
  for (const [name, svg] of charts) files.set(`performance/${name}`, await formatted(svg, "svg"));
  files.set("scaling.md", await scalingDocument(results));
  return files;
}

/** The charts that are there, also those whose figure is gone. */
async function chartsHeld(): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(join(docs, "performance"))) {
      names.push(`performance/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}

async function checkPage(files: Map<string, string>): Promise<boolean> {
  const drifted = (await chartsHeld()).filter((name) => !files.has(name));
  for (const [name, text] of files) {
    if (await textIfThere(join(docs, name)) !== text) drifted.push(name);
  }
  if (drifted.length === 0) return true;
  const names = drifted.map((name) => `docs/${name}`).join(", ");
  console.error(`${names}: not what bench/results.json says; run \`deno task bench --page\``);
  return false;
}

async function writePage(files: Map<string, string>): Promise<void> {
  await Deno.mkdir(join(docs, "performance"), { recursive: true });
  for (const name of await chartsHeld()) if (!files.has(name)) await Deno.remove(join(docs, name));
  for (const [name, text] of files) await Deno.writeTextFile(join(docs, name), text);
}

/** Measures figures one after the other and tells of each. */
async function measureAll(
  chosen: Named[],
  options: { size: Size; judgedOnly: boolean },
  done: (one: Named, cases: CaseResult[]) => Promise<void> | void,
): Promise<void> {
  await using common = session(log);
  for (const one of chosen) {
    const started = performance.now();
    const cases = await measure(one.figure, { ...options, session: common, log });
    for (const line of resultLines(one, cases)) console.log(line);
    log(`  ${one.name} took ${((performance.now() - started) / 1000).toFixed(1)} s`);
    await done(one, cases);
  }
}

/** @returns whether no ratio is twice as bad as the committed one, and no committed case is missing */
async function gate(chosen: Named[], committed: Results): Promise<boolean> {
  let passed = true;
  const started = performance.now();
  await measureAll(chosen, { size: "quick", judgedOnly: true }, ({ name }, cases) => {
    for (const one of judgeAll(cases, committed.quick[name]?.cases ?? [])) {
      if (one.verdict !== "ok") console.log(`${one.verdict}: ${name} ${one.name}: ${one.reason}`);
      if (one.verdict === "failure") passed = false;
    }
  });
  log(`the gate took ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return passed;
}

const { values: flags, positionals: named } = readArguments(
  "Usage: task bench [figure …] [--quick | --gate | --check | --page]",
  {
    allowPositionals: true,
    options: {
      quick: { type: "boolean" },
      gate: { type: "boolean" },
      check: { type: "boolean" },
      page: { type: "boolean" },
    },
  },
);
const all = await loadFigures();
const missing = named.filter((name) => !all.some((one) => one.name === name));
if (missing.length > 0) {
  console.error(
    `cannot measure ${missing.join(", ")}: there are ${all.map(({ name }) => name).join(", ")}`,
  );
  Deno.exit(2);
}
const results = await readResults();

if (flags.check) {
  Deno.exit(await checkPage(await pageFiles(all, results)) ? 0 : 1);
}
if (flags.page) {
  await writePage(await pageFiles(all, results));
  Deno.exit(0);
}
const chosen = named.length === 0
  ? all.filter(({ figure }) => figure.onlyNamed !== true)
  : all.filter(({ name }) => named.includes(name));
if (flags.gate) {
  const gated = chosen.filter(({ figure }) => figure.gate !== undefined);
  Deno.exit(await gate(gated, results) ? 0 : 1);
}

const size: Size = flags.quick ? "quick" : "full";
const here = await machine();
const started = performance.now();
await measureAll(chosen, { size, judgedOnly: false }, async ({ name }, cases) => {
  const measured = new Date().toISOString().slice(0, 10);
  // After each, so that a run that is broken off keeps what it has; read anew, so that another's is kept as well.
  const kept = await readResults();
  kept[size][name] = { measured, machine: here, cases };
  await writeResults(kept);
});
log(`all of it took ${((performance.now() - started) / 1000).toFixed(1)} s`);
const kept = await readResults();
for (const figures of [kept.quick, kept.full]) {
  for (const name of Object.keys(figures)) {
    if (!all.some((one) => one.name === name)) delete figures[name];
  }
}
await writeResults(kept);
await writePage(await pageFiles(all, kept));
