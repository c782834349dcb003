/** The gate: what a change may cost, against the ratios that are committed. */
import type { CaseResult } from "./figure.ts";
import { caseKey } from "./results.ts";
import { worseBy } from "./statistics.ts";

/** Worse than the committed ratio by this much is said. */
const warnAt = 1.15;
/** Worse by this much fails. */
const failAt = 2;

/** What the gate says of one case. */
export interface Verdict {
  verdict: "ok" | "warning" | "failure";
  /** Why, for a person; empty when all is well. */
  reason: string;
}

const percent = (factor: number) => `${Math.round((factor - 1) * 100)} %`;

/** Compares a case measured now with the same one as committed. */
export function judge(now: CaseResult, committed: CaseResult | undefined): Verdict {
  if (now.ratio === undefined || now.goal === undefined) {
    return { verdict: "failure", reason: "the gate needs a ratio and a goal" };
  }
  if (committed?.ratio === undefined) {
    return {
      verdict: "failure",
      reason: "no ratio of it is committed: run `deno task bench --quick` and commit the results",
    };
  }
  const factor = worseBy(now.ratio, committed.ratio, now.goal);
  const change = `${committed.ratio} is committed, ${now.ratio} now`;
  if (factor >= failAt) {
    return { verdict: "failure", reason: `${change}: ${factor.toFixed(2)} times as bad` };
  }
  if (factor >= warnAt) {
    return { verdict: "warning", reason: `${change}: ${percent(factor)} worse` };
  }
  return { verdict: "ok", reason: "" };
}

/** A case with what the gate says of it. */
export interface Judged extends Verdict {
  name: string;
}

/**
 * Compares all cases of a figure with the committed ones. One that is committed with a goal and was not measured
 * fails too: it was renamed, or what it measured is gone, and nobody would watch it.
 */
export function judgeAll(now: CaseResult[], committed: CaseResult[]): Judged[] {
  const before = new Map(committed.map((one) => [caseKey(one), one]));
  const measured = new Set(now.map(caseKey));
  return [
    ...now.map((one) => ({ name: one.name ?? "", ...judge(one, before.get(caseKey(one))) })),
    ...committed.filter((one) => one.goal !== undefined && !measured.has(caseKey(one)))
      .map((one): Judged => ({
        name: one.name ?? "",
        verdict: "failure",
        reason:
          "is committed and was not measured: run `deno task bench --quick` where it is meant to be gone",
      })),
  ];
}
