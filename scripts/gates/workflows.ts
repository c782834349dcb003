/**
 * What GitHub and an editor read of this repository can be read, and what it runs is there: workflows and dev
 * container parse, each task is one of deno.json, each script is a file, each action has a version, and each secret
 * that somebody has to set is in docs/deploy.md.
 */
import { posix } from "node:path";
import { parseDocument } from "yaml";
import type { Gate, Tree } from "./tree.ts";

interface Step {
  uses?: string;
  run?: string;
}

interface Workflow {
  on?: unknown;
  permissions?: unknown;
  jobs?: Record<string, { steps?: Step[]; "timeout-minutes"?: number }>;
}

const settings = /^(\.devcontainer|\.vscode)\/.*\.json$/;

/** Whether a path is a file or a folder; of one with a `*`, or with a variable, whether what precedes that is. */
function isThere(path: string, paths: Set<string>): boolean {
  const [fixed] = posix.normalize(path).split(/[*$"']/);
  const named = fixed === path ? fixed.replace(/\/$/, "") : posix.dirname(`${fixed}x`);
  if (named === "" || named === ".") return true;
  return paths.has(named) || [...paths].some((one) => one.startsWith(`${named}/`));
}

/** What a command names that is not there. */
function missing(run: string, tasks: Set<string>, paths: Set<string>): string[] {
  const unknown = [...run.matchAll(/deno@[\d.]+ task ([\w:-]+)/g)].map(([, name]) => name!)
    .filter((name) => !tasks.has(name)).map((name) => `runs the task ${name}, which is not there`);
  const scripts = [...run.matchAll(/deno@[\d.]+ run (?:-\S+ )*(\S+)|(?:^|\s)\.\/(\S+)/gm)]
    .map(([, script, program]) => (script ?? program)!)
    .filter((path) => !paths.has(path));
  const tested = [...run.matchAll(/deno@[\d.]+ (?:test|check|bench)((?: [^\s;&|>#]+)*)/g)]
    .flatMap(([, words]) =>
      words!.split(" ").filter((word) => word !== "" && !word.startsWith("-"))
    )
    .filter((path) => !isThere(path, paths));
  return [...unknown, ...[...scripts, ...tested].map((path) => `runs ${path}, which is not there`)];
}

/** What a workflow lets a shell run, with its expressions replaced by a word. */
export function shellScriptsOf(text: string): string[] {
  const workflow = parseDocument(text).toJS() as Workflow;
  return Object.values(workflow.jobs ?? {}).flatMap(({ steps }) => steps ?? [])
    .flatMap(({ run }) => run === undefined ? [] : [run.replace(/\$\{\{.*?\}\}/g, "x")]);
}

function ofWorkflow(text: string, tasks: Set<string>, paths: Set<string>): string[] {
  const document = parseDocument(text);
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) return faults.map(({ message }) => message.split("\n")[0]!);
  const workflow = document.toJS() as Workflow;
  const steps = Object.values(workflow.jobs ?? {}).flatMap(({ steps }) => steps ?? []);
  return [
    ...(workflow.on === undefined ? ["says not when it runs"] : []),
    ...(workflow.permissions === undefined ? ["says not what its token may do"] : []),
    ...Object.entries(workflow.jobs ?? {}).filter(([, job]) => job["timeout-minutes"] === undefined)
      .map(([name]) => `the job ${name} may run for ever`),
    ...(steps.length === 0 ? ["has no steps"] : []),
    ...steps.flatMap(({ uses, run }) => [
      ...(uses !== undefined && !/@(v\d+(\.\d+)*|[0-9a-f]{40})$/.test(uses)
        ? [`uses ${uses}: name its version`]
        : []),
      ...(run === undefined ? [] : missing(run, tasks, paths)),
    ]),
  ];
}

/** What the operator has to set and is not told of. GitHub sets GITHUB_TOKEN itself. */
function untold(text: string, page: string): string[] {
  const read = /\b(?:secrets|vars)(?:\.|\[\s*['"])([A-Za-z_][A-Za-z0-9_]*)/g;
  const names = [...text.matchAll(read)].map(([, name]) => name!);
  return [...new Set(names)]
    .filter((name) => name !== "GITHUB_TOKEN" && !page.includes(`\`${name}\``))
    .map((name) => `reads ${name}, which docs/deploy.md does not name`);
}

async function ofSettings(tree: Tree): Promise<string[]> {
  const found: string[] = [];
  for (const path of tree.paths.filter((one) => settings.test(one))) {
    try {
      JSON.parse(await tree.read(path));
    } catch (error) {
      found.push(`${path}: ${(error as Error).message}`);
    }
  }
  return found;
}

export const workflows: Gate = {
  name: "workflows and editor settings",
  async complaints(tree) {
    const tasks = new Set(
      Object.keys((JSON.parse(await tree.read("deno.json")) as { tasks: object }).tasks),
    );
    const paths = new Set(tree.paths);
    const page = await tree.read("docs/deploy.md");
    const found = await Promise.all(
      tree.paths.filter((path) => /^\.github\/workflows\/.*\.ya?ml$/.test(path))
        .map(async (path) => {
          const text = await tree.read(path);
          return [...ofWorkflow(text, tasks, paths), ...untold(text, page)]
            .map((one) => `${path}: ${one}`);
        }),
    );
    return [...found.flat(), ...await ofSettings(tree)];
  },
};
