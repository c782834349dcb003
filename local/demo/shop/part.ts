/** What the shop shows: pictures of what it sells, and what was bought. */
import type { DemoPart } from "../part.ts";
import { makeOrders } from "./orders.ts";
import { addPictures } from "./upload.ts";

export const shopDemo: DemoPart[] = [{
  add: async (admin) => `${await addPictures(admin)} pictures`,
  live: makeOrders,
}];
