/** Endpoints that no generated request lets succeed: fuzzed only as far as their refusals. */
import type { Outcome } from "./endpoint-run.ts";

/** By "address METHOD": why no request can succeed here. There is none now. */
export const neverSucceeding: Readonly<Record<string, string>> = {};

/** From so many requests on, one of which all were refused is refused for a reason. */
export const enoughRequests = 500;

/** What is wrong with how deep the requests went, in lines to print; nothing where all is well. */
export function depthFaults(
  outcomes: readonly Pick<Outcome, "label" | "counts">[],
  known: readonly string[],
  exceptions: Readonly<Record<string, string>> = neverSucceeding,
): string[] {
  const without = new Set(
    outcomes.filter(({ counts }) => counts.success + counts.redirect === 0)
      .map(({ label }) => label),
  );
  const asked = new Set(outcomes.map(({ label }) => label));
  return [
    ...[...without].filter((label) => !(label in exceptions))
      .map((label) => `never succeeded: ${label}`),
    ...Object.keys(exceptions).filter((label) =>
      !known.includes(label) || asked.has(label) && !without.has(label)
    ).map((label) => `an exception that is none any more: ${label} (never-succeeding.ts)`),
  ];
}
