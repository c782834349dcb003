/** What one wears and carries. */
import { colours, darker, lighter } from "../colours.ts";
import { flat, round } from "../pen.ts";
import type { Motif } from "../motif.ts";

export const wear: Record<string, Motif> = {
  "canvas-bag": (pen, colour) => {
    pen.shadow(50, 88, 40, 6);
    pen.line("M34 42 C34 4 66 4 66 42", 3.4, round(darker(colour, 0.22)));
    pen.shape("M20 36 L80 36 L84 84 Q84 88 80 88 L20 88 Q16 88 16 84 Z", {
      along: "x",
      stops: [darker(colour, 0.1), colour, lighter(colour, 0.12), colour, darker(colour, 0.12)],
    });
    pen.line("M36 42 C36 10 64 10 64 42", 3, round(darker(colour, 0.1)));
    pen.line("M20 40 L80 40", 0.5, darker(colour, 0.35), 0.8);
    for (const x of [35, 65]) {
      pen.box(x - 3, 38, 6, 8, 0.8, flat("#a5713f")).ellipse(x, 42, 0.9, 0.9, colours.brass);
    }
    pen.line("M30 50 Q28 68 32 84", 0.7, darker(colour, 0.25), 0.5).line(
      "M70 48 Q74 66 68 84",
      0.7,
      darker(colour, 0.25),
      0.5,
    );
  },
  "wool-scarf": (pen, colour) => {
    pen.shadow(52, 88, 34, 6, 0.24);
    const knit = round(colour);
    for (let x = 57; x < 73; x += 2.4) {
      pen.line(`M${x} 82 L${x + 0.6} 91`, 0.9, darker(colour, 0.1));
    }
    pen.shape("M50 38 L64 34 L74 82 L56 84 Z", knit);
    pen.shape("M22 30 C22 12 78 12 78 30 C78 48 62 52 50 52 C36 52 22 46 22 30 Z", {
      along: "y",
      stops: [lighter(colour, 0.12), colour, darker(colour, 0.25)],
    });
    pen.ellipse(50, 27, 17, 7, darker(colour, 0.45));
    for (let x = 31; x < 47; x += 2.4) {
      pen.line(`M${x} 86 L${x - 0.6} 94`, 0.9, darker(colour, 0.15));
    }
    pen.shape("M34 44 L50 48 L46 87 L29 87 Z", knit);
    for (const y of [58, 66, 74, 80]) {
      pen.line(
        `M${34.6 - (y - 50) * 0.1} ${y} L${48.6 - (y - 50) * 0.08} ${y + 0.6}`,
        1.3,
        lighter(colour, 0.35),
        0.7,
      );
    }
    for (const bend of [34, 40, 45]) {
      pen.line(`M26 ${bend - 2} Q50 ${bend + 14} 74 ${bend - 2}`, 0.5, darker(colour, 0.35), 0.5);
    }
  },
  "ribbed-beanie": (pen, colour) => {
    pen.shadow(50, 82, 40, 7);
    pen.shape("M20 66 C16 8 84 8 80 66 Z", round(colour));
    for (const x of [26, 33, 40, 46, 54, 60, 67, 74]) {
      pen.line(
        `M${x} 64 Q${(x + 50) / 2 + (x - 50) * 0.4} 36 ${50 + (x - 50) * 0.12} 23`,
        0.7,
        darker(colour, 0.35),
        0.5,
      );
    }
    pen.box(16, 60, 68, 22, 7, {
      along: "y",
      stops: [lighter(colour, 0.16), colour, darker(colour, 0.22)],
    });
    for (let x = 21; x < 82; x += 4) pen.line(`M${x} 62 L${x} 80`, 0.8, darker(colour, 0.3), 0.5);
    pen.box(66, 68, 9, 7, 1, flat("#a5713f"));
  },
  "hiking-socks": (pen, colour) => {
    pen.shadow(50, 88, 42, 6, 0.24);
    for (const [dx, shade] of [[14, darker(colour, 0.14)], [0, colour]] as const) {
      const x = (at: number) => at + dx;
      pen.shape(
        `M${x(30)} 10 L${x(52)} 10 L${x(52)} 56 Q${x(54)} 60 ${x(66)} 68 Q${x(78)} 76 ${
          x(72)
        } 84 Q${x(68)} 88 ${x(58)} 87 L${x(40)} 82 Q${x(28)} 78 ${x(30)} 62 Z`,
        round(shade),
      );
      pen.shape(
        `M${x(66)} 68 Q${x(78)} 76 ${x(72)} 84 Q${x(68)} 88 ${x(58)} 87 Q${x(64)} 78 ${x(66)} 68 Z`,
        "#c4694a",
      ).shape(`M${x(30)} 60 Q${x(40)} 66 ${x(40)} 82 Q${x(28)} 78 ${x(30)} 62 Z`, "#c4694a");
      for (const y of [17, 21]) pen.line(`M${x(30)} ${y} L${x(52)} ${y}`, 2, "#c4694a");
      for (let rib = 33; rib < 52; rib += 3) {
        pen.line(`M${x(rib)} 25 L${x(rib)} 56`, 0.5, darker(shade, 0.3), 0.5);
      }
    }
  },
  "leather-wallet": (pen, colour) => {
    pen.shadow(50, 80, 42, 7);
    pen.shape("M26 30 L76 26 L78 40 L28 44 Z", flat("#7fa873")).shape(
      "M30 34 L74 31 L75 42 L31 44 Z",
      flat("#a8c39c"),
    );
    pen.box(14, 36, 72, 44, 5, {
      along: "y",
      stops: [lighter(colour, 0.14), colour, darker(colour, 0.18)],
    });
    pen.line("M18 40 L82 40", 0.5, lighter(colour, 0.45)).line(
      "M18 76 L82 76",
      0.5,
      lighter(colour, 0.45),
    ).line("M18 40 L18 76", 0.5, lighter(colour, 0.45));
    pen.shape("M58 50 L88 50 Q90 58 88 66 L58 66 Q54 58 58 50 Z", flat(darker(colour, 0.14)))
      .ellipse(64, 58, 2.4, 2.4, flat(colours.brass));
  },
};
