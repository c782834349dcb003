/** What stands and hangs in a room. */
import { colours, darker, lighter } from "../colours.ts";
import { flat, round } from "../pen.ts";
import type { Motif } from "../motif.ts";

export const furniture: Record<string, Motif> = {
  "oak-stool": (pen, colour) => {
    pen.shadow(50, 90, 38, 6);
    pen.line("M50 40 L50 82", 4.4, round(darker(colour, 0.25)));
    pen.line("M34 40 L22 88", 5, round(colour)).line(
      "M66 40 L78 88",
      5,
      round(darker(colour, 0.1)),
    );
    pen.line("M28 68 L72 68", 2.6, round(darker(colour, 0.1)));
    pen.ellipse(50, 38, 32, 8, round(darker(colour, 0.18))).ellipse(
      50,
      34.5,
      32,
      8,
      round(lighter(colour, 0.08)),
    );
    for (const ring of [24, 17, 10, 4]) {
      pen.ellipse(52, 34.6, ring, ring / 4.2, darker(colour, 0.25), 0.35).ellipse(
        52,
        34.7,
        ring - 0.8,
        (ring - 0.8) / 4.3,
        colour,
        0.8,
      );
    }
  },
  "willow-basket": (pen, colour) => {
    pen.shadow(50, 87, 42, 6);
    pen.line("M24 42 C26 4 74 4 76 42", 4, round(darker(colour, 0.12)));
    pen.shape("M16 42 L84 42 L76 84 Q50 90 24 84 Z", round(colour));
    for (let row = 0; row < 7; row++) {
      const y = 46 + row * 5.8;
      const half = 33 - row * 1.25;
      for (let i = 0; i < 11; i++) {
        const x = 50 - half + (i + (row % 2) / 2) * half / 5.25;
        if (x < 49 + half) {
          pen.ellipse(
            x,
            y,
            half / 10,
            2.3,
            (i + row) % 2 ? darker(colour, 0.16) : lighter(colour, 0.16),
            0.75,
          );
        }
      }
    }
    pen.line("M17 42 Q50 49 83 42", 4.4, round(darker(colour, 0.08))).line(
      "M17 42 Q50 35 83 42",
      2,
      round(darker(colour, 0.25)),
    );
  },
  "wall-clock": (pen, colour) => {
    pen.shadow(54, 58, 44, 42, 0.3);
    pen.ellipse(50, 50, 38, 38, {
      along: "y",
      stops: [lighter(colours.black, 0.25), colours.black],
    });
    pen.ellipse(50, 50, 35, 35, flat(colour));
    const mark = colour === colours.white ? colours.black : colours.white;
    for (let hour = 0; hour < 12; hour++) {
      const angle = hour / 6 * Math.PI;
      const at = (far: number) => `${50 + far * Math.sin(angle)} ${50 - far * Math.cos(angle)}`;
      pen.line(`M${at(hour % 3 === 0 ? 26 : 29)} L${at(31.5)}`, hour % 3 === 0 ? 1.8 : 1, mark);
    }
    pen.line("M50 50 L37 39", 2.2, mark).line("M50 50 L68 32", 1.5, mark).line(
      "M46 57 L61 29",
      0.6,
      "#c4694a",
    );
    pen.ellipse(50, 50, 2.2, 2.2, "#c4694a");
  },
  "round-mirror": (pen, colour) => {
    pen.shadow(55, 58, 45, 43, 0.28);
    pen.ellipse(50, 50, 40, 40, {
      along: "x",
      stops: [lighter(colour, 0.35), colour, darker(colour, 0.3)],
    });
    pen.ellipse(50, 50, 37.6, 37.6, { along: "y", stops: ["#f3f7f8", "#d3dfe3", "#b5c6cc"] });
    pen.shape("M26 70 L62 16 Q68 18 72 21 L34 77 Q29 74 26 70 Z", "#ffffff", 0.5).shape(
      "M42 82 L80 28 Q83 32 84 35 L49 85 Z",
      "#ffffff",
      0.35,
    );
  },
  "coat-hooks": (pen, colour) => {
    pen.box(10, 30, 80, 16, 3, {
      along: "y",
      stops: [lighter(colour, 0.12), colour, darker(colour, 0.15)],
    });
    for (const y of [35, 39, 43]) {
      pen.line(`M12 ${y} Q50 ${y + 1.4} 88 ${y - 0.5}`, 0.4, darker(colour, 0.3), 0.5);
    }
    pen.shape("M24 44 Q34 52 34 62 L38 86 Q28 90 18 87 L20 60 Q20 52 24 44 Z", round("#6f7f4f"));
    pen.shape("M66 45 Q76 40 86 46 L84 72 Q76 76 68 72 Z", round("#c4694a"));
    for (const x of [26, 42, 58, 76]) {
      pen.ellipse(x + 0.8, 42.4, 3.4, 3.4, "#3a2f26", 0.35).ellipse(
        x,
        41,
        3.4,
        3.4,
        flat(lighter(colour, 0.2)),
      );
    }
  },
  "book-shelf": (pen, colour) => {
    pen.shadow(50, 90, 42, 5);
    pen.box(18, 12, 64, 78, 1, flat(darker(colour, 0.35)));
    const spines = [
      "#b5563f",
      colours["night blue"],
      colours.mustard,
      colours.paper,
      "#6f7f4f",
      "#8d5a6b",
      "#4a6fa5",
    ];
    for (const [row, floor] of [36, 61, 86].entries()) {
      let x = 22;
      for (let i = 0; x < (row === 1 ? 58 : 72); i++) {
        const [width, height] = [3.4 + (i * 7 + row * 3) % 4, 14 + (i * 5 + row) % 6];
        pen.box(x, floor - height, width - 0.4, height, 0.6, round(spines[(i * 3 + row * 2) % 7]!));
        x += width;
      }
      if (row === 1) {
        pen.turned(68, [[3, 47], [6, 52], [5, 60], [4, 61]], round(colours.terracotta));
      }
      pen.box(18, floor, 64, 3, 0.5, flat(colour));
    }
    for (const x of [16, 80]) {
      pen.box(x, 10, 4, 80, 1, { along: "x", stops: [lighter(colour, 0.1), darker(colour, 0.1)] });
    }
    pen.box(16, 10, 68, 3.4, 1, flat(lighter(colour, 0.06)));
  },
};
