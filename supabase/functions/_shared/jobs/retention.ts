import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { log } from "../log.ts";
import { jobKind, succeeded } from "./kind.ts";

/** How long one job goes on, and how often it calls: what is left then is another job's. */
const budgetMs = 40_000;
const maxCalls = 100;

/**
 * Applies private.retention_rules batch by batch, until nothing is left or time is up.
 *
 * @returns how many rows of each rule went, and whether more is left
 */
async function applyRetention(
  admin: Db,
): Promise<{ removed: Record<string, number>; more: boolean }> {
  const total: Record<string, number> = {};
  const until = Date.now() + budgetMs;
  for (let call = 1;; call++) {
    const { removed, more } = await rows(admin.rpc("retention_run")) as {
      removed: Record<string, number>;
      more: boolean;
    };
    for (const [rule, count] of Object.entries(removed)) {
      if (count > 0) total[rule] = (total[rule] ?? 0) + count;
    }
    if (!more || call >= maxCalls || Date.now() >= until) return { removed: total, more };
  }
}

/** Once a day: removes what private.retention_rules no longer keeps. */
export const retention = jobKind({
  schema: z.object({}),
  timeoutMs: 60_000,
  async handle({ admin, cause }) {
    const { removed, more } = await applyRetention(admin);
    log("info", { event: "retention", removed, more });
    if (more) {
      await rows(admin.rpc("job_enqueue", {
        kind: "retention",
        payload: {},
        dedupe_key: `after:${cause}`,
      }));
    }
    return succeeded;
  },
});
