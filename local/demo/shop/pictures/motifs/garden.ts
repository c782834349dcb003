/** What grows, what it grows in, and what flies above. */
import { colours, darker, lighter } from "../colours.ts";
import { flat, type Pen, round } from "../pen.ts";
import type { Motif } from "../motif.ts";

/** A leaf from its stalk to its tip. */
function leaf(pen: Pen, x: number, y: number, toX: number, toY: number, colour: string): void {
  const [dx, dy] = [(toY - y) * 0.28, (x - toX) * 0.28];
  const [mx, my] = [(x + toX) / 2, (y + toY) / 2];
  pen.shape(
    `M${x} ${y} Q${mx + dx} ${my + dy} ${toX} ${toY} Q${mx - dx} ${my - dy} ${x} ${y} Z`,
    flat(colour),
  );
  pen.line(`M${x} ${y} L${toX} ${toY}`, 0.5, darker(colour, 0.25), 0.8);
}

const steel = { along: "y", stops: ["#eef2f4", colours.steel, "#7f8990"] } as const;

export const garden: Record<string, Motif> = {
  "terracotta-pot": (pen, colour) => {
    pen.shadow(50, 87, 38, 6);
    const leaves = [[22, 32], [34, 14], [50, 8], [66, 15], [78, 33], [30, 40], [70, 41]] as const;
    for (const [i, [x, y]] of leaves.entries()) {
      leaf(pen, 50, 56, x, y, i % 2 ? "#6f9a63" : colours.leaf);
    }
    pen.ellipse(50, 84, 28, 4.4, round(darker(colour, 0.1)));
    pen.shape("M29 56 L71 56 L64 84 Q50 87 36 84 Z", round(colour));
    pen.box(26, 50, 48, 9, 2.5, round(lighter(colour, 0.06))).ellipse(50, 51, 21, 2.4, "#5a4335");
  },
  "watering-can": (pen, colour) => {
    pen.shadow(54, 86, 40, 6);
    pen.line("M50 46 C36 10 86 8 80 44", 3.4, round(darker(colour, 0.1)));
    pen.shape("M46 76 L12 36 L17 32 L48 58 Z", round(colour)).shape(
      "M8 32 L20 24 L22 34 L14 40 Z",
      round(darker(colour, 0.15)),
    );
    pen.turned(64, [[18, 44], [20, 56], [21, 72], [21, 86]], round(colour));
    pen.ellipse(64, 44, 18, 4, darker(colour, 0.25)).shape(
      "M46 44 Q46 38 64 38 Q70 38 72 41 Q60 41 46 44 Z",
      round(lighter(colour, 0.06)),
    );
    pen.line("M44 62 Q64 66 84 62", 0.7, darker(colour, 0.3), 0.7);
  },
  "hanging-planter": (pen, colour) => {
    pen.ellipse(50, 8, 2.4, 2.4, colours.brass);
    for (const x of [24, 50, 76]) pen.line(`M50 8 L${x} 52`, 1.1, "#6b4a33");
    for (const [x, y] of [[24, 82], [34, 90], [64, 88], [78, 80], [48, 94]] as const) {
      pen.line(`M50 52 Q${x} 54 ${x} ${y}`, 0.9, darker(colours.leaf));
      for (let t = 60; t < y; t += 5) {
        pen.ellipse(x + (t % 2 ? 2.4 : -2.4), t, 2.6, 1.9, t % 3 ? colours.leaf : "#7fa873");
      }
    }
    pen.shape("M22 52 Q50 46 78 52 Q76 76 50 77 Q24 76 22 52 Z", round(colour));
    pen.ellipse(50, 52, 28, 4.4, lighter(colour, 0.2)).ellipse(50, 52.4, 26, 3.4, "#5a4335");
    for (const [x, y] of [[34, 42], [44, 36], [56, 37], [66, 43]] as const) {
      leaf(pen, 50, 53, x, y, colours.leaf);
    }
  },
  "garden-trowel": (pen, colour) => {
    pen.shadow(52, 86, 38, 5, 0.22);
    pen.shape("M12 84 Q8 62 30 52 Q46 52 48 68 Q38 90 12 84 Z", steel).line(
      "M18 80 Q28 68 42 60",
      0.9,
      "#ffffff",
      0.7,
    );
    pen.line("M42 60 L58 42", 3.4, { along: "x", stops: ["#8f989f", "#d9dfe3"] });
    pen.line("M60 40 L86 12", 7.4, {
      along: "x",
      stops: [darker(colour, 0.1), lighter(colour, 0.15), colour],
    }).ellipse(84, 14.4, 1.2, 1.2, colours.black);
  },
  "glass-vase": (pen, colour) => {
    pen.shadow(50, 88, 34, 6);
    for (
      const [x, y, flower] of [[32, 14, "#d8785f"], [50, 8, "#e9c46a"], [
        67,
        18,
        "#c9656d",
      ]] as const
    ) {
      pen.line(`M50 74 Q50 44 ${x} ${y}`, 1.1, colours.leaf);
      leaf(pen, (50 + x) / 2, 40, x + (x < 50 ? -10 : 10), 32, "#6f9a63");
      for (let i = 0; i < 7; i++) {
        const angle = i / 3.5 * Math.PI;
        pen.ellipse(
          x + 4.4 * Math.cos(angle),
          y + 4.4 * Math.sin(angle),
          3.4,
          3.4,
          i % 2 ? flower : lighter(flower, 0.18),
        );
      }
      pen.ellipse(x, y, 2.6, 2.6, "#7a4a2a");
    }
    pen.turned(50, [[8, 44], [7, 54], [18, 66], [21, 76], [14, 87], [13, 88]], {
      along: "x",
      stops: [
        darker(colour, 0.1),
        lighter(colour, 0.5),
        colour,
        lighter(colour, 0.35),
        darker(colour, 0.15),
      ],
    }, 0.78);
    pen.ellipse(50, 44, 8, 2, lighter(colour, 0.5), 0.9).line(
      "M37 68 Q33 76 38 83",
      1.4,
      "#ffffff",
      0.7,
    );
  },
  "bird-house": (pen, colour) => {
    pen.shadow(50, 90, 26, 5);
    pen.line("M50 78 L50 92", 4.4, round(colours.wood));
    pen.shape("M28 38 L50 18 L72 38 L72 80 L28 80 Z", flat(colour));
    for (const x of [36, 43, 57, 64]) pen.line(`M${x} 34 L${x} 79`, 0.5, darker(colour), 0.5);
    pen.shape("M20 41 L50 12 L80 41 L75 45 L50 21 L25 45 Z", flat("#6d5a48"));
    pen.ellipse(50, 47, 7.4, 7.4, darker(colour, 0.3)).ellipse(50.6, 47.6, 6.4, 6.4, "#2f2721");
    pen.line("M50 61 L50 62", 3.4, darker(colour, 0.3)).ellipse(50, 67, 0.8, 0.8, "#2f2721");
  },
};
