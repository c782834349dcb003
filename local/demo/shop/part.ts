/** What the shop shows: pictures of what it sells, and what was bought. */
import type { DemoPart } from "../part.ts";
import { endpoint } from "./endpoint.ts";
import { orders } from "./orders.ts";
import { addPictures } from "./upload.ts";

export const shopDemo: DemoPart[] = [{
  add: async (admin) => `${await addPictures(admin)} pictures`,
  acts: [...endpoint, ...orders],
}];
