/** How cost grows, as an SVG that GitHub shows by itself: both axes logarithmic, subject solid, baseline dashed. */
import type { CaseResult, Figure } from "./figure.ts";

const width = 720;
const plot = { left: 64, right: 704, top: 40, bottom: 312 };
const legendRow = 20;
/** Of different lightness too, for who does not tell the colours apart. */
const colours = ["#1f6feb", "#cf222e", "#1a7f37", "#9a6700", "#8250df", "#57606a"];
const faint = "#d0d7de";

interface Point {
  at: number;
  value: number;
}

/** A case at each place of the axis. */
interface Series {
  name: string;
  colour: string;
  measured: Point[];
  baseline: Point[];
}

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** 10k, 1M: what an axis has room for. */
function shortNumber(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1e3) return `${value / 1e3}k`;
  return String(value);
}

/** Those that cost most of their baseline at the end of the axis have colours and names, what is left is faint. */
function seriesOf(cases: CaseResult[]): Series[] {
  const groups = Map.groupBy(cases.filter(({ at }) => at !== undefined), ({ name }) => name ?? "");
  return [...groups]
    .map(([name, members]) => ({ name, members: members.toSorted((a, b) => a.at! - b.at!) }))
    .toSorted((a, b) => (b.members.at(-1)!.ratio ?? 0) - (a.members.at(-1)!.ratio ?? 0))
    .map(({ name, members }, index) => {
      const points = (pick: (one: CaseResult) => number | undefined) =>
        members.flatMap((one) => {
          const value = pick(one);
          return value === undefined ? [] : [{ at: one.at!, value }];
        });
      return {
        name,
        colour: colours[index] ?? faint,
        measured: points((one) => one.subject),
        baseline: points((one) => one.baseline),
      };
    });
}

/** Powers of ten, halved and fifthed where there are few, that enclose the values. */
export function ticks(lowest: number, highest: number): number[] {
  const steps = [];
  for (
    let power = Math.floor(Math.log10(lowest));
    power <= Math.ceil(Math.log10(highest));
    power++
  ) {
    for (const factor of [1, 2, 5]) steps.push(Number((factor * 10 ** power).toPrecision(1)));
  }
  const from = steps.findLastIndex((step) => step <= lowest);
  const to = steps.findIndex((step) => step >= highest);
  const enclosing = steps.slice(Math.max(0, from), to < 0 ? undefined : to + 1);
  if (enclosing.length <= 8) return enclosing;
  const ends = [enclosing[0], enclosing.at(-1)];
  return enclosing.filter((step) => ends.includes(step) || Number.isInteger(Math.log10(step)));
}

/** The chart of a figure's growth; undefined where its cases lie at less than two places of an axis. */
export function chart(figure: Figure, cases: CaseResult[]): string | undefined {
  const series = seriesOf(cases);
  const points = series.flatMap(({ measured, baseline }) => [...measured, ...baseline]);
  const ats = [...new Set(points.map(({ at }) => at))].sort((a, b) => a - b);
  if (ats.length < 2) return undefined;
  const values = points.map(({ value }) => value);
  const steps = ticks(Math.min(...values), Math.max(...values));
  const place = (value: number, from: number, to: number, start: number, end: number) =>
    start + (Math.log(value / from) / Math.log(to / from)) * (end - start);
  const x = (at: number) =>
    place(at, ats[0]!, ats.at(-1)!, plot.left + 16, plot.right - 16).toFixed(1);
  const y = (value: number) =>
    place(value, steps[0]!, steps.at(-1)!, plot.bottom, plot.top).toFixed(1);

  const grid = steps.map((step) =>
    `<line x1="${plot.left}" x2="${plot.right}" y1="${y(step)}" y2="${y(step)}" stroke="#d0d7de"/>
    <text x="${plot.left - 8}" y="${y(step)}" dy="4" text-anchor="end">${shortNumber(step)}</text>`
  );
  const bottom = ats.map((at) =>
    `<text x="${x(at)}" y="${plot.bottom + 20}" text-anchor="middle">${shortNumber(at)}</text>`
  );
  const line = (points: Point[], colour: string, dashed: boolean) => {
    if (points.length === 0) return "";
    const path = points.map(({ at, value }) => `${x(at)},${y(value)}`).join(" ");
    const dots = points.map(({ at, value }) =>
      `<circle cx="${x(at)}" cy="${y(value)}" r="3" fill="${colour}"/>`
    );
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"${
      dashed ? ' stroke-dasharray="5 4"' : ""
    }/>${dots.join("")}`;
  };
  // The first ones last: over the faint ones.
  const lines = series.toReversed().map(({ measured, baseline, colour }) =>
    line(baseline, colour, true) + line(measured, colour, false)
  );
  const others = series.length - colours.length;
  const rows = [
    ...series.slice(0, colours.length).map(({ name, colour }) => ({ name, colour })),
    ...(others > 0
      ? [{ name: `${others} more, which cost less of their baseline`, colour: faint }]
      : []),
  ];
  const legend = rows.map(({ name, colour }, index) => {
    const top = plot.bottom + 68 + index * legendRow;
    const [solid, dashes] = [0, 32].map((shift) =>
      `x1="${plot.left + shift}" x2="${
        plot.left + shift + 24
      }" y1="${top}" y2="${top}" stroke="${colour}" stroke-width="2"`
    );
    return `<line ${solid}/><line ${dashes} stroke-dasharray="5 4"/><text x="${
      plot.left + 66
    }" y="${top + 4}">${escaped(`${name === "" ? "" : `${name}: `}measured, baseline`)}</text>`;
  });
  const height = plot.bottom + 64 + rows.length * legendRow;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#1f2328" role="img">
<title>${escaped(figure.title)}, by ${escaped(figure.axis ?? "")}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${plot.left}" y="22" font-weight="bold">${escaped(figure.title)}</text>
${grid.join("\n")}
${bottom.join("\n")}
<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 42}" text-anchor="middle">${
    escaped(figure.axis ?? "")
  }</text>
<text x="14" y="${(plot.top + plot.bottom) / 2}" text-anchor="middle" transform="rotate(-90 14 ${
    (plot.top + plot.bottom) / 2
  })">${figure.unit === "/s" ? "a second" : figure.unit}</text>
${lines.join("\n")}
${legend.join("\n")}
</svg>
`;
}
