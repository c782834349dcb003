/** What one lays a table with. */
import { colours, darker, lighter } from "../colours.ts";
import { flat, type Pen, round } from "../pen.ts";
import type { Motif } from "../motif.ts";

const glass = {
  along: "x",
  stops: ["#b9cccd", "#f4f9f8", "#dbe8e7", "#f0f6f5", "#a9bfc0"],
} as const;

function tumbler(pen: Pen, x: number, y: number, size: number): void {
  const at = (dx: number, dy: number) => `${x + dx * size} ${y + dy * size}`;
  pen.shape(
    `M${at(-10, 0)} L${at(-8, 26)} Q${at(0, 29)} ${at(8, 26)} L${at(10, 0)} Z`,
    glass,
    0.85,
  );
  pen.shape(
    `M${at(-9.2, 9)} L${at(-7.8, 24)} Q${at(0, 27)} ${at(7.8, 24)} L${at(9.2, 9)} Z`,
    flat("#9cc3cc"),
    0.7,
  );
  pen.ellipse(x, y, 10 * size, 2.6 * size, "#ffffff", 0.85).ellipse(
    x,
    y,
    9 * size,
    2 * size,
    "#cfdedd",
  );
  pen.ellipse(x, y + 9 * size, 9.2 * size, 2 * size, "#c4dfe4", 0.9);
}

export const table: Record<string, Motif> = {
  "espresso-cup": (pen, colour) => {
    pen.shadow(50, 80, 42, 8).ellipse(50, 76, 36, 8, round(darker(colour, 0.08)));
    pen.ellipse(50, 74.6, 34, 7, round(lighter(colour, 0.18))).ellipse(
      50,
      75.4,
      17,
      3.4,
      darker(colour, 0.25),
    );
    pen.turned(50, [[19, 40], [19, 52], [17, 66], [12, 74], [11, 75]], round(colour));
    pen.ellipse(50, 40, 19, 5, lighter(colour, 0.3)).ellipse(50, 40.5, 17, 4, "#5b3a26");
    pen.ellipse(48, 40.2, 11, 2, "#a26a3c", 0.8);
    for (const x of [45, 54]) {
      pen.line(`M${x} 33 C${x - 6} 26 ${x + 6} 22 ${x} 14`, 1.4, "#ffffff", 0.6);
    }
  },
  "dinner-plate": (pen, colour) => {
    pen.shadow(52, 56, 46, 42, 0.28);
    pen.ellipse(50, 50, 41, 41, {
      along: "y",
      stops: [lighter(colour, 0.25), darker(colour, 0.1)],
    });
    pen.ellipse(50, 50, 38.6, 38.6, flat(colour)).ellipse(
      50,
      50,
      28,
      28,
      flat(darker(colour, 0.1)),
    );
    pen.ellipse(50, 50.8, 27, 27, flat(lighter(colour, 0.06)));
    for (let i = 0; i < 46; i++) {
      const [angle, far] = [i * 2.4, 6 + i * 13 % 32];
      pen.ellipse(
        50 + far * Math.cos(angle),
        50 + far * Math.sin(angle),
        0.45,
        0.45,
        darker(colour, 0.45),
        0.6,
      );
    }
  },
  "water-glass": (pen) => {
    pen.shadow(50, 80, 42, 7);
    tumbler(pen, 32, 30, 1);
    tumbler(pen, 68, 30, 1);
    tumbler(pen, 26, 46, 1.15);
    tumbler(pen, 52, 46, 1.15);
  },
  carafe: (pen) => {
    pen.shadow(50, 88, 32, 6);
    pen.turned(
      50,
      [[10, 12], [8, 24], [9, 36], [20, 54], [24, 72], [21, 85], [19, 87]],
      glass,
      0.9,
    );
    pen.turned(50, [[16.5, 50], [21.5, 60], [22.6, 72], [20, 84], [18, 86]], {
      along: "x",
      stops: ["#7fb0bc", "#b9dbe2", "#8fbfca"],
    }, 0.8);
    pen.ellipse(50, 50.4, 16.4, 3.4, "#d3ecf0", 0.9);
    pen.ellipse(50, 12, 10, 2.6, "#ffffff").ellipse(50, 12.3, 8.6, 1.9, "#c9d9d9");
    pen.line("M36 60 Q33 72 37 82", 1.6, "#ffffff", 0.7);
  },
  "linen-napkins": (pen, colour) => {
    pen.shadow(52, 76, 42, 9);
    const second = darker(colour, 0.1);
    pen.shape("M14 54 L58 38 L90 60 L44 80 Z", flat(second));
    pen.shape("M14 54 L58 38 L58 34 L14 50 Z", lighter(second, 0.1));
    pen.shape("M14 50 L58 32 L90 54 L44 74 Z", flat(colour));
    pen.shape("M14 50 L44 74 L44 80 L14 55 Z", darker(colour, 0.2)).shape(
      "M44 74 L90 54 L90 60 L44 80 Z",
      darker(colour, 0.28),
    );
    pen.line("M18 50 L45 71.5 L85 54", 0.5, lighter(colour, 0.5), 0.9);
    for (const t of [0.3, 0.5, 0.7]) {
      pen.line(
        `M${14 + 44 * t} ${50 - 18 * t} L${44 + 46 * t} ${74 - 20 * t}`,
        0.35,
        darker(colour),
        0.4,
      );
    }
  },
  "serving-tray": (pen, colour) => {
    pen.shadow(50, 70, 46, 14);
    pen.ellipse(50, 58, 43, 20, round(darker(colour, 0.12))).ellipse(
      50,
      54,
      43,
      20,
      round(lighter(colour, 0.12)),
    );
    pen.ellipse(50, 55.4, 39.5, 17.4, flat(colour));
    for (const y of [46, 50, 54, 58, 62, 66]) {
      const half = 39 * Math.sqrt(Math.max(0, 1 - ((y - 55.4) / 17.4) ** 2));
      pen.line(`M${50 - half} ${y} Q50 ${y + 2} ${50 + half} ${y}`, 0.4, darker(colour, 0.35), 0.4);
    }
    pen.ellipse(38, 54, 9, 4, round(colours.white)).ellipse(38, 53, 6, 2.4, "#5b3a26");
    pen.ellipse(62, 57, 8, 3.6, "#d8a24a").ellipse(61, 56, 6.6, 2.6, "#e9c27c");
  },
  "cutlery-set": (pen) => {
    pen.shadow(50, 86, 42, 6, 0.2);
    const metal = { along: "x", stops: ["#8f989f", "#eef2f4", "#a2abb2"] } as const;
    for (const x of [22, 78]) pen.line(`M${x} 40 L${x} 84`, 4.6, metal);
    pen.ellipse(50, 24, 7.6, 11, metal).ellipse(50, 24, 5.4, 8.6, "#a9b2b8");
    pen.line("M50 34 L50 84", 4.6, metal);
    pen.shape(
      "M15 12 L15 26 Q15 38 22 38 Q29 38 29 26 L29 12 L27 12 L26.5 27 L24.5 27 L24 12 L20 12 L19.5 27 L17.5 27 L17 12 Z",
      metal,
    );
    pen.shape("M75 40 L75 14 Q84 14 84 30 L82 44 L75 44 Z", metal);
  },
};
