/** Draws on a canvas in a square of 100 by 100, whatever its size, and as near as one wants to look. */
import { Canvas, type Outline, type Paint } from "./canvas.ts";
import { darker, lighter, rgb } from "./colours.ts";
import { box, ellipse, outlinesOf, stroke, turned } from "./path.ts";

/** A colour, or colours that go over into each other from left to right (`x`) or downwards (`y`). */
export type Fill = string | { along: "x" | "y"; stops: readonly [string, string, ...string[]] };

/** As something round is lit from the left. */
export function round(hex: string): Fill {
  return { along: "x", stops: [hex, lighter(hex, 0.22), hex, darker(hex, 0.12), darker(hex, 0.3)] };
}

/** As something flat is lit from above. */
export function flat(hex: string): Fill {
  return { along: "y", stops: [lighter(hex, 0.1), darker(hex, 0.08)] };
}

/** What is looked at: the middle, and how many times larger. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

export class Pen {
  readonly canvas: Canvas;

  /** @param size of the picture, in pixels */
  constructor(size: number, readonly view: View = { x: 50, y: 50, zoom: 1 }) {
    this.canvas = new Canvas(size);
  }

  #scale(): number {
    return this.canvas.size / 100 * this.view.zoom;
  }

  #placed(outline: Outline): Outline {
    const [scale, half] = [this.#scale(), this.canvas.size / 2];
    return outline.map((one, i) =>
      half + (one - (i % 2 === 0 ? this.view.x : this.view.y)) * scale
    );
  }

  /** Fills the whole picture, whatever is looked at. */
  backdrop(fill: Fill): this {
    const { size } = this.canvas;
    const whole = [0, 0, size, 0, size, size, 0, size];
    this.canvas.fill([whole], paintOf(fill, [whole]));
    return this;
  }

  /** Fills outlines. */
  outlines(outlines: Outline[], fill: Fill, alpha = 1): this {
    const placed = outlines.map((one) => this.#placed(one));
    this.canvas.fill(placed, paintOf(fill, placed), alpha);
    return this;
  }

  /** A path as in SVG. */
  shape(path: string, fill: Fill, alpha = 1): this {
    return this.outlines(outlinesOf(path), fill, alpha);
  }

  ellipse(cx: number, cy: number, rx: number, ry: number, fill: Fill, alpha = 1): this {
    return this.outlines([ellipse(cx, cy, rx, ry)], fill, alpha);
  }

  box(x: number, y: number, w: number, h: number, radius: number, fill: Fill, alpha = 1): this {
    return this.outlines([box(x, y, w, h, radius)], fill, alpha);
  }

  /** A line along a path as in SVG. */
  line(path: string, width: number, fill: Fill, alpha = 1): this {
    const lines = outlinesOf(path).flatMap((points) => stroke(points, width));
    return this.outlines(lines, fill, alpha);
  }

  /** What a lathe makes. @param profile half width and height, from the top down */
  turned(cx: number, profile: [number, number][], fill: Fill, alpha = 1): this {
    return this.outlines([turned(cx, profile)], fill, alpha);
  }

  /** What a thing throws on the floor below it. */
  shadow(cx: number, cy: number, rx: number, ry: number, alpha = 0.3): this {
    const [x, y] = this.#placed([cx, cy]) as [number, number];
    const [width, height] = [rx * this.#scale(), ry * this.#scale()];
    const paint: Paint = { axis: "x", from: 0, steps: [52, 44, 38] };
    const { canvas } = this;
    const [right, bottom] = [Math.min(x + width, canvas.size), Math.min(y + height, canvas.size)];
    for (let py = Math.max(0, Math.ceil(y - height)); py < bottom; py++) {
      for (let px = Math.max(0, Math.ceil(x - width)); px < right; px++) {
        const far = Math.hypot((px - x) / width, (py - y) / height);
        if (far < 1) canvas.mix(px, py, paint, alpha * (1 - far) ** 1.4);
      }
    }
    return this;
  }
}

function paintOf(fill: Fill, outlines: Outline[]): Paint {
  if (typeof fill === "string") return { axis: "x", from: 0, steps: [...rgb(fill)] };
  const axis = fill.along;
  const places = outlines.flatMap((outline) =>
    outline.filter((_, i) => i % 2 === (axis === "x" ? 0 : 1))
  );
  const from = Math.min(...places);
  const length = Math.max(...places) - from || 1;
  const stops = fill.stops.map(rgb);
  const steps = Array.from({ length: Math.ceil(length) + 1 }, (_, i) => {
    const place = Math.min(i / length, 1) * (stops.length - 1);
    const [before, after] = [stops[Math.floor(place)]!, stops[Math.ceil(place)]!];
    return before.map((one, part) => one + (after[part]! - one) * (place % 1));
  });
  return { axis, from, steps: steps.flat() };
}
