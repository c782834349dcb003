/**
 * A figure of the benchmarks: what it measures, against what, and how good it should be. Each is a file of
 * `bench/figures/` that exports one by default; `task bench` finds it there, by the file's name.
 */
import type { Measured } from "./statistics.ts";

/** Quick is for the gate and for a look; full is what docs/performance.md shows. */
export type Size = "quick" | "full";

/** The bound of a ratio (subject / baseline); of the value itself where a figure has no baseline. */
export type Goal = { atMost: number } | { atLeast: number };

/** One line of a figure. */
export interface Case {
  /** Tells a figure's cases apart: the shape of a policy, a function. */
  name?: string;
  /** Said of it in the table, where it may change from run to run: a bundle's size. */
  detail?: string;
  /** Where on the figure's axis of growth it lies: 1,000,000 rows, 64 callers. */
  at?: number;
  /** Whether the goal is asked of it; a point that only shows growth says no. The gate skips those. */
  judged?: boolean;
  /** Instead of the figure's own. */
  goal?: Goal;
  /** How many pairs; five unless given. */
  pairs?: number;
}

/** One sample of each, in the figure's unit. */
export interface Pair {
  baseline: number;
  subject: number;
}

/**
 * The two things compared: each call gives one sample. Or a function that samples both, by turns finer than
 * a sample: single calls that alternate meet the same noise.
 */
export type Sides = {
  baseline(): Promise<number>;
  subject(): Promise<number>;
} | (() => Promise<Pair>);

/** What a figure measures by. */
export interface Bench {
  readonly size: Size;
  /** Whichever belongs to the size. */
  sized<T>(sizes: Record<Size, T>): T;
  /** Samples baseline, subject, baseline, subject …, after one of each that is not counted. */
  pairs(which: Case, sides: Sides): Promise<void>;
  /** Samples what has no baseline: an absolute time. Nothing warms up. */
  alone(which: Case, sample: () => Promise<number>): Promise<void>;
  /**
   * What several figures use: made by the first that asks, disposed of after the last figure. The same
   * function gives the same thing.
   */
  shared<T extends AsyncDisposable>(make: (log: (line: string) => void) => Promise<T>): Promise<T>;
  /** A line on stderr about what takes its time. */
  log(line: string): void;
}

/** A figure as its file declares it. */
export interface Figure {
  title: string;
  /** What is measured, in a few words, for the table. */
  subject: string;
  /** What it is compared with; none where the value itself has the goal. */
  baseline?: string;
  unit: "ms" | "s" | "/s";
  goal?: Goal;
  /** What `at` of the cases counts: "rows", "callers". */
  axis?: string;
  /** Set where the gate runs this figure: why it is stable and quick enough to. */
  gate?: string;
  /** A run without names leaves it out. */
  onlyNamed?: boolean;
  /** Markdown below the figure's table: how it is measured, and why the limit is where it is. */
  notes?: string;
  measure(bench: Bench): Promise<void>;
}

/** A case with what was measured of it. */
export interface CaseResult extends Measured {
  name?: string;
  detail?: string;
  at?: number;
  goal?: Goal;
  /** Absent where nothing was asked of it. */
  met?: boolean;
}

/** Declares a figure; for the types. */
export function figure(declared: Figure): Figure {
  return declared;
}
