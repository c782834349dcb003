import * as z from "zod";
import { importNextBatch } from "../import/import.ts";
import { jobKind, succeeded } from "../../jobs/kind.ts";

/** Reads one batch of an import; the batch that follows is another job. */
export const catalogueImport = jobKind({
  schema: z.object({ import_id: z.guid() }),
  timeoutMs: 60_000,
  async handle({ admin, signal }, { import_id }) {
    await importNextBatch(admin, import_id, { signal });
    return succeeded;
  },
});
