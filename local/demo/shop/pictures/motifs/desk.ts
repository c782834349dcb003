/** What lies on a desk. */
import { colours, darker, lighter } from "../colours.ts";
import { flat, round } from "../pen.ts";
import type { Motif } from "../motif.ts";

const steel = { along: "y", stops: ["#eef2f4", colours.steel, "#7f8990"] } as const;

export const desk: Record<string, Motif> = {
  "bound-notebook": (pen, colour) => {
    pen.shadow(54, 86, 36, 6);
    pen.shape("M27 16 L77 19 L80 86 L30 84 Z", colours.paper);
    for (const x of [77.6, 78.6, 79.6]) {
      pen.line(`M${x} 20 L${x + 2} 85`, 0.3, darker(colours.paper, 0.3));
    }
    pen.shape("M22 14 Q22 12 25 12 L72 15 Q75 15 75 18 L77 82 Q77 85 74 85 L27 84 Q24 84 24 81 Z", {
      along: "x",
      stops: [darker(colour, 0.2), colour, lighter(colour, 0.08)],
    });
    pen.line("M30 13 L32 84", 0.8, darker(colour, 0.35)).line("M66 15 L68 85", 1.6, "#c4694a");
    pen.shape("M38 30 L60 31 L60.6 44 L38.6 43 Z", colours.paper).line(
      "M42 35 L56 35.8",
      0.8,
      colours.grey,
    ).line("M42 39 L52 39.5", 0.8, colours.grey);
  },
  "letter-set": (pen, colour) => {
    pen.shadow(50, 84, 42, 6);
    pen.shape("M24 14 L70 18 L66 66 L20 62 Z", flat(colour));
    for (const y of [26, 31, 36]) pen.line(`M30 ${y} L60 ${y + 2.6}`, 0.6, colours.grey, 0.8);
    pen.box(22, 44, 62, 38, 1.5, flat(darker(colour, 0.06)));
    pen.shape("M22 82 L48 62 L58 62 L84 82 Z", darker(colour, 0.1)).shape(
      "M22 45 L53 69 L84 45 Q53 42 22 45 Z",
      flat(colour),
    );
    pen.line("M23 46 L53 69 L83 46", 0.5, darker(colour, 0.3)).ellipse(53, 67, 4.6, 4.6, "#a8413a")
      .ellipse(52.4, 66.4, 3, 3, "#c05a50");
  },
  "wall-calendar": (pen, colour) => {
    pen.shadow(53, 84, 34, 6, 0.22);
    pen.box(24, 16, 54, 68, 1.5, flat(colour)).box(24, 16, 54, 20, 1.5, flat("#c4694a"));
    pen.ellipse(64, 26, 5, 5, "#f1d9a8").shape("M24 36 L40 22 L52 33 L60 27 L78 36 Z", "#8d4a37");
    for (let day = 0; day < 35; day++) {
      const [x, y] = [28.6 + day % 7 * 7.1, 42 + Math.floor(day / 7) * 8.4];
      pen.box(x, y, 4.4, 4.4, 0.8, day === 16 ? "#c4694a" : day % 7 > 4 ? "#cfc7b6" : "#e6dfcf");
    }
    for (let x = 29; x < 77; x += 4) pen.ellipse(x, 16, 0.9, 1.8, colours.black);
  },
  "sketch-pad": (pen, colour) => {
    pen.shadow(52, 86, 38, 6);
    pen.box(22, 18, 58, 68, 1.5, flat(darker(colour, 0.18))).box(20, 16, 58, 67, 1.5, flat(colour));
    pen.box(20, 14, 58, 7, 1.5, flat("#6b6f55"));
    pen.line("M30 66 C36 40 44 36 50 50 C54 60 60 56 68 34", 1.1, "#5b5550").line(
      "M32 72 L64 72",
      0.7,
      "#5b5550",
      0.6,
    );
    pen.ellipse(60, 36, 6, 6, "#5b5550", 0.16).line("M70 82 L92 52", 3, round("#d3a23c")).shape(
      "M70 82 L68.4 85 L71.6 83.4 Z",
      colours.black,
    );
  },
  "wrapping-paper": (pen, colour) => {
    pen.shadow(50, 88, 40, 6);
    for (
      const [x, shade, top] of [[28, darker(colour, 0.1), 22], [72, colours.raw, 20], [
        50,
        colour,
        14,
      ]] as const
    ) {
      pen.box(x - 10, top, 20, 74 - (top - 14), 3, round(shade));
      for (let y = top + 8; y < 84; y += 9) {
        const dot = shade === colours.raw ? "#c4694a" : colours.paper;
        for (const dx of y % 2 ? [-5, 3] : [-2, 6]) pen.ellipse(x + dx, y, 1.7, 1.7, dot, 0.85);
      }
      pen.ellipse(x, top + 1, 10, 2.6, lighter(shade, 0.25)).ellipse(
        x,
        top + 1,
        5,
        1.3,
        darker(shade, 0.5),
      );
    }
    pen.box(39.6, 46, 20.8, 6, 0.5, flat("#b8483f"));
  },
  "fountain-pen": (pen, colour) => {
    pen.shadow(54, 80, 42, 5, 0.2);
    pen.line("M14 74 Q22 82 26 72 Q30 62 36 72", 1, colours["night blue"], 0.9);
    pen.shape("M34 70 L44 54 L52 62 Z", {
      along: "x",
      stops: [colours.brass, "#f0dca6", colours.brass],
    }).line("M35 69.4 L45 60", 0.5, colours.black);
    pen.shape("M44 53 L50 46 L59 55 L52 62 Z", round(darker(colour, 0.3)));
    pen.shape("M50 46 L80 14 Q88 10 90 16 Q91 22 87 26 L59 55 Z", {
      along: "y",
      stops: [lighter(colour, 0.3), colour, darker(colour, 0.3)],
    });
    pen.line("M49 47 L58 56", 1.4, colours.brass).line("M66 30 L74 38", 1, colours.brass).line(
      "M70 40 L88 22",
      1.4,
      "#e9cf8a",
    );
  },
  "ink-bottle": (pen, colour) => {
    pen.shadow(50, 86, 38, 6);
    pen.shape("M22 52 Q22 46 29 46 L71 46 Q78 46 78 52 L82 80 Q82 86 75 86 L25 86 Q18 86 18 80 Z", {
      along: "x",
      stops: ["#b9cbcf", "#eef5f5", "#c9d9db", "#a6babf"],
    });
    pen.shape(
      "M25 56 L75 56 L78 79 Q78 82 74 82 L26 82 Q22 82 22 79 Z",
      round(darker(colour, 0.1)),
      0.94,
    );
    pen.box(38, 60, 24, 15, 1.5, flat(colours.paper)).line("M43 65 L57 65", 1, darker(colour)).line(
      "M45 69.5 L55 69.5",
      0.7,
      colours.grey,
    );
    pen.box(37, 38, 26, 9, 1.5, "#cfdcdd").box(34, 22, 32, 18, 3, round(colours.black)).ellipse(
      50,
      23.4,
      15,
      2.4,
      lighter(colours.black, 0.25),
    );
  },
  "pencil-case": (pen, colour) => {
    pen.shadow(50, 78, 46, 7);
    for (const [x, shade] of [[26, "#d3a23c"], [33, "#b5563f"], [40, "#4a6fa5"]] as const) {
      pen.line(`M${x} 52 L${x - 10} 24`, 3, round(shade));
    }
    pen.shape(
      "M12 48 Q12 44 17 44 L84 44 Q90 44 90 50 L88 74 Q88 78 82 78 L20 78 Q14 78 14 73 Z",
      flat(colour),
    );
    pen.line("M16 48 L86 48", 1.4, darker(colour, 0.4)).line(
      "M17 47.8 L85 47.8",
      0.5,
      colours.brass,
    ).ellipse(82, 48, 2.2, 2.2, colours.brass);
    pen.line("M17 74 L85 74", 0.5, lighter(colour, 0.45)).line(
      "M82 50 L82 58",
      1.6,
      darker(colour, 0.25),
    );
  },
  "colour-pencils": (pen) => {
    pen.shadow(50, 88, 42, 6);
    const leads = [
      "#b8483f",
      "#d3763c",
      "#d3a23c",
      "#8ba04f",
      "#4f8a67",
      "#3f8a94",
      "#4a6fa5",
      "#3f4f86",
      "#6f5a96",
      "#a3557f",
      "#7a5336",
      "#45474d",
    ];
    for (const [i, lead] of leads.entries()) {
      const x = 14 + i * 6.5;
      const top = 20 + Math.abs(i - 5.5) * 1.6;
      pen.box(x - 2.7, top + 12, 5.4, 75 - top, 0.5, round(lead));
      pen.shape(
        `M${x - 2.7} ${top + 12.4} L${x - 0.8} ${top + 3} L${x + 0.8} ${top + 3} L${x + 2.7} ${
          top + 12.4
        } Z`,
        round(colours.beech),
      );
      pen.shape(`M${x - 0.9} ${top + 4} L${x} ${top} L${x + 0.9} ${top + 4} Z`, lead);
    }
  },
  "brass-ruler": (pen, colour) => {
    pen.shadow(52, 62, 46, 8, 0.22);
    pen.shape("M6 58 L90 34 L95 49 L11 74 Z", {
      along: "x",
      stops: [
        darker(colour, 0.12),
        lighter(colour, 0.35),
        colour,
        lighter(colour, 0.2),
        darker(colour, 0.15),
      ],
    });
    for (let i = 1; i < 40; i++) {
      const [x, y] = [6 + i * 2.1, 58 - i * 0.6];
      const long = i % 10 === 0 ? 6 : i % 5 === 0 ? 4.4 : 2.6;
      pen.line(`M${x} ${y} L${x + long * 0.3} ${y + long}`, 0.45, darker(colour, 0.6));
    }
    pen.ellipse(90, 44.6, 1.5, 1.5, "#e6dfd4");
  },
  "desk-scissors": (pen) => {
    pen.shadow(50, 84, 36, 6, 0.2);
    for (const side of [-1, 1]) {
      const x = (at: number) => 50 + side * at;
      pen.shape(`M${x(-1)} 52 L${x(12)} 8 Q${x(15)} 10 ${x(14)} 16 L${x(4)} 56 Z`, {
        along: "x",
        stops: ["#9aa4ab", "#eef2f4", "#a9b2b8"],
      });
      pen.line(`M${x(2)} 50 L${x(-10)} 66`, 4, "#7f8990");
      pen.ellipse(x(-17), 76, 11, 12, round(colours.black)).ellipse(
        x(-17),
        76,
        6.8,
        7.8,
        "#e4ded4",
      );
    }
    pen.ellipse(50, 51, 2.6, 2.6, steel).line("M48.6 51 L51.4 51", 0.5, colours.black);
  },
  "pen-pot": (pen, colour) => {
    pen.shadow(50, 87, 32, 6);
    for (
      const [x, lean, shade] of [[42, -12, "#d3a23c"], [50, 2, "#45474d"], [57, 9, "#b5563f"], [
        46,
        -3,
        "#4a6fa5",
      ]] as const
    ) {
      pen.line(`M${x} 56 L${x + lean} 18`, 3.2, round(shade)).shape(
        `M${x + lean - 1.4} 18 L${x + lean} 12 L${x + lean + 1.4} 18 Z`,
        colours.beech,
      );
    }
    pen.turned(50, [[20, 44], [20, 60], [20, 80], [19, 86]], round(colour));
    pen.shape("M30 44 Q50 51 70 44 Q50 47.6 30 44 Z", lighter(colour, 0.25));
    for (const [y, bend] of [[54, 7], [63, 6], [72, 7], [79, 6]] as const) {
      pen.line(`M31 ${y} Q50 ${y + bend} 69 ${y}`, 0.5, darker(colour, 0.3), 0.5);
    }
  },
  "letter-tray": (pen, colour) => {
    pen.shadow(50, 86, 46, 7);
    for (const y of [66, 42]) {
      pen.shape(
        `M22 ${y - 14} L86 ${y - 14} L92 ${y + 14} L10 ${y + 14} Z`,
        flat(darker(colour, 0.25)),
      );
      pen.shape(`M28 ${y - 10} L76 ${y - 11} L80 ${y + 8} L20 ${y + 9} Z`, colours.paper).shape(
        `M32 ${y - 8} L80 ${y - 8} L83 ${y + 7} L26 ${y + 8} Z`,
        flat("#fffdf6"),
      );
      for (const dy of [-4, -1, 2]) {
        pen.line(`M36 ${y + dy} L${dy === 2 ? 58 : 72} ${y + dy}`, 0.6, colours.grey, 0.7);
      }
      pen.shape(
        `M10 ${y + 7} L92 ${y + 7} L92 ${y + 16} Q92 ${y + 18} 90 ${y + 18} L12 ${y + 18} Q10 ${
          y + 18
        } 10 ${y + 16} Z`,
        { along: "y", stops: [lighter(colour, 0.15), darker(colour, 0.12)] },
      );
      pen.shape(`M40 ${y + 7} Q51 ${y + 15} 62 ${y + 7} Z`, darker(colour, 0.35));
      if (y === 66) {
        for (const x of [14, 88]) pen.line(`M${x} 52 L${x} 74`, 2, darker(colour, 0.3));
      }
    }
  },
};
