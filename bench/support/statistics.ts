/** The arithmetic of the benchmarks: medians, ratios of them, goals. */
import type { Goal, Pair } from "./figure.ts";

/** What came of the samples of one case. */
export interface Measured {
  /** Median; absent where there is no baseline. */
  baseline?: number;
  /** Median. */
  subject: number;
  /** Median by median; absent where there is no baseline. */
  ratio?: number;
  /** The lowest and the highest of the pairs' own ratios; of the samples where there is no baseline. */
  spread: [number, number];
  /** How many pairs, or samples. */
  count: number;
}

/** The middle one; the mean of the two in the middle of an even number. @throws {RangeError} of none */
export function median(numbers: readonly number[]): number {
  if (numbers.length === 0) throw new RangeError("cannot take the median of no numbers");
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Four digits: more would claim what no run repeats. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Of pairs measured one after the other: the ratio of the medians, and how far single pairs lie from it. */
export function comparePairs(pairs: readonly Pair[]): Measured {
  const baseline = median(pairs.map((pair) => pair.baseline));
  const subject = median(pairs.map((pair) => pair.subject));
  const ratios = pairs.map((pair) => pair.subject / pair.baseline);
  return {
    baseline: rounded(baseline),
    subject: rounded(subject),
    ratio: rounded(subject / baseline),
    spread: [rounded(Math.min(...ratios)), rounded(Math.max(...ratios))],
    count: pairs.length,
  };
}

/** Of samples without a baseline. */
export function summarize(samples: readonly number[]): Measured {
  return {
    subject: rounded(median(samples)),
    spread: [rounded(Math.min(...samples)), rounded(Math.max(...samples))],
    count: samples.length,
  };
}

/** What the goal is asked of: the ratio, or the value where there is none. */
export function judgedValue({ ratio, subject }: Pick<Measured, "ratio" | "subject">): number {
  return ratio ?? subject;
}

/** Whether a value reaches its goal. */
export function meets(value: number, goal: Goal): boolean {
  return "atMost" in goal ? value <= goal.atMost : value >= goal.atLeast;
}

/** How many times as bad a ratio is as another: above 1 is worse, below 1 better. */
export function worseBy(now: number, before: number, goal: Goal): number {
  return "atMost" in goal ? now / before : before / now;
}
