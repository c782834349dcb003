/** How cost grows, as an SVG that GitHub shows by itself: both axes logarithmic, subject solid, baseline dashed. */
import type { CaseResult, Figure } from "./figure.ts";

const size = { width: 720, height: 360 };
const plot = { left: 64, right: 500, top: 40, bottom: 312 };
/** Of different lightness too, for who does not tell the colours apart. */
const colours = ["#1f6feb", "#cf222e", "#1a7f37", "#9a6700", "#8250df", "#57606a", "#bf3989"];

interface Series {
  label: string;
  colour: string;
  dashed: boolean;
  points: { at: number; value: number }[];
}

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** 10k, 1M: what an axis has room for. */
function shortNumber(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1e3) return `${value / 1e3}k`;
  return String(value);
}

function seriesOf(cases: CaseResult[]): Series[] {
  const groups = Map.groupBy(cases.filter(({ at }) => at !== undefined), ({ name }) => name ?? "");
  return [...groups].flatMap(([name, members], index) => {
    const colour = colours[index % colours.length]!;
    const points = (pick: (one: CaseResult) => number | undefined) =>
      members.flatMap((one) => {
        const value = pick(one);
        return value === undefined ? [] : [{ at: one.at!, value }];
      }).toSorted((a, b) => a.at - b.at);
    const label = (what: string) => name === "" ? what : `${name}, ${what}`;
    const both: Series[] = [
      { label: label("measured"), colour, dashed: false, points: points((one) => one.subject) },
      { label: label("baseline"), colour, dashed: true, points: points((one) => one.baseline) },
    ];
    return both.filter(({ points }) => points.length > 0);
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

/** The chart of a figure's growth; undefined where no case lies on an axis. */
export function chart(figure: Figure, cases: CaseResult[]): string | undefined {
  const series = seriesOf(cases);
  if (series.length === 0) return undefined;
  const points = series.flatMap(({ points }) => points);
  const ats = [...new Set(points.map(({ at }) => at))].sort((a, b) => a - b);
  const values = points.map(({ value }) => value);
  const steps = ticks(Math.min(...values), Math.max(...values));
  const place = (value: number, from: number, to: number, start: number, end: number) =>
    from === to
      ? (start + end) / 2
      : start + (Math.log(value / from) / Math.log(to / from)) * (end - start);
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
  const lines = series.map(({ colour, dashed, points }) => {
    const path = points.map(({ at, value }) => `${x(at)},${y(value)}`).join(" ");
    const dots = points.map(({ at, value }) =>
      `<circle cx="${x(at)}" cy="${y(value)}" r="3" fill="${colour}"/>`
    );
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"${
      dashed ? ' stroke-dasharray="5 4"' : ""
    }/>${dots.join("")}`;
  });
  const legend = series.map(({ label, colour, dashed }, index) => {
    const top = plot.top + index * 20;
    return `<line x1="${plot.right + 16}" x2="${
      plot.right + 40
    }" y1="${top}" y2="${top}" stroke="${colour}" stroke-width="2"${
      dashed ? ' stroke-dasharray="5 4"' : ""
    }/><text x="${plot.right + 46}" y="${top + 4}">${escaped(label)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12" fill="#1f2328" role="img">
<title>${escaped(figure.title)}, by ${escaped(figure.axis ?? "")}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${plot.left}" y="22" font-weight="bold">${escaped(figure.title)}</text>
${grid.join("\n")}
${bottom.join("\n")}
<text x="${(plot.left + plot.right) / 2}" y="${size.height - 10}" text-anchor="middle">${
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
