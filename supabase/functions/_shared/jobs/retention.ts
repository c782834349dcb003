import { z } from "zod";
import { rows } from "../database.ts";
import { log } from "../log.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Once a day: removes what retention no longer keeps (see private.apply_retention). */
export const retention = jobKind({
  schema: z.object({}),
  timeoutMs: 60_000,
  async handle({ admin }) {
    log("info", { event: "retention", removed: await rows(admin.rpc("retention_run")) });
    return succeeded;
  },
});
