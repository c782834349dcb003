/** The pictures of the seed's products: each is drawn once in each of its colours, and once from near by. */
import { backdrops, type Colour, colours, isColour, lighter } from "./colours.ts";
import type { Motif } from "./motif.ts";
import { desk } from "./motifs/desk.ts";
import { furniture } from "./motifs/furniture.ts";
import { garden } from "./motifs/garden.ts";
import { kitchen } from "./motifs/kitchen.ts";
import { light } from "./motifs/light.ts";
import { table } from "./motifs/table.ts";
import { textiles } from "./motifs/textiles.ts";
import { wear } from "./motifs/wear.ts";
import { Pen, type View } from "./pen.ts";
import { png } from "./png.ts";

/** Pixels of a side: sharp where a page shows it half as wide, and some 20 kB. */
const size = 640;

const motifs: Record<string, Motif> = {
  ...kitchen,
  ...table,
  ...light,
  ...textiles,
  ...garden,
  ...furniture,
  ...desk,
  ...wear,
};

/** The colour of what comes in one only. */
const made: Record<string, Colour> = {
  "olive-board": "olive",
  "coffee-filter": "white",
  "cast-iron-pan": "iron",
  "paring-knife": "beech",
  "wooden-spoons": "wood",
  "pepper-mill": "beech",
  "serving-tray": "beech",
  "beeswax-candles": "wax",
  "candle-holder": "brass",
  "wool-blanket": "wool",
  "washed-sheet": "natural",
  "terracotta-pot": "terracotta",
  "garden-trowel": "beech",
  "bird-house": "oak",
  "oak-stool": "oak",
  "willow-basket": "cork",
  "round-mirror": "brass",
  "coat-hooks": "oak",
  "book-shelf": "oak",
  "bound-notebook": "night blue",
  "letter-set": "cream",
  "wall-calendar": "paper",
  "sketch-pad": "paper",
  "fountain-pen": "night blue",
  "brass-ruler": "brass",
  "pen-pot": "wood",
  "fisherman-jumper": "navy",
  "hiking-socks": "grey",
};

/** A picture of one product. */
export interface Picture {
  file: Uint8Array<ArrayBuffer>;
  /** The variant's option that it shows; null: any. */
  shows: Colour | null;
}

/** The slugs of what can be drawn. */
export const drawn: string[] = Object.keys(motifs);

function draw(
  motif: Motif,
  colour: Colour,
  backdrop: string,
  view?: View,
): Uint8Array<ArrayBuffer> {
  const pen = new Pen(size, view);
  pen.backdrop({ along: "y", stops: [lighter(backdrop, 0.35), backdrop] });
  motif(pen, colours[colour]);
  return png(pen.canvas);
}

/**
 * Draws a product: first in each colour that its variants come in, then from near by.
 *
 * @param options of its variants, in their order
 * @throws {Error} nothing is known of how it looks
 */
export function picturesOf(slug: string, options: Record<string, unknown>[]): Picture[] {
  const motif = motifs[slug];
  if (motif === undefined) throw new Error(`cannot draw ${slug}: it has no motif`);
  const place = drawn.indexOf(slug);
  const backdrop = (turn: number) => backdrops[(place + turn) % backdrops.length]!;
  const found = new Set(options.flatMap((one) => Object.values(one).filter(isColour)));
  const first = [...found][0] ?? made[slug] ?? "white";
  return [
    ...(found.size === 0
      ? [{ file: draw(motif, first, backdrop(0)), shows: null }]
      : [...found].map((colour) => ({ file: draw(motif, colour, backdrop(0)), shows: colour }))),
    { file: draw(motif, first, backdrop(2), { x: 46, y: 52, zoom: 1.9 }), shows: null },
  ];
}
