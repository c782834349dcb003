import * as z from "zod";
import { rows } from "../../database.ts";
import { removeFiles } from "../../privacy/remove-files.ts";
import { jobKind, succeeded } from "../../jobs/kind.ts";

/** Removes the files of product images that are gone; a file that a row names again stays. */
export const productImagesRemove = jobKind({
  schema: z.object({ names: z.array(z.string()).max(100) }),
  timeoutMs: 60_000,
  async handle({ admin }, { names }) {
    const unused = await rows(admin.rpc("product_images_unused", { names })) as string[];
    await removeFiles(admin, unused.map((name) => ({ bucket: "product-images", name })));
    return succeeded;
  },
});
