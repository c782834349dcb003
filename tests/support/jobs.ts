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
