/** What gives light. */
import { colours, darker, lighter } from "../colours.ts";
import { flat, type Pen, round } from "../pen.ts";
import type { Motif } from "../motif.ts";

const glow = (pen: Pen, x: number, y: number, radius: number) => {
  for (const share of [1, 0.7, 0.45]) {
    pen.ellipse(x, y, radius * share, radius * share, colours.glow, 0.22);
  }
};

function flame(pen: Pen, x: number, y: number, size: number): void {
  glow(pen, x, y, 11 * size);
  pen.shape(
    `M${x} ${y - 8 * size} C${x + 6 * size} ${y} ${x + 3 * size} ${y + 4 * size} ${x} ${
      y + 4 * size
    } C${x - 3 * size} ${y + 4 * size} ${x - 6 * size} ${y} ${x} ${y - 8 * size} Z`,
    "#f2a63b",
  );
  pen.ellipse(x, y + size, 1.5 * size, 2.6 * size, "#fff3c9");
}

export const light: Record<string, Motif> = {
  "reading-lamp": (pen, colour) => {
    pen.shadow(38, 86, 30, 6);
    pen.shape("M58 36 L30 86 L92 86 Z", { along: "y", stops: ["#ffe9b8", "#efe6d6"] }, 0.4);
    pen.line("M38 82 L30 46 L60 24", 3, round(colour)).ellipse(30, 46, 3.4, 3.4, darker(colour));
    pen.ellipse(38, 84, 18, 4.6, round(darker(colour, 0.12))).ellipse(
      38,
      82,
      18,
      4.6,
      round(colour),
    );
    pen.shape("M56 16 L70 22 L80 42 Q66 44 52 36 L52 24 Z", round(colour));
    pen.shape("M80 42 Q66 45 52 36 Q64 36 80 42 Z", colours.glow);
  },
  "beeswax-candles": (pen, colour) => {
    pen.shadow(50, 86, 42, 6);
    for (
      const [x, top, half] of [[26, 46, 7.5], [74, 40, 7.5], [42, 32, 8], [60, 52, 8]] as const
    ) {
      pen.box(x - half, top, half * 2, 85 - top, 2, round(colour));
      pen.ellipse(x, top, half, 2.2, lighter(colour, 0.35)).line(
        `M${x} ${top} L${x} ${top - 4}`,
        0.9,
        colours.black,
      );
      for (let y = top + 6; y < 82; y += 6) {
        pen.line(
          `M${x - half + 1} ${y} Q${x} ${y + 2} ${x + half - 1} ${y}`,
          0.4,
          darker(colour),
          0.35,
        );
      }
      if (x === 42 || x === 74) flame(pen, x, top - 8, 0.9);
    }
  },
  "globe-lamp": (pen) => {
    pen.shadow(50, 86, 34, 6);
    glow(pen, 50, 44, 46);
    pen.turned(50, [[9, 70], [11, 76], [17, 84], [17, 86]], round(colours.brass));
    pen.ellipse(50, 44, 29, 29, { along: "y", stops: ["#fffaf0", "#fff3d6", "#ecdcb6"] });
    pen.ellipse(42, 34, 9, 7, "#ffffff", 0.7);
  },
  "candle-holder": (pen, colour) => {
    pen.shadow(50, 87, 36, 6);
    pen.box(45, 20, 10, 42, 2, round(colours.white)).ellipse(50, 20, 5, 1.4, "#ffffff");
    pen.line("M50 20 L50 16", 0.9, colours.black);
    flame(pen, 50, 11, 0.9);
    pen.turned(
      50,
      [[8, 58], [9, 64], [4, 68], [4, 74], [9, 78], [26, 83], [27, 86]],
      round(colour),
    );
    pen.ellipse(50, 58, 8, 1.8, lighter(colour, 0.3)).line(
      "M75 82 C92 78 92 68 80 70",
      2.4,
      round(colour),
    );
  },
  "storm-lantern": (pen, colour) => {
    pen.shadow(50, 88, 32, 6);
    pen.line("M32 38 C32 6 68 6 68 38", 1.6, darker(colour));
    pen.box(31, 78, 38, 9, 3, round(colour)).turned(
      50,
      [[6, 22], [14, 27], [19, 34], [19, 36]],
      round(colour),
    );
    pen.box(33, 36, 34, 42, 4, { along: "x", stops: ["#d9c9a4", "#fff3d2", "#f6e2b0", "#cdbb92"] });
    pen.box(44, 58, 12, 20, 1.5, round(colours.white));
    flame(pen, 50, 52, 1);
    for (const x of [33.5, 50, 66.5]) {
      pen.line(`M${x} 36 L${x} 78`, 1.2, colour, x === 50 ? 0.35 : 1);
    }
  },
  "mushroom-lamp": (pen, colour) => {
    pen.shadow(50, 86, 36, 6);
    pen.shape("M24 46 L14 86 L86 86 L76 46 Z", { along: "y", stops: ["#ffeec4", "#efe6d6"] }, 0.45);
    pen.turned(50, [[6, 46], [6, 62], [10, 76], [17, 83], [17, 86]], round(darker(colour, 0.06)));
    pen.ellipse(50, 47, 32, 7, colours.glow);
    pen.shape("M18 47 C18 14 82 14 82 47 Q50 40 18 47 Z", round(colour));
    pen.shape("M28 34 C32 24 42 22 48 22 C38 26 34 32 32 38 Z", "#ffffff", 0.35);
    pen.box(48, 18, 4, 4, 2, flat(colours.brass));
  },
};
