/** Goes through the weeks that the demonstration has had, and has each thing done on its day. */
import { offsetOf, reach, undelivered } from "./clock.ts";
import type { Act, World } from "./part.ts";
import { until } from "./visitor.ts";

/** Until what was done has been told to everybody, and everything that follows from it is done. */
async function settled({ env, admin }: World): Promise<void> {
  await until("every webhook and job", async () => {
    if (await undelivered(env) > 0) return undefined;
    const { data } = await admin.rpc("health").throwOnError();
    if ((data as { due_jobs: number }).due_jobs === 0) return true;
    // As the schedule does, which waits up to a second before.
    const woken = await fetch(`${env["SUPABASE_URL"]}/functions/v1/jobs-run`, {
      method: "POST",
      headers: { apikey: env["SUPABASE_SECRET_KEY"]!, "content-type": "application/json" },
      body: "{}",
    });
    await woken.body?.cancel();
    return undefined;
  });
}

/** Acts by their time, the earliest first. */
export function byTime(acts: Act[]): { daysAgo: number; acts: Act[] }[] {
  return [...Map.groupBy(acts, ({ daysAgo }) => daysAgo)]
    .map(([daysAgo, together]) => ({ daysAgo, acts: together }))
    .toSorted((one, other) => other.daysAgo - one.daysAgo);
}

/**
 * Does everything, in the order of its times, and ends in real time. Clocks that are there already, or ahead, are
 * left where they are: then all of it happens now.
 */
export async function live(world: World, acts: Act[]): Promise<void> {
  const { env } = world;
  const past = await offsetOf(env) < 0;
  for (const { daysAgo, acts: together } of byTime(acts)) {
    const alone = together.every((act) => act.alone);
    // What came of the time before happens in it.
    if (past && !alone) await settled(world);
    if (await reach(env, daysAgo) && !alone) await settled(world);
    for (const act of together) if (past || !act.past) await act.do(world);
  }
  if (past) await settled(world);
  if (await reach(env, 0)) await settled(world);
}
