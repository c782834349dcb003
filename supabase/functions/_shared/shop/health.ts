/** What health tells of the shop. */
import * as z from "zod";

/** Numbers of public.health(). */
export const shopCounts = {
  /** What the shop's latest comparison found and nobody mended (docs/operations.md). No alarm here. */
  shop_drifts: z.int(),
};
