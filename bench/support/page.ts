/** docs/performance.md: written from the figures' declarations and bench/results.json, by nobody's hand. */
import { chart } from "./chart.ts";
import type { CaseResult, Figure, Goal } from "./figure.ts";
import type { FigureResult, Machine, Results } from "./results.ts";
import { judgedValue, worseBy } from "./statistics.ts";

/** A figure with its file's name. */
export interface Named {
  name: string;
  figure: Figure;
}

/** The page, and the charts that it shows, by file name beside it. */
export interface Page {
  markdown: string;
  charts: Map<string, string>;
}

interface Shown extends Named {
  result: FigureResult;
  quick: boolean;
}

const intro = `# Performance

<!-- Written by \`deno task bench\`. To change words, change the figure's file in bench/figures/. -->

Each figure is a ratio against a baseline that is measured in the same run: baseline and subject take
turns, five times at least (the tests run once), and the ratio is that of their medians. Milliseconds and calls a second are
this machine's; the ratios are what holds elsewhere. In brackets: the lowest and the highest pair.

\`deno task bench [figure …]\` measures anew and writes this page; \`--quick\` takes smaller sizes; \`--gate\`
compares quick ratios with the committed ones, warns at 15 % worse and fails at twice as bad, or where a committed
case is not measured any more. Each run prints how long each figure took.
`;

/** A goal in words. */
export function goalText(goal: Goal, { unit, baseline }: Pick<Figure, "unit" | "baseline">) {
  const suffix = baseline === undefined ? ` ${unit}` : " ×";
  return "atMost" in goal ? `≤ ${goal.atMost}${suffix}` : `≥ ${goal.atLeast}${suffix}`;
}

/** A number as a reader wants it: three digits, thousands apart. */
export function numberText(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

const withUnit = (value: number | undefined, unit: Figure["unit"]) =>
  value === undefined
    ? "–"
    : unit === "/s"
    ? `${numberText(value)}/s`
    : `${numberText(value)} ${unit}`;

function ratioText({ ratio, spread: [low, high] }: CaseResult): string {
  return `${(ratio ?? 1).toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

function caseName({ name, detail, at }: CaseResult, axis: string | undefined): string {
  const where = at === undefined ? undefined : `${at.toLocaleString("en-US")} ${axis ?? ""}`.trim();
  return [name, detail, where].filter((part) => part !== undefined).join(", ") || "–";
}

const metText = ({ met }: CaseResult) => met === undefined ? "" : met ? "yes" : "**no**";

function columns(one: CaseResult, figure: Figure): string[] {
  return [
    withUnit(one.baseline, figure.unit),
    withUnit(one.subject, figure.unit),
    one.ratio === undefined ? "–" : ratioText(one),
    one.goal === undefined ? "" : goalText(one.goal, figure),
    metText(one),
  ];
}

/** The judged case that is furthest from its goal: what a figure of many cases is summed up by. */
function worst(cases: CaseResult[]): CaseResult | undefined {
  const judged = cases.filter((one) => one.goal !== undefined);
  const badness = (one: CaseResult) => {
    const bound = "atMost" in one.goal! ? one.goal.atMost : one.goal!.atLeast;
    return worseBy(judgedValue(one), bound, one.goal!);
  };
  return judged.toSorted((a, b) => badness(b) - badness(a))[0];
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Lines for the terminal, of what one figure gave. */
export function resultLines({ name, figure }: Named, cases: CaseResult[]): string[] {
  return cases.map((one) => {
    const [baseline, subject, ratio, goal] = columns(one, figure);
    const label = `${name} ${caseName(one, figure.axis)}`.replace(/ –$/, "").padEnd(46);
    const met = one.met === undefined ? "" : one.met ? "met" : "MISSED";
    return `${label} ${baseline!.padStart(12)} ${subject!.padStart(12)}  ${ratio!.padEnd(20)} ` +
      `${goal!.padEnd(9)} ${met}`.trimEnd();
  });
}

function summaryRow({ name, figure, result, quick }: Shown): string[] {
  const judged = result.cases.filter((one) => one.goal !== undefined);
  const one = worst(result.cases) ?? result.cases.at(-1)!;
  const which = judged.length > 1
    ? `; of ${judged.length} the worst: ${caseName(one, figure.axis)}`
    : "";
  return [
    `[${figure.title}](#${name})${quick ? " (quick)" : ""}${which}`,
    figure.baseline ?? "–",
    ...columns(one, figure),
  ];
}

function section({ name, figure, result }: Shown, hasChart: boolean): string {
  const parts = [`## <a id="${name}"></a>${figure.title}`];
  const against = figure.baseline === undefined ? "" : ` Baseline: ${figure.baseline}.`;
  parts.push(`Measured: ${figure.subject}.${against}`);
  if (figure.notes !== undefined) parts.push(figure.notes.trim());
  if (hasChart) {
    parts.push(`![${figure.title}, by ${figure.axis}](performance/${name}.svg)`);
  }
  if (result.cases.length > 1) {
    const rows = result.cases.map((one) => [caseName(one, figure.axis), ...columns(one, figure)]);
    parts.push(table(["case", "baseline", "measured", "ratio", "goal", "met"], rows));
  }
  return parts.join("\n\n");
}

function machineText({ cores, os, deno, postgres }: Machine): string {
  return `${cores} cores, ${os}, Deno ${deno}, Postgres ${postgres}`;
}

/** Where and when it was measured; figures of other runs than most are named. */
function provenance(shown: Shown[]): string {
  const groups = Map.groupBy(
    shown,
    ({ result }) => `${machineText(result.machine)}, ${result.measured}`,
  );
  return [...groups].map(([text, members]) =>
    groups.size === 1
      ? `Measured on ${text}.`
      : `Measured on ${text}: ${members.map(({ name }) => name).join(", ")}.`
  ).join("\n\n");
}

/** The page of what has been measured; a figure that has never run in full is shown as its quick run. */
export function performancePage(figures: Named[], results: Results): Page {
  const shown = figures.flatMap((one): Shown[] => {
    const full = results.full[one.name];
    const result = full ?? results.quick[one.name];
    return result === undefined ? [] : [{ ...one, result, quick: full === undefined }];
  });
  const head = ["figure", "baseline", "baseline's", "measured", "ratio", "goal", "met"];
  const charts = new Map<string, string>();
  for (const { name, figure, result } of shown) {
    const drawn = chart(figure, result.cases);
    if (drawn !== undefined) charts.set(`${name}.svg`, drawn);
  }
  const markdown = [
    intro,
    provenance(shown),
    table(head, shown.map(summaryRow)),
    ...shown.map((one) => section(one, charts.has(`${one.name}.svg`))),
  ].join("\n\n") + "\n";
  return { markdown, charts };
}
