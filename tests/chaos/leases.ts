/**
 * What a killed process held: leases that run out by real time, after 90 to 150 seconds. Here they are over
 * as soon as their holder is dead, so that a run need not wait for them; who lives keeps his.
 */
import type { Sql } from "postgres";

/** Seconds, as _shared/idempotency.ts, jobs/run.ts and billing/accept-quote.ts take them. */
const lease = { key: 150, job: 120, quote: 90 };

/**
 * Ends what one function's process held when it was killed.
 *
 * @param killedAt milliseconds of `Date.now()`; what was taken since belongs to its successor
 */
export async function endLeases(sql: Sql, name: string, killedAt: number): Promise<void> {
  const before = (seconds: number) => new Date(killedAt + seconds * 1000).toISOString();
  await sql`
    update private.idempotency_keys set locked_until = clock_timestamp()
    where endpoint like ${`% ${name}`} and locked_until <= ${before(lease.key)}`;
  if (name === "jobs-run") {
    await sql`
      update private.jobs set locked_until = null
      where state = 'pending' and locked_until <= ${before(lease.job)}`;
  }
  if (name === "subscription-update") {
    await sql`
      update private.subscription_changes set locked_until = clock_timestamp()
      where state = 'open' and locked_until <= ${before(lease.quote)}`;
  }
}
