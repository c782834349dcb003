/**
 * What `task test` leaves to tasks of its own, so that it stays short: `task test:web`, `task test:project`.
 * `task ok` runs all of them, one after another.
 */

export interface Part {
  /** Folders and files under the project's root. */
  paths: string[];
  /** How many files run at once, where these weigh more than others. */
  jobs: number;
}

export const parts: Record<string, Part> = {
  /** Pages in Chromium. */
  web: { paths: ["tests/web", "tests/local/web.test.ts"], jobs: 3 },
  /** The project as a whole: on a copy of it, or with a stack that lives through everything. */
  project: {
    paths: [
      "tests/new",
      "tests/docs",
      "tests/drop",
      "tests/local/demo.test.ts",
      "tests/endpoints/examples.test.ts",
    ],
    jobs: 2,
  },
};
