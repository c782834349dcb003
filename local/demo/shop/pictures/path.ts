/** Outlines of shapes, written as in SVG: `M L H V C Q Z`, absolute (https://www.w3.org/TR/SVG2/paths.html). */
import type { Outline } from "./canvas.ts";

/** Straight pieces of a curve: enough for one that fills a picture. */
const pieces = 24;

const argumentsOf: Record<string, number> = { M: 2, L: 2, H: 1, V: 1, C: 6, Q: 4, Z: 0 };

function bezier(points: number[], t: number): [number, number] {
  let rest = points;
  while (rest.length > 2) {
    rest = rest.slice(0, -2).map((one, index) => one + (rest[index + 2]! - one) * t);
  }
  return [rest[0]!, rest[1]!];
}

/** The outlines that a path draws. @throws {Error} it has a command of another kind */
export function outlinesOf(path: string): Outline[] {
  const tokens = path.match(/[A-Za-z]|-?\d*\.?\d+/g) ?? [];
  const outlines: Outline[] = [];
  let current: Outline = [];
  let command = "";
  for (let i = 0; i < tokens.length;) {
    if (/[A-Za-z]/.test(tokens[i]!)) command = tokens[i++]!;
    const count = argumentsOf[command];
    if (count === undefined) throw new Error(`cannot draw ${command} of ${path}`);
    const given = tokens.slice(i, i += count).map(Number);
    if (command === "M") outlines.push(current = given);
    else if (command === "L") current.push(...given);
    else if (command === "H") current.push(given[0]!, current.at(-1)!);
    else if (command === "V") current.push(current.at(-2)!, given[0]!);
    else if (command !== "Z") {
      const points = [...current.slice(-2), ...given];
      for (let piece = 1; piece <= pieces; piece++) current.push(...bezier(points, piece / pieces));
    }
  }
  return outlines;
}

/** An ellipse. */
export function ellipse(cx: number, cy: number, rx: number, ry: number): Outline {
  const outline: Outline = [];
  for (let i = 0; i < 64; i++) {
    const angle = i / 32 * Math.PI;
    outline.push(cx + rx * Math.cos(angle), cy + ry * Math.sin(angle));
  }
  return outline;
}

/** A rectangle with round corners. */
export function box(x: number, y: number, width: number, height: number, radius = 0): Outline {
  const r = Math.min(radius, width / 2, height / 2);
  if (r === 0) return [x, y, x + width, y, x + width, y + height, x, y + height];
  const corners = [[x + width - r, y + height - r], [x + r, y + height - r], [x + r, y + r], [
    x + width - r,
    y + r,
  ]] as const;
  return corners.flatMap(([cx, cy], quarter) =>
    Array.from({ length: 9 }, (_, i) => {
      const angle = (quarter + i / 8) * Math.PI / 2;
      return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)];
    }).flat()
  );
}

/** A line with round ends along points: x, y, x, y… */
export function stroke(points: number[], width: number): Outline[] {
  const outlines: Outline[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    outlines.push(ellipse(x, y, width / 2, width / 2));
    if (i + 3 >= points.length) continue;
    const [toX, toY] = [points[i + 2]!, points[i + 3]!];
    const length = Math.hypot(toX - x, toY - y);
    if (length === 0) continue;
    const [nx, ny] = [(toY - y) / length * width / 2, (x - toX) / length * width / 2];
    // The same way round as the ends: what lies above each other adds up and is no hole.
    outlines.push([x + nx, y + ny, toX + nx, toY + ny, toX - nx, toY - ny, x - nx, y - ny]);
  }
  return outlines;
}

/**
 * What a lathe makes: half widths at heights from the top down, joined smoothly and mirrored.
 *
 * @param profile half width and height, at least two
 */
export function turned(cx: number, profile: [number, number][]): Outline {
  const side: [number, number][] = [];
  for (let i = 0; i + 1 < profile.length; i++) {
    const [p0, p1] = [profile[Math.max(0, i - 1)]!, profile[i]!];
    const [p2, p3] = [profile[i + 1]!, profile[Math.min(profile.length - 1, i + 2)]!];
    for (let piece = 0; piece < 10; piece++) {
      const t = piece / 10;
      // Catmull and Rom's spline: through all points.
      const at = (axis: 0 | 1) =>
        0.5 * (2 * p1[axis] + (p2[axis] - p0[axis]) * t +
          (2 * p0[axis] - 5 * p1[axis] + 4 * p2[axis] - p3[axis]) * t ** 2 +
          (3 * p1[axis] - p0[axis] - 3 * p2[axis] + p3[axis]) * t ** 3);
      side.push([Math.max(0, at(0)), at(1)]);
    }
  }
  side.push(profile.at(-1)!);
  return [
    ...side.flatMap(([half, y]) => [cx + half, y]),
    ...side.reverse().flatMap(([half, y]) => [cx - half, y]),
  ];
}
