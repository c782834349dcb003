/** What came of a run, as a table. */
import { median } from "../../bench/support/statistics.ts";
import type { Outcome } from "./endpoint-run.ts";

const head = [
  "endpoint",
  "requests",
  "2xx",
  "3xx",
  "4xx form",
  "4xx domain",
  "other",
  "codes",
  "p50 ms",
];

function row({ label, counts, codes, took, failure }: Outcome): string[] {
  const share = (count: number) =>
    took.length === 0 ? "-" : `${Math.round(count / took.length * 100)} %`;
  return [
    label + (failure === undefined ? "" : " FAILED"),
    String(took.length),
    share(counts.success),
    share(counts.redirect),
    share(counts.general),
    share(counts.domain),
    share(counts.other),
    String(codes.size),
    took.length === 0 ? "-" : median(took).toFixed(1),
  ];
}

/** All outcomes as one. */
export function sum(outcomes: Outcome[]): Outcome {
  const codes = new Map<string, number>();
  const counts = { success: 0, redirect: 0, general: 0, domain: 0, other: 0 };
  for (const outcome of outcomes) {
    for (const [code, times] of outcome.codes) codes.set(code, (codes.get(code) ?? 0) + times);
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) {
      counts[key] += outcome.counts[key];
    }
  }
  return { label: "all", counts, codes, took: outcomes.flatMap(({ took }) => took), seed: 0 };
}

/** The table, aligned. */
export function table(outcomes: Outcome[]): string {
  const rows = [head, ...outcomes.map(row), row(sum(outcomes))];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows.map((cells) =>
    cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
    ).join("  ")
  ).join("\n");
}
