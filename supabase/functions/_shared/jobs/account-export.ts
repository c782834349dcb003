import * as z from "zod";
import { log } from "../log.ts";
import { exportNextPart, removeOldExports } from "../privacy/export.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Gathers one part of an export; the part that follows is another job. */
export const accountExport = jobKind({
  schema: z.object({ export_id: z.guid() }),
  timeoutMs: 90_000,
  async handle({ admin }, { export_id }) {
    await exportNextPart(admin, export_id);
    return succeeded;
  },
});

/** Once a day: removes the files of exports that are over. */
export const exportsExpire = jobKind({
  schema: z.object({}),
  timeoutMs: 90_000,
  async handle({ admin }) {
    log("info", { event: "exports_expired", removed: await removeOldExports(admin) });
    return succeeded;
  },
});
