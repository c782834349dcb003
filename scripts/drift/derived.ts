/** Files that are made from the migrations: written, or compared with what they should be. */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The derived files, below the project's root. */
export const derived = {
  schema: join(projectDir, "docs/schema.sql"),
  types: join(projectDir, "supabase/functions/_shared/database.types.ts"),
  advisors: join(projectDir, "docs/advisors.md"),
};

async function read(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Lines that only one of two texts has, in their order; at most `limit`. */
export function shortDiff(held: string, wanted: string, limit = 20): string[] {
  const count = (lines: string[]) => {
    const counts = new Map<string, number>();
    for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
    return counts;
  };
  const onlyIn = (lines: string[], other: Map<string, number>, sign: string) =>
    lines.flatMap((line) => {
      const left = other.get(line) ?? 0;
      other.set(line, left - 1);
      return left > 0 ? [] : [`${sign} ${line}`];
    });
  const [before, after] = [held.split("\n"), wanted.split("\n")];
  const all = [...onlyIn(before, count(after), "-"), ...onlyIn(after, count(before), "+")];
  // The same lines in another order are a difference, too.
  if (all.length === 0 && held !== wanted) return ["  (the same lines in another order)"];
  return all.length > limit ? [...all.slice(0, limit), `  … and ${all.length - limit} more`] : all;
}

/** Writes a derived file. @returns what to tell */
export async function write(file: string, text: string): Promise<string> {
  const name = relative(projectDir, file);
  if (await read(file) === text) return `${name}: no change`;
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeTextFile(file, text);
  return `${name}: written`;
}

/** Compares a derived file. @returns undefined when it is up to date, else what to tell */
export async function check(file: string, text: string, task: string): Promise<string | undefined> {
  const held = await read(file);
  if (held === text) return undefined;
  const diff = shortDiff(held, text).join("\n");
  return `${
    relative(projectDir, file)
  } is out of date: run \`task ${task}\` and commit it\n${diff}`;
}
