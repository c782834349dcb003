/** A way of calling wrongly, for every endpoint that it applies to. */
import type { Target } from "./target.ts";

export interface Case {
  /** What is expected, to be read after the endpoint's name. */
  name: string;
  /** Which endpoints it is for. Default: every one. */
  applies?(target: Target): boolean;
  run(target: Target): Promise<void>;
}

/** How many requests of a case are under way at once: more are not faster on two cores. */
const atOnce = 6;

/** Does `work` for each item, some at once; the first failure ends it. */
export async function each<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = Iterator.from(items);
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) await work(next.value);
  }));
}

/** Declares the tests of these cases for these targets. */
export function testCases(targets: Target[], cases: Case[]): void {
  for (const target of targets) {
    for (const { name, applies, run } of cases) {
      if (applies && !applies(target)) continue;
      Deno.test(`${target.label}: ${name}`, () => run(target));
    }
  }
}
