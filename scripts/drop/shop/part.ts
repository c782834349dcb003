/** The shop: what is its own. docs/without-the-shop.md tells what `task drop shop` does. */
import type { Part } from "../part.ts";
import { paths } from "./paths.ts";

/** The shop. */
export const shop: Part = {
  name: "shop",
  paths,
  packages: ["csv-parse"],
  members: ["order", "shop_drifts"],
  measured:
    /^(cart|checkout-create|order(-\w+)?|orders|products|shop-\w+|catalogue-\w+)$|on sale|price list|not hidden/,
  migrations: /^\d+_(shop|products?|catalogue|reviews)(_|\.)/,
  kept: [
    // Webhooks out call it as well.
    "private.only_staff",
    // And this one the pages of staff.
    "private.staff_calls",
  ],
  sql: new URL("./without.sql", import.meta.url),
};
