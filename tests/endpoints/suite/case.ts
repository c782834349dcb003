/** A way of calling wrongly, for every endpoint that it applies to. */
import fc from "fast-check";
import type { Target } from "./target.ts";

/** How many requests each endpoint gets of what is made at random; GENERATED_REQUESTS sets it. */
export const generatedRequests = Number(Deno.env.get("GENERATED_REQUESTS") ?? "6");

/** Some of these, another choice each time: at most a quarter as many as {@link generatedRequests}. */
export function some<T>(all: T[]): T[] {
  const maxLength = Math.min(all.length, Math.ceil(generatedRequests / 4));
  return fc.sample(fc.shuffledSubarray(all, { minLength: maxLength, maxLength }), 1)[0]!;
}

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
