/** What the kitchen sells. */
import { colours, darker, lighter } from "../colours.ts";
import { flat, round } from "../pen.ts";
import type { Motif } from "../motif.ts";

const steel = { along: "y", stops: ["#eef2f4", colours.steel, "#8d979f"] } as const;

export const kitchen: Record<string, Motif> = {
  "stoneware-bowl": (pen, colour) => {
    pen.shadow(50, 76, 40, 7).ellipse(50, 75, 13, 3, darker(colour, 0.35));
    pen.turned(50, [[34, 44], [33, 52], [27, 64], [17, 73], [13, 75]], round(colour));
    pen.ellipse(50, 44, 34, 9, lighter(colour, 0.25)).ellipse(
      50,
      44.8,
      31.5,
      7.6,
      darker(colour, 0.35),
    );
    pen.shape("M20 45 Q50 62 80 45 Q70 53.5 50 53.4 Q30 53.5 20 45 Z", darker(colour, 0.15));
    for (const y of [57, 61]) {
      pen.line(`M${y - 35} ${y} Q50 ${y + 8} ${135 - y} ${y}`, 0.5, darker(colour), 0.5);
    }
  },
  "enamel-jug": (pen, colour) => {
    pen.shadow(48, 84, 34, 6);
    pen.line("M66 36 C90 30 90 66 67 68", 5, round(darker(colour, 0.05)));
    pen.shape("M34 26 L24 21 Q29 33 33 36 Z", round(colour));
    pen.turned(50, [[17, 25], [17.5, 34], [22, 52], [24, 68], [21, 82], [19, 84]], round(colour));
    pen.ellipse(50, 25, 17, 4, colours.navy).ellipse(50, 25.4, 15, 2.9, darker(colour, 0.4));
    pen.line("M30 83 Q50 88 70 83", 1.4, colours.navy);
  },
  "olive-board": (pen, colour) => {
    pen.shadow(52, 86, 36, 5);
    pen.shape(
      "M30 26 Q29 20 36 20 L42 20 L43 9 Q50 4 57 9 L58 20 L66 20 Q72 21 71 28 L73 80 Q73 86 66 86 L36 87 Q28 87 28 80 Z",
      {
        along: "x",
        stops: [lighter(colour, 0.15), colour, darker(colour, 0.12)],
      },
    );
    for (const [x, bend] of [[35, 4], [42, -3], [48, 5], [55, -4], [62, 3], [67, -2]] as const) {
      pen.line(
        `M${x} 24 C${x + bend} 42 ${x - bend} 62 ${x + bend / 2} 84`,
        0.9,
        darker(colour, 0.35),
        0.5,
      );
    }
    pen.ellipse(47, 54, 3.6, 6, darker(colour, 0.3), 0.5).ellipse(
      47,
      54,
      1.8,
      3.5,
      darker(colour, 0.5),
      0.6,
    );
    pen.ellipse(50, 12, 2.2, 2.2, colours.black);
  },
  "coffee-filter": (pen, colour) => {
    pen.shadow(50, 82, 34, 6);
    pen.line("M66 42 C86 40 84 60 66 58", 4, round(colour));
    pen.turned(50, [[31, 34], [25, 48], [15, 63], [8, 70]], round(colour));
    pen.ellipse(50, 34, 31, 8, lighter(colour, 0.3)).ellipse(
      50,
      34.6,
      28.5,
      6.6,
      darker(colour, 0.25),
    );
    pen.shape("M24 35 L50 45 L76 35 L72 23 Q50 31 28 23 Z", flat("#cda877"));
    pen.ellipse(50, 24.5, 21, 3.6, "#6b4a33");
    pen.ellipse(50, 72, 26, 5, round(colour)).box(41, 74, 18, 8, 2, round(darker(colour, 0.06)));
  },
  "cast-iron-pan": (pen, colour) => {
    pen.shadow(44, 72, 40, 9);
    pen.line("M66 50 L94 36", 7, { along: "y", stops: [lighter(colour, 0.2), darker(colour)] });
    pen.ellipse(92.4, 36.8, 1.5, 1.3, "#e6dfd4");
    pen.ellipse(40, 60, 36, 16, round(darker(colour, 0.2))).ellipse(
      40,
      56,
      36,
      16,
      round(lighter(colour, 0.14)),
    );
    pen.ellipse(40, 57, 32, 13, flat(darker(colour, 0.25)));
    pen.shape("M26 53 Q32 47 42 49 Q56 48 55 57 Q54 64 42 63 Q26 63 26 53 Z", colours.white);
    pen.ellipse(40, 56, 6, 4.4, "#e9a83a").ellipse(38.6, 54.6, 2, 1.2, "#f6cf7c");
  },
  "paring-knife": (pen, colour) => {
    pen.shadow(52, 70, 42, 6, 0.22);
    pen.shape("M8 60 Q26 42 58 44 L58 58 Q28 63 8 60 Z", steel);
    pen.line("M10 60 Q30 62 58 57", 0.7, "#f7fafb");
    pen.shape("M57 43 L66 42 Q84 42 92 49 Q95 55 90 59 Q76 59 66 60 L57 59 Z", flat(colour));
    for (const x of [66, 75, 84]) pen.ellipse(x, 51, 1.5, 1.5, colours.brass);
  },
  "wooden-spoons": (pen, colour) => {
    pen.shadow(50, 88, 34, 5);
    for (const [x, tip, shade] of [[30, 26, 0], [50, 18, 0.12], [70, 28, 0.24]] as const) {
      const wood = darker(colour, shade);
      pen.line(`M${x} ${tip + 18} L${50 + (x - 50) * 0.55} 86`, 4.4, round(wood));
      pen.ellipse(x, tip + 8, 8.4, 12.5, round(wood)).ellipse(
        x,
        tip + 8,
        5.6,
        9.4,
        darker(wood, 0.22),
      );
    }
  },
  teapot: (pen, colour) => {
    pen.shadow(50, 82, 40, 7);
    pen.line("M70 46 C94 40 94 70 70 70", 4.6, round(darker(colour, 0.1)));
    pen.shape("M34 66 Q18 62 12 42 L19 40 Q25 52 36 52 Z", round(colour));
    pen.turned(50, [[11, 38], [22, 44], [28, 58], [25, 73], [16, 81], [14, 82]], round(colour));
    pen.ellipse(50, 38.6, 12, 3.2, darker(colour, 0.35));
    pen.turned(50, [[2, 31], [8, 34], [12.5, 38], [12, 39]], round(lighter(colour, 0.06)));
    pen.ellipse(50, 29.4, 3.4, 3, round(colours.wood));
  },
  "storage-jar": (pen) => {
    pen.shadow(50, 86, 32, 6);
    pen.box(27, 30, 46, 56, 9, { along: "x", stops: ["#c3d3d2", "#eef4f2", "#dbe7e6", "#b2c4c4"] });
    pen.shape(
      "M29 50 Q38 46 50 49 Q62 52 71 47 L71 78 Q71 84 64 84 L36 84 Q29 84 29 78 Z",
      flat("#c9803d"),
    );
    for (let i = 0; i < 70; i++) {
      const [x, y] = [31 + (i * 37 % 39), 52 + (i * 53 % 31)];
      pen.ellipse(x, y, 1.7, 1.3, i % 3 === 0 ? "#dd9c58" : "#a9652a", 0.8);
    }
    pen.box(31, 33, 4, 48, 2, "#ffffff", 0.5);
    pen.box(29, 17, 42, 15, 4, round(colours.cork)).ellipse(
      50,
      18.5,
      20,
      3,
      lighter(colours.cork, 0.2),
    );
  },
  "pepper-mill": (pen, colour) => {
    pen.shadow(50, 88, 26, 5);
    pen.turned(50, [[13, 40], [11, 48], [15, 60], [11, 70], [16, 82], [16, 88]], round(colour));
    pen.box(36, 36, 28, 5, 2, { along: "x", stops: ["#8d979f", "#eef2f4", "#8d979f"] });
    pen.turned(50, [[3, 16], [12, 19], [14, 27], [10, 34], [12, 36]], round(darker(colour, 0.08)));
    pen.ellipse(50, 14, 3.4, 3.4, "#9aa4ab");
  },
};
