/** What is woven and sewn for the house. */
import { colours, darker, lighter } from "../colours.ts";
import { flat, type Pen, round } from "../pen.ts";
import type { Motif } from "../motif.ts";

/** Folded pieces, one above the other, from the lowest up. */
function pile(
  pen: Pen,
  shades: string[],
  height: number,
  fold: (y: number, shade: string) => void,
): void {
  for (const [i, shade] of shades.entries()) {
    const y = 84 - (i + 1) * height;
    pen.box(16, y, 68, height - 0.8, height / 2.2, {
      along: "y",
      stops: [lighter(shade, 0.16), shade, darker(shade, 0.22)],
    });
    fold(y, shade);
  }
}

export const textiles: Record<string, Motif> = {
  "wool-blanket": (pen, colour) => {
    pen.shadow(50, 84, 46, 7);
    pile(pen, [darker(colour, 0.06), colour, darker(colour, 0.03)], 17, (y, shade) => {
      for (const x of [26, 31, 69, 74]) {
        pen.line(`M${x} ${y + 0.6} L${x} ${y + 15}`, 2, "#7b4b3a", 0.65);
      }
      pen.line(`M20 ${y + 9} Q50 ${y + 11} 80 ${y + 9}`, 0.5, darker(shade), 0.6);
    });
    for (let x = 20; x < 82; x += 3) {
      pen.line(`M${x} 82 L${x + (x % 2 ? 0.8 : -0.8)} 88`, 0.9, darker(colour, 0.08));
    }
  },
  "linen-towel": (pen, colour) => {
    pen.shadow(54, 84, 30, 6);
    pen.line("M14 14 L86 14", 3, round(colours.wood));
    const cloth = "#f0e9da";
    pen.shape("M28 13 Q50 10 72 13 L74 84 Q62 81 51 84 Q40 87 27 83 Z", {
      along: "x",
      stops: [darker(cloth, 0.1), cloth, "#fffaf0", darker(cloth, 0.12), cloth],
    });
    for (const [from, width] of [[64, 4], [71, 1.4], [59, 1.4]] as const) {
      pen.line(`M28 ${from} Q50 ${from + 3} 73 ${from}`, width, colour, 0.85);
    }
    for (const x of [36, 45, 57, 66]) {
      pen.line(`M${x} 16 Q${x + 2} 50 ${x} 80`, 0.6, darker(cloth, 0.3), 0.3);
    }
  },
  "velvet-cushion": (pen, colour) => {
    pen.shadow(50, 82, 42, 8);
    pen.shape("M20 26 Q50 18 80 26 Q90 52 82 80 Q50 88 18 80 Q10 52 20 26 Z", {
      along: "y",
      stops: [lighter(colour, 0.2), colour, darker(colour, 0.3)],
    });
    pen.shape("M26 32 Q46 26 62 30 Q44 40 34 60 Q26 50 26 32 Z", "#ffffff", 0.13);
    pen.line("M20 26 Q50 18 80 26 Q90 52 82 80 Q50 88 18 80 Q10 52 20 26", 1, darker(colour, 0.12));
    for (
      const path of [
        "M22 29 Q30 36 36 38",
        "M78 29 Q70 36 65 38",
        "M21 77 Q30 70 36 69",
        "M79 77 Q70 70 64 69",
      ]
    ) pen.line(path, 0.8, darker(colour, 0.35), 0.7);
  },
  "striped-rug": (pen) => {
    pen.shadow(52, 84, 44, 7, 0.22);
    const corners = (from: number, to: number) => {
      const edge = (y: number) => [30 - (y - 22) * 0.3, 70 + (y - 22) * 0.3];
      const [[a, b], [c, d]] = [edge(from), edge(to)];
      return `M${a} ${from} L${b} ${from} L${d} ${to} L${c} ${to} Z`;
    };
    const stripes = [
      colours.raw,
      "#b5563f",
      colours.raw,
      colours["night blue"],
      colours.mustard,
      colours.raw,
      "#b5563f",
      colours.raw,
      colours["moss green"],
      colours.raw,
    ];
    let y = 22;
    for (const [i, stripe] of stripes.entries()) {
      const height = 3.4 + i * 0.56;
      pen.shape(corners(y, y + height + 0.1), {
        along: "x",
        stops: [darker(stripe, 0.06), lighter(stripe, 0.1), darker(stripe, 0.1)],
      });
      y += height;
    }
    for (let x = 13; x <= 88; x += 2.5) {
      pen.line(`M${x} ${y} L${x + (x > 50 ? 1 : -1)} ${y + 4}`, 0.7, darker(colours.raw, 0.08));
    }
    for (let x = 30; x <= 70; x += 1.6) {
      pen.line(`M${x} 22 L${x} 19.6`, 0.5, darker(colours.raw, 0.08));
    }
  },
  "washed-sheet": (pen, colour) => {
    pen.shadow(50, 84, 46, 7);
    pile(pen, [colour, darker(colour, 0.05), lighter(colour, 0.2)], 14, (y, shade) => {
      pen.line(`M18 ${y + 7} Q40 ${y + 5.5} 82 ${y + 7.6}`, 0.5, darker(shade), 0.55);
    });
    pen.shape("M40 41 L60 41 L60 85 L40 85 Z", flat("#b98a5b"), 0.85).box(
      40,
      55,
      20,
      13,
      1.5,
      flat(colours.paper),
    );
    for (const y of [59, 62]) pen.line(`M44 ${y} L56 ${y}`, 0.6, colours.grey);
  },
  "bath-towel": (pen, colour) => {
    pen.shadow(50, 86, 36, 6);
    for (
      const [x, shade] of [[33, darker(colour, 0.08)], [67, darker(colour, 0.04)], [
        50,
        colour,
      ]] as const
    ) {
      const y = x === 50 ? 38 : 66;
      pen.ellipse(x, y, 17, 17, {
        along: "y",
        stops: [lighter(shade, 0.18), shade, darker(shade, 0.22)],
      });
      for (const turn of [13.5, 10, 6.6, 3.4]) {
        pen.ellipse(x, y, turn, turn, darker(shade, 0.25), 0.7).ellipse(
          x,
          y,
          turn - 0.7,
          turn - 0.7,
          flat(shade),
        );
      }
    }
  },
  "fisherman-jumper": (pen, colour) => {
    pen.shadow(50, 86, 38, 6, 0.22);
    const knit = {
      along: "x",
      stops: [darker(colour, 0.12), colour, lighter(colour, 0.08), colour, darker(colour, 0.14)],
    } as const;
    pen.shape("M34 22 L16 34 L8 76 L19 79 L27 48 Z", round(darker(colour, 0.08))).shape(
      "M66 22 L84 34 L92 76 L81 79 L73 48 Z",
      round(darker(colour, 0.12)),
    );
    pen.shape("M34 20 Q50 28 66 20 L76 30 L75 84 Q50 88 25 84 L24 30 Z", knit);
    pen.shape("M36 20 Q50 30 64 20 L62 15 Q50 21 38 15 Z", flat(darker(colour, 0.2)));
    for (let x = 30; x <= 72; x += 3.5) {
      pen.line(`M${x} 32 L${x} 78`, 0.6, darker(colour, 0.3), 0.45);
    }
    for (const y of [79, 82]) {
      pen.line(`M26 ${y} Q50 ${y + 3} 74 ${y}`, 0.8, darker(colour, 0.25), 0.6);
    }
    for (const x of [60, 64, 68]) pen.ellipse(x, 24 + (x - 60) * 0.35, 1.1, 1.1, colours.brass);
  },
};
