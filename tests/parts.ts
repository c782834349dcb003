/**
 * What `task test` leaves to tasks of their own, so that it stays short: `task test:endpoints`, `test:stacks`,
 * `test:web` and `test:tools`. `task ok` runs all of them, one after another.
 */
import type { Tree } from "../scripts/gates/tree.ts";
import { type Reaches, reachOf, testFiles } from "./reach.ts";

interface Part {
  /** Whether a test file is of it. A file is of the first part that takes it. */
  takes(path: string, reaches: Reaches): boolean;
  /** How many files run at once. */
  jobs: number;
  /** Whether most of them start stacks of their own: those are prepared for. */
  manyStacks: boolean;
}

/** How many files run at once where they share a stack. */
export const usualJobs = 5;

const parts: Record<string, Part> = {
  /** Pages in Chromium. */
  web: { takes: (path) => /^tests\/(web\/|local\/web\.)/.test(path), jobs: 3, manyStacks: true },
  /** What is around the backend: the local platform and providers, commands, scaffolds, docs, the client. */
  tools: {
    takes: (path) =>
      /^tests\/((local|new|drop|docs|deploy|client|gates|bench|chaos|fuzz)\/|endpoints\/examples\.)/
        .test(path),
    jobs: 4,
    manyStacks: true,
  },
  /** Each on a stack of its own: clocks that are moved, providers that fail, other settings. */
  stacks: {
    takes: (path, reaches) => reaches(path, [/^tests\/support\/own-stack\.ts$/]),
    jobs: 4,
    manyStacks: true,
  },
  /** What is made of every endpoint's declaration: wrong input, repetition, another's ids. */
  endpoints: {
    takes: (path) => path.startsWith("tests/endpoints/"),
    jobs: usualJobs,
    manyStacks: false,
  },
};

/** The rest: tests that share one stack, or need none. */
const rest = { jobs: usualJobs, manyStacks: false };

/** The names that `--part=` knows. */
export const partNames = Object.keys(parts);

/** A part's files, or those of none, and how they are run. */
export async function partFiles(
  tree: Tree,
  name: string | undefined,
): Promise<{ files: string[] } & Pick<Part, "jobs" | "manyStacks">> {
  const reaches = await reachOf(tree);
  const partOf = (path: string) => partNames.find((one) => parts[one]!.takes(path, reaches));
  const { jobs, manyStacks } = name === undefined ? rest : parts[name]!;
  return { files: testFiles(tree).filter((path) => partOf(path) === name), jobs, manyStacks };
}
