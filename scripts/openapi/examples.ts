/**
 * The examples of the API reference, as they happened on a stack: `task examples` writes them, and
 * tests/endpoints/examples.test.ts lets them happen again.
 */
import type { ProblemCode } from "../../supabase/functions/_shared/problem.ts";

/** One exchange: what was asked and what came, ids, moments and tokens replaced by lasting ones. */
export interface Recorded {
  /** The operationId. */
  operation: string;
  title: string;
  /** The problem that came; a success unless given. */
  refused?: ProblemCode;
  request: {
    params?: Record<string, string>;
    query?: Record<string, string>;
    headers?: Record<string, string>;
    body?: unknown;
  };
  reply: { status: number; headers?: Record<string, string>; body: unknown };
}

/** Where they are kept, a file a domain. */
export const examplesFolder = new URL("./examples/", import.meta.url);

async function filesIn(folder: URL): Promise<URL[]> {
  const files: URL[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) files.push(...await filesIn(new URL(`${name}/`, folder)));
    else files.push(new URL(name, folder));
  }
  return files;
}

/** All of them, by file and in its order. */
export async function readExamples(): Promise<Recorded[]> {
  const files = (await filesIn(examplesFolder)).sort((a, b) => a.href < b.href ? -1 : 1);
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  return texts.flatMap((text) => JSON.parse(text) as Recorded[]);
}

/** How an example is named among those of its operation: its title, as a name. */
export function exampleKey({ title }: Recorded): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
}

/** What an OpenAPI document holds of several, where `value` picks what belongs there. */
export function exampleObjects(
  recorded: Recorded[],
  value: (one: Recorded) => unknown,
): { examples?: Record<string, { summary: string; value: unknown }> } {
  const entries = recorded.flatMap((one) => {
    const picked = value(one);
    return picked === undefined
      ? []
      : [[exampleKey(one), { summary: one.title, value: picked }] as const];
  });
  return entries.length === 0 ? {} : { examples: Object.fromEntries(entries) };
}
