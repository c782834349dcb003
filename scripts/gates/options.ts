/**
 * Each option that a page or a workflow gives to a task or to the Supabase CLI is one that it takes: read from the
 * task's script, and for the CLI from `supabase-options.ts`. And each task's script reads its arguments, also where
 * it takes none: one that passes over `--chekc` does what nobody asked for.
 */
import { supabaseCommands, supabaseGlobalOptions, supabaseVersion } from "./supabase-options.ts";
import { optionsOf, readsAll, scriptOf, type Tasks } from "./task-options.ts";
import type { Gate, Tree } from "./tree.ts";

/** To the end of a command; the strokes of a usage, `[--page | --check]`, do not end it. */
function toItsEnd(line: string): string {
  let usage = line;
  for (let inner = ""; inner !== usage;) {
    inner = usage;
    usage = usage.replace(/\[([^[\]]*)\]/g, (_, text) => ` ${text.replaceAll("|", " ")} `);
  }
  return usage.split(/[#;|)]|&&| > /)[0]!;
}

/** Of `text`, the commands that begin with `start`, each to the end of its line or of what it stands in. */
function commands(text: string, start: RegExp): string[] {
  const joined = text.replace(/\\\n\s*/g, " ");
  return [...joined.matchAll(start)].map((match) => {
    const line = joined.slice(match.index).split(/[\n`]/)[0]!;
    return toItsEnd(line.replace(/"[^"]*"|'[^']*'/g, '""'));
  });
}

const optionsIn = (command: string): string[] =>
  [...command.matchAll(/\s--([A-Za-z][\w-]*)/g)].map(([, option]) => option!);

async function ofTasks(tree: Tree, text: string, tasks: Tasks): Promise<string[]> {
  const found: string[] = [];
  for (const command of commands(text, /(?<=^|`|deno(?:@[\d.]+)? )task [a-z][a-z:-]*/gm)) {
    const name = /^task ([a-z:-]+)/.exec(command)![1]!;
    const options = optionsIn(command);
    // Of a task that is not there, another gate tells.
    if (options.length === 0 || tasks[name] === undefined) continue;
    const script = scriptOf(tasks, name);
    const known = script === undefined ? [] : await optionsOf(tree, script);
    found.push(
      ...options.filter((option) => !known.includes(option))
        .map((option) => `gives --${option} to \`task ${name}\`, which does not take it`),
    );
  }
  return found;
}

function ofSupabase(text: string): string[] {
  const run = commands(text, /\bsupabase@[\w.-]+ [a-z]/g);
  const named = commands(text, /(?<=`)supabase [a-z]/g);
  return [...run, ...named].flatMap((command) => {
    const version = /^supabase@(\S+)/.exec(command)?.[1] ?? supabaseVersion;
    if (version !== supabaseVersion) {
      return [`runs supabase@${version}, and what is known is of ${supabaseVersion}`];
    }
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

/** The tasks whose script passes over arguments. */
async function heedless(tree: Tree, tasks: Tasks): Promise<string[]> {
  const found: string[] = [];
  for (const name of Object.keys(tasks)) {
    const script = scriptOf(tasks, name);
    // Deno's own commands refuse what they do not know.
    if (script === undefined || readsAll(await tree.read(script))) continue;
    found.push(`deno.json: \`task ${name}\` passes over what it is given: see readSwitches`);
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
