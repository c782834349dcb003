/** Looking at the queue, to know that whatever follows from a cause is over. */
import type { Sql } from "postgres";
import { waitFor } from "./wait.ts";

/** Waits until no job whose payload or cause names `text` is pending; how many there were. */
export async function settledJobs(sql: Sql, text: string): Promise<number> {
  return await waitFor(`the jobs about ${text} to end`, async () => {
    const [row] = await sql<{ pending: number; ended: number }[]>`
      select count(*) filter (where state = 'pending')::int as pending,
        count(*) filter (where state <> 'pending')::int as ended
      from private.jobs
      where strpos(payload::text, ${text}) > 0 or strpos(dedupe_key, ${text}) > 0`;
    return row !== undefined && row.pending === 0 && row.ended > 0 && row.ended;
  });
}

/** Waits until the coming slot of a kind's schedule rule is written: a clock moved past it then meets it. */
export async function slotAhead(sql: Sql, kind: string): Promise<void> {
  await waitFor(`the coming job of ${kind}`, async () => {
    const [row] = await sql`
      select from private.jobs
      where kind = ${kind} and state = 'pending' and attempts = 0 and run_at > private.now()`;
    return row !== undefined;
  });
}
