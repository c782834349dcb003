import type { Pen } from "./pen.ts";

/** Draws a thing that stands at a height of some 86 of 100, in a colour (`#rrggbb`). */
export type Motif = (pen: Pen, colour: string) => void;
