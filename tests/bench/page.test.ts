/** docs/performance.md as it is written from results. */
import assert from "node:assert/strict";
import { ticks } from "../../bench/support/chart.ts";
import { type CaseResult, figure } from "../../bench/support/figure.ts";
import { performancePage } from "../../bench/support/page.ts";

const machine = { cores: 2, os: "linux x86_64", deno: "2.9.6", postgres: "17.10" };
const rls = figure({
  title: "A query under RLS",
  subject: "a select",
  baseline: "the same without",
  unit: "ms",
  goal: { atMost: 1.3 },
  axis: "rows",
  notes: "Why it is so.",
  measure: () => Promise.resolve(),
});

function result(name: string, at: number, ratio: number, judged = true): CaseResult {
  return {
    name,
    at,
    baseline: 1,
    subject: ratio,
    ratio,
    spread: [ratio, ratio],
    count: 5,
    ...(judged && { goal: { atMost: 1.3 }, met: ratio <= 1.3 }),
  };
}

const cases = [result("own", 10_000, 9, false), result("own", 1e6, 1.1), result("team", 1e6, 1.4)];
const results = { quick: {}, full: { rls: { measured: "2026-11-26", machine, cases } } };

Deno.test("bench page: a figure is summed up by its worst judged case", () => {
  const { markdown } = performancePage([{ name: "rls", figure: rls }], results);
  const row = markdown.split("\n").find((line) => line.startsWith("| [A query under RLS](#rls)"))!;
  assert.match(row, /of 2 the worst: team, 1,000,000 rows/);
  assert.match(row, /1\.40 ms \| 1\.40 \(1\.40–1\.40\) \| ≤ 1\.3 × \| \*\*no\*\*/);
  assert.match(markdown, /2 cores, linux x86_64, Deno 2\.9\.6, Postgres 17\.10, 2026-11-26/);
  assert.match(markdown, /Why it is so\./);
});

Deno.test("bench page: a figure that never ran in full is shown as quick, one that never ran not at all", () => {
  const named = [{ name: "rls", figure: rls }, {
    name: "other",
    figure: { ...rls, title: "Other" },
  }];
  const { markdown } = performancePage(named, { quick: results.full, full: {} });
  assert.match(markdown, /\(quick\)/);
  assert.doesNotMatch(markdown, /Other/);
});

Deno.test("bench page: growth is a chart, with a line for each side of each case", () => {
  const { charts } = performancePage([{ name: "rls", figure: rls }], results);
  const svg = charts.get("rls.svg")!;
  assert.equal(svg.match(/<polyline/g)!.length, 4);
  assert.match(svg, />10k</);
  assert.match(svg, />1M</);
  const still = { ...results.full.rls, cases: cases.map(({ at: _, ...one }) => one) };
  const none = performancePage([{ name: "rls", figure: rls }], { quick: {}, full: { rls: still } });
  assert.equal(none.charts.size, 0);
});

Deno.test("bench page: what was measured at one place of the axis has grown nowhere, and is no chart", () => {
  const at = cases.filter(({ at }) => at === 1e6);
  const { charts, markdown } = performancePage([{ name: "rls", figure: rls }], {
    quick: {},
    full: { rls: { ...results.full.rls, cases: at } },
  });
  assert.equal(charts.size, 0);
  assert.doesNotMatch(markdown, /\.svg/);
});

Deno.test("bench page: of many cases a chart names those that cost most, whole and inside its edges", () => {
  const many = Array.from({ length: 9 }, (_, n) => [
    result(`case ${n}`, 10_000, 1),
    result(`case ${n}`, 1e6, 1 + n / 10),
  ]).flat();
  const { charts } = performancePage([{ name: "rls", figure: rls }], {
    quick: {},
    full: { rls: { ...results.full.rls, cases: many } },
  });
  const svg = charts.get("rls.svg")!;
  assert.equal(svg.match(/<polyline/g)!.length, 18);
  assert.deepEqual(
    [...svg.matchAll(/case (\d): /g)].map(([, number]) => number),
    ["8", "7", "6", "5", "4", "3"],
  );
  assert.match(svg, />3 more, which cost less of their baseline: measured, baseline</);
  const height = Number(/viewBox="0 0 720 (\d+)"/.exec(svg)![1]);
  const lowest = Math.max(...[...svg.matchAll(/ y="(\d+)"/g)].map(([, y]) => Number(y)));
  assert.ok(lowest < height, `${lowest} in ${height}`);
});

Deno.test("bench page: an axis encloses its values", () => {
  assert.deepEqual(ticks(1.1, 9), [1, 2, 5, 10]);
  assert.deepEqual(ticks(3, 3), [2, 5]);
  const wide = ticks(0.7, 40_000);
  assert.equal(wide[0], 0.5);
  assert.equal(wide.at(-1), 50_000);
});
