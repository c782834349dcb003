/**
 * Fills polygons with smooth edges: how much of each pixel a shape covers is summed up along its edges, as
 * font renderers do (https://medium.com/@raphlinus/inside-the-fastest-font-renderer-in-the-world-75ae5270c445).
 */

/** A closed outline in pixels: x, y, x, y… */
export type Outline = number[];

/** A colour for each step along an axis: red, green, blue (0 to 255), red, green, blue… */
export interface Paint {
  axis: "x" | "y";
  /** The pixel of the first step; those before it have its colour, those after the last the last one's. */
  from: number;
  steps: number[];
}

/** A square picture. */
export class Canvas {
  /** Red, green, blue; row by row from the top. */
  readonly pixels: Uint8ClampedArray;
  readonly #edges: Float32Array;
  readonly #stride: number;

  /** @param size its side in pixels */
  constructor(readonly size: number) {
    this.pixels = new Uint8ClampedArray(size * size * 3);
    // An edge at the right border still writes the two cells behind it.
    this.#stride = size + 3;
    this.#edges = new Float32Array(this.#stride * size);
  }

  /** Mixes a colour into a pixel. @param share of it, 0 to 1 */
  mix(x: number, y: number, { axis, from, steps }: Paint, share: number): void {
    if (share <= 0) return;
    const { pixels } = this;
    const step = Math.round((axis === "x" ? x : y) - from) * 3;
    const colour = Math.min(Math.max(step, 0), steps.length - 3);
    const at = (y * this.size + x) * 3;
    for (let part = 0; part < 3; part++) {
      const held = pixels[at + part]!;
      pixels[at + part] = held + (steps[colour + part]! - held) * share;
    }
  }

  /** Fills outlines; one that runs the other way round inside another is a hole. @param alpha 0 to 1 */
  fill(outlines: Outline[], paint: Paint, alpha = 1): void {
    let [left, top, right, bottom] = [this.size, this.size, 0, 0];
    for (const outline of outlines) {
      for (let i = 0; i < outline.length; i += 2) {
        const [x, y] = [outline[i]!, outline[i + 1]!];
        const next = (i + 2) % outline.length;
        this.#edge(x, y, outline[next]!, outline[next + 1]!);
        [left, right] = [Math.min(left, x), Math.max(right, x)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      }
    }
    const [fromX, toX] = [Math.max(0, Math.floor(left)), Math.min(this.size, Math.ceil(right))];
    const [fromY, toY] = [Math.max(0, Math.floor(top)), Math.min(this.size, Math.ceil(bottom))];
    for (let y = fromY; y < toY; y++) {
      let sum = 0;
      const row = y * this.#stride;
      for (let x = fromX; x < toX; x++) {
        sum += this.#edges[row + x]!;
        this.mix(x, y, paint, Math.min(Math.abs(sum), 1) * alpha);
      }
    }
    this.#edges.fill(0, fromY * this.#stride, toY * this.#stride);
  }

  #edge(x0: number, y0: number, x1: number, y1: number): void {
    if (y0 === y1) return;
    const direction = y0 < y1 ? 1 : -1;
    if (y0 > y1) [x0, y0, x1, y1] = [x1, y1, x0, y0];
    const slope = (x1 - x0) / (y1 - y0);
    const clamped = (x: number) => Math.min(Math.max(x, 0), this.size);
    for (let y = Math.max(0, Math.floor(y0)); y < Math.min(this.size, Math.ceil(y1)); y++) {
      const from = Math.max(y, y0);
      const to = Math.min(y + 1, y1);
      const a = clamped(x0 + (from - y0) * slope);
      const b = clamped(x0 + (to - y0) * slope);
      this.#span(y * this.#stride, Math.min(a, b), Math.max(a, b), (to - from) * direction);
    }
  }

  /** Spreads what an edge covers in one row over the pixels that it passes. */
  #span(row: number, left: number, right: number, height: number): void {
    const edges = this.#edges;
    const first = Math.floor(left);
    const last = Math.ceil(right);
    if (last <= first + 1) {
      const middle = (left + right) / 2 - first;
      edges[row + first] = edges[row + first]! + height * (1 - middle);
      edges[row + first + 1] = edges[row + first + 1]! + height * middle;
      return;
    }
    // The covered part of each pixel up to here; its differences are what the row adds up again.
    const width = right - left;
    let before = 0;
    for (let x = first; x < last; x++) {
      const [enter, leave] = [Math.max(x, left), Math.min(x + 1, right)];
      const passed = (leave - enter) / width;
      const triangle = passed * (x + 1 - (enter + leave) / 2);
      const until = (enter - left) / width;
      const covered = until + triangle;
      edges[row + x] = edges[row + x]! + height * (covered - before);
      before = covered;
    }
    edges[row + last] = edges[row + last]! + height * (1 - before);
  }
}
