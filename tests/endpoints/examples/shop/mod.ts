/** The examples of everything that is sold. */
import { buying } from "./buying.ts";
import { files } from "./files.ts";
import { shopRefusals } from "./refusals.ts";

export const shopChapters = [buying, files, shopRefusals];
