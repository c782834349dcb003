/** What the subscriber's software calls, day after day: more on workdays, more from week to week. */
import { countUse } from "../../supabase/functions/_shared/metering/metered.ts";
import type { Act, DemoPart } from "./part.ts";
import { ownWorkspace } from "./subscribing.ts";

/** Since the larger plan. */
const firstDay = 39;

/** Calls of a day: few at the weekend, more from week to week, and no two days alike. */
export function callsOf(daysAgo: number, now = Date.now()): number {
  const dayOfWeek = new Date(now - daysAgo * 24 * 60 * 60 * 1000).getUTCDay();
  const workday = dayOfWeek === 0 || dayOfWeek === 6 ? 0.3 : 1;
  const swing = 0.75 + (daysAgo * 37 % 50) / 100;
  return Math.round((900 + (firstDay - daysAgo) * 45) * workday * swing);
}

/** As an endpoint of one's own counts: with a key, so that a day is counted once. */
function use(daysAgo: number): Act {
  return {
    daysAgo,
    alone: true,
    // Later, all of it would be one day's.
    past: true,
    async do({ admin, visitor }) {
      const workspaceId = await ownWorkspace(await visitor("subscriber"));
      await countUse({ admin }, {
        workspaceId,
        meter: "api_calls",
        amount: callsOf(daysAgo),
        key: `demonstration:${daysAgo}`,
      });
    },
  };
}

export const usage: DemoPart = {
  // Until yesterday.
  acts: Array.from({ length: firstDay }, (_, index) => use(firstDay - index)),
};
