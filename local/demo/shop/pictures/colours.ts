/** The colours that the pictures are drawn in. */

/** Red, green, blue; each 0 to 255. */
export type Rgb = readonly [number, number, number];

/** `#rrggbb` as numbers. */
export function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function towards(hex: string, target: number, share: number): string {
  const mixed = rgb(hex).map((one) => Math.round(one + (target - one) * share));
  return `#${mixed.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

/** Nearer to white. @param share 0 to 1 */
export const lighter = (hex: string, share = 0.2): string => towards(hex, 255, share);

/** Nearer to black. @param share 0 to 1 */
export const darker = (hex: string, share = 0.2): string => towards(hex, 0, share);

/** What things are made of, and the colours that variants come in, by the names that the seed uses. */
export const colours = {
  sand: "#d9bf97",
  "night blue": "#2f4468",
  white: "#f1eee8",
  green: "#5c8a6a",
  "moss green": "#6f7f4f",
  terracotta: "#c4694a",
  mustard: "#d3a23c",
  black: "#34343a",
  brass: "#c39a48",
  red: "#b8483f",
  blue: "#4a6fa5",
  tan: "#b07c4f",
  raw: "#e0d3b8",
  natural: "#dccfb4",
  navy: "#33415e",
  grey: "#8d939b",
  clear: "#cfe0e2",
  amber: "#cf8a35",
  sepia: "#7a5336",
  steel: "#b4bcc3",
  iron: "#45474d",
  wood: "#c08d5c",
  oak: "#c9a06b",
  olive: "#a87a45",
  beech: "#d8ae7e",
  cork: "#b98a5b",
  cream: "#f6ecd8",
  wax: "#e8c46a",
  wool: "#d8cdbb",
  paper: "#f7f2e6",
  leaf: "#5d8757",
  glow: "#ffe2a3",
} as const;

/** A colour by its name. */
export type Colour = keyof typeof colours;

/** Whether a variant's option names one. */
export function isColour(name: unknown): name is Colour {
  return typeof name === "string" && Object.hasOwn(colours, name);
}

/** What stands behind things: light, so that everything shows on it. */
export const backdrops = ["#e9e3da", "#dfe6e4", "#ebe0d8", "#e0e3ea", "#e8e6d9", "#e9dfe1"];
