import * as z from "zod";
import { rows } from "../../database.ts";
import { log } from "../../log.ts";
import { removeAll, type StoredFile } from "../../privacy/remove-files.ts";
import { exportNextPart } from "../export/export.ts";
import { jobKind, succeeded } from "../../jobs/kind.ts";

/** Writes one part of an export; the part that follows is another job. */
export const catalogueExport = jobKind({
  schema: z.object({ export_id: z.guid() }),
  timeoutMs: 90_000,
  async handle({ admin }, { export_id }) {
    await exportNextPart(admin, export_id);
    return succeeded;
  },
});

/** Once a day: removes files of imports and exports whose time is over, and images that never got a row. */
export const catalogueFilesSweep = jobKind({
  schema: z.object({}),
  timeoutMs: 90_000,
  async handle({ admin }) {
    const expired = await rows(admin.rpc("catalogue_exports_expire"));
    const files = await removeAll(
      admin,
      async () =>
        await rows(admin.rpc("catalogue_files_over", { batch: 100 })) as unknown as StoredFile[],
    );
    const images = await removeAll(admin, async () => {
      const names = await rows(admin.rpc("product_images_orphaned", { batch: 100 })) as string[];
      return names.map((name) => ({ bucket: "product-images", name }));
    });
    log("info", { event: "catalogue_files_swept", expired, files, images });
    return succeeded;
  },
});
