/** What `task test` was asked for, and which files that means. */
import { join } from "node:path";
import { projectDir } from "../local/stack.ts";
import { httpOnly } from "./http-only.ts";
import { partFiles, partNames, usualJobs as jobs } from "./parts.ts";
import { testFiles, testTree } from "./reach.ts";

/** What stands on the command line. */
export interface Asked {
  /** One of parts.ts. */
  part: string | undefined;
  httpOnly: boolean;
  /** Files and folders. */
  paths: string[];
  /** What else `deno test` is given. */
  options: string[];
}

/** What `deno test` runs. */
export interface Chosen {
  files: string[];
  /** How many at once. */
  jobs: number;
  /** Whether many of them start stacks of their own. */
  manyStacks: boolean;
}

async function isPath(arg: string): Promise<boolean> {
  try {
    await Deno.stat(join(projectDir, arg));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Reads them. @throws {Error} where they mean nothing, in words for who typed them */
export async function readAsked(args: string[]): Promise<Asked> {
  const part = args.find((arg) => /^--part(=|$)/.test(arg))?.replace(/^--part=?/, "");
  const byHttpOnly = args.includes("--http-only");
  if (part !== undefined && !partNames.includes(part)) {
    throw new Error(`--part= is followed by one of ${partNames.join(", ")}`);
  }
  if (part !== undefined && byHttpOnly) {
    throw new Error("--part and --http-only exclude each other");
  }
  const others = args.filter((arg) => arg !== "--http-only" && !/^--part(=|$)/.test(arg));
  const named = await Promise.all(others.map((arg) => !arg.startsWith("-") && isPath(arg)));
  return {
    part,
    httpOnly: byHttpOnly,
    paths: others.filter((_, index) => named[index]),
    options: others.filter((_, index) => !named[index]),
  };
}

/** Those of the files that are named, or lie in a folder that is. */
function within(files: string[], paths: string[], what: string): string[] {
  const found = files.filter((file) =>
    paths.length === 0 ||
    paths.some((path) => join(file) === join(path) || join(file).startsWith(join(path, "/")))
  );
  if (found.length === 0) throw new Error(`none of the named tests ${what}`);
  return found;
}

/** Finds the files. @throws {Error} where there is none, in words for who asked */
export async function choose(asked: Asked): Promise<Chosen> {
  const { part, paths, options } = asked;
  if (asked.httpOnly) {
    const files = within(await httpOnly(await testTree()), paths, "goes by HTTP alone");
    return { files, jobs, manyStacks: false };
  }
  if (part !== undefined) {
    const all = await partFiles(await testTree(), part);
    return { ...all, files: within(all.files, paths, `is of "${part}"`) };
  }
  if (paths.length > 0) {
    return { files: paths, jobs, manyStacks: !paths.every((path) => path.endsWith(".test.ts")) };
  }
  // Whoever looks for a name does not know which part it is of.
  if (options.some((option) => option.startsWith("--filter"))) {
    return { files: testFiles(await testTree()), jobs, manyStacks: true };
  }
  return await partFiles(await testTree(), undefined);
}
