/**
 * Each option that a page or a workflow gives to a task or to the Supabase CLI is one that it takes: read from the
 * task's script, and for the CLI from `supabase-options.ts`. And each task's script reads its arguments, also where
 * it takes none: one that passes over `--chekc` does what nobody asked for.
 */
import { posix } from "node:path";
import { importsOf, target } from "./imports.ts";
import { supabaseCommands, supabaseGlobalOptions, supabaseVersion } from "./supabase-options.ts";
import type { Gate, Tree } from "./tree.ts";

interface Tasks {
  [name: string]: { command: string };
}

/** What `deno test` is given on. */
const ofDenoTest = ["filter", "reporter", "fail-fast", "seed"];

/** Files where a task's arguments are read: its script, what that imports, and what it starts. */
async function readers(tree: Tree, script: string): Promise<string[]> {
  const text = await tree.read(script);
  const imported = (await importsOf(tree, (path) => path === script)).flatMap((one) =>
    target(one) ?? []
  );
  const started = [...text.matchAll(/"((?:[\w-]+\/)+[\w-]+\.ts)"/g)].map(([, path]) => path!);
  const there = new Set(tree.paths);
  const others = [...new Set([...imported, ...started])].filter((path) => there.has(path));
  const texts = await Promise.all(others.map((path) => tree.read(path)));
  return [text, ...texts.filter((one) => /\bargs\b|\bArguments\b/.test(one))];
}

/** Whether one of a script's files knows an option: spelt out, a key of `parseArgs`, or a switch. */
function knows(texts: string[], option: string): boolean {
  const spelt = new RegExp(`--(?:[\\w|(-]*\\b)?${option}\\b`);
  const key = new RegExp(`(?:^|[{,]\\s*|\\s)"?${option}"?: \\{\\s*type: "`);
  const given = new RegExp(`readSwitches\\([^;]*, "${option}"[,)]`);
  // The text of a usage alone would let a page name what only the usage names.
  return texts.some((text) =>
    key.test(text) || given.test(text) ||
    spelt.test(text.replace(/^\s*\*.*$/gm, "").replace(/usage[^;]*;/gi, ""))
  );
}

/** Of `text`, the commands that begin with `start`, each to the end of its line or of what it stands in. */
function commands(text: string, start: RegExp): string[] {
  const joined = text.replace(/\\\n\s*/g, " ");
  return [...joined.matchAll(start)].map((match) =>
    joined.slice(match.index).split(/[\n`#;|)]|&&| > /)[0]!.replace(/"[^"]*"|'[^']*'/g, '""')
  );
}

const optionsIn = (command: string): string[] =>
  [...command.matchAll(/\s\[?--([a-z][a-z-]*)/g)].map(([, option]) => option!);

async function ofTasks(tree: Tree, text: string, tasks: Tasks): Promise<string[]> {
  const found: string[] = [];
  for (const command of commands(text, /(?<=^|`|deno(?:@[\d.]+)? )task [a-z][a-z:-]*/gm)) {
    const name = /^task ([a-z:-]+)/.exec(command)![1]!;
    // Of one that is not there, another gate tells.
    const script = /\brun -A (\S+\.ts)/.exec(tasks[name]?.command ?? "")?.[1];
    const options = optionsIn(command);
    if (script === undefined || options.length === 0) continue;
    const texts = await readers(tree, posix.normalize(script));
    for (const option of options) {
      if (/^(test|test:.*)$/.test(name) && ofDenoTest.includes(option)) continue;
      if (!knows(texts, option)) {
        found.push(`gives --${option} to \`task ${name}\`, which does not take it`);
      }
    }
  }
  return found;
}

function ofSupabase(text: string): string[] {
  const pinned = new RegExp(`supabase@${supabaseVersion.replaceAll(".", "\\.")} [a-z]`, "g");
  const named = /(?<=`)supabase [a-z]/g;
  return [...commands(text, pinned), ...commands(text, named)].flatMap((command) => {
    const words = command.replace(/^supabase\S* /, "");
    const name = Object.keys(supabaseCommands).find((one) =>
      words === one || words.startsWith(`${one} `)
    );
    if (name === undefined) return [`runs \`supabase ${words.trim()}\`, which is not listed`];
    const known = [...supabaseCommands[name]!, ...supabaseGlobalOptions];
    return optionsIn(command).filter((option) => !known.includes(option))
      .map((option) => `gives --${option} to \`supabase ${name}\`, which does not take it`);
  });
}

/** Blocks of code and code within a line. */
function codeOf(page: string): string {
  return [...page.matchAll(/^(```|~~~)[\s\S]*?^\1|`[^`]+`/gm)].map(([text]) => text).join("\n");
}

/** The tasks whose script looks at no argument. */
async function heedless(tree: Tree, tasks: Tasks): Promise<string[]> {
  const found: string[] = [];
  for (const [name, { command }] of Object.entries(tasks)) {
    const script = /^deno run -A (\S+\.ts)/.exec(command)?.[1];
    if (script === undefined) continue;
    const reads = /\bDeno\.args\b|\b(?:readArguments|readSwitches|parseArgs)\(/;
    if (reads.test(await tree.read(posix.normalize(script)))) continue;
    found.push(`deno.json: \`task ${name}\` passes over whatever it is given: see readSwitches`);
  }
  return found;
}

export const options: Gate = {
  name: "options of tasks and of the Supabase CLI",
  async complaints(tree) {
    const { tasks } = JSON.parse(await tree.read("deno.json")) as { tasks: Tasks };
    const found = await heedless(tree, tasks);
    for (const path of tree.paths) {
      const isPage = path.endsWith(".md");
      if (!isPage && !/^\.github\/workflows\/.*\.ya?ml$/.test(path)) continue;
      const file = await tree.read(path);
      const text = isPage ? codeOf(file) : file.replace(/^\s*#.*$/gm, "");
      const complaints = [...await ofTasks(tree, text, tasks), ...ofSupabase(text)];
      found.push(...complaints.map((one) => `${path}: ${one}`));
    }
    return found;
  },
};
