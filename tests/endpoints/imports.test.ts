/** What each function loads, by the graph that Deno makes of it: a cold start pays for every module. */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { readDeclarations } from "../../local/functions/declarations.ts";
import { projectDir, supabaseDir } from "../../local/stack.ts";

interface Graph {
  redirects: Record<string, string>;
  modules: {
    specifier: string;
    dependencies?: { code?: { specifier: string }; isDynamic?: boolean }[];
  }[];
}

/** The graph of all functions at once. */
async function graphOf(entrypoints: string[]): Promise<Graph> {
  const all = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      all,
      entrypoints.map((one) => `import ${JSON.stringify(one)};\n`).join(""),
    );
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-lock", `--config=${projectDir}/deno.json`, all],
      cwd: projectDir,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(all);
  }
}

/** What an entrypoint's code loads when it starts, packages as `npm:…`; with `later`, also what it may load. */
function reachedFrom(entrypoint: string, graph: Graph, later: boolean): Set<string> {
  const modules = new Map(graph.modules.map((one) => [one.specifier, one]));
  const reached = new Set<string>();
  const waiting = [entrypoint];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    for (const { code, isDynamic } of modules.get(next)?.dependencies ?? []) {
      if (code !== undefined && (later || !isDynamic)) {
        waiting.push(graph.redirects[code.specifier] ?? code.specifier);
      }
    }
  }
  return reached;
}

/** Every TypeScript file below a folder. */
async function* sources(folder: string): AsyncGenerator<{ path: string; text: string }> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(name)) yield { path, text: await Deno.readTextFile(path) };
  }
}

const isReact = (specifier: string) =>
  /(^|\/)(npm:)?\/?(react|react-dom|@react-email\/[\w-]+)@/.test(specifier);

Deno.test("functions: only jobs-run loads React when it starts; alerts-run when it has a mail to send", async () => {
  const declared = [...(await readDeclarations(supabaseDir)).values()];
  const entrypoints = declared.map(({ entrypoint }) => pathToFileURL(entrypoint).href);
  const graph = await graphOf(entrypoints);
  const withReact = (later: boolean) =>
    declared
      .filter((_, index) => [...reachedFrom(entrypoints[index]!, graph, later)].some(isReact))
      .map(({ name }) => name).sort();
  assert.deepEqual(withReact(false), ["jobs-run"]);
  assert.deepEqual(withReact(true), ["alerts-run", "jobs-run"]);
});

Deno.test("functions: zod is imported as a namespace, of which a bundle keeps what is used", async () => {
  // Of `import { z }` a bundle keeps all, the messages in every language among it: 360 kB more to load.
  const whole: string[] = [];
  for await (const { path, text } of sources(`${supabaseDir}/functions`)) {
    if (/^import (type )?\{.*\} from "zod"|^import z\b.* from "zod"/m.test(text)) whole.push(path);
  }
  assert.deepEqual(whole, []);
});
