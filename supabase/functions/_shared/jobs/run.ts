/** Working the queue off: claim, handle each, settle each, claim again; until nothing is due or time is up. */
import { type Db, rows } from "../database.ts";
import { trackError } from "../error-tracker.ts";
import { describeError, log } from "../log.ts";
import type { JobKind, Outcome } from "./kind.ts";
import { type Ended, settler } from "./settle.ts";

/** How the work went. `failed` counts attempts that are to be tried again or are dead. */
export interface Tally {
  claimed: number;
  succeeded: number;
  failed: number;
}

interface ClaimedJob {
  id: number;
  kind: string;
  payload: unknown;
  cause: string;
  attempts: number;
}

/** Jobs at once. A slow one holds up nobody: what ends makes room for what is due. */
const maxConcurrent = 10;
/** Longer than any kind's time limit, so that only a dead worker's lease runs out. */
const leaseSeconds = 120;
/** One call ends in time for the platform's limit of 150 seconds, the longest job included. */
const budgetMs = 40_000;
/** And within its two seconds of processor time: a longer queue takes several calls. */
export const maxClaims = 100;

async function attempt(kind: JobKind | undefined, job: ClaimedJob, admin: Db): Promise<Outcome> {
  if (kind === undefined) return { outcome: "fatal", reason: `no handler for kind ${job.kind}` };
  const payload = kind.schema.safeParse(job.payload);
  if (!payload.success) {
    return { outcome: "fatal", reason: `invalid payload: ${payload.error.message}` };
  }
  const signal = AbortSignal.timeout(kind.timeoutMs);
  const timeUp = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
  try {
    return await Promise.race([
      kind.handle({ admin, cause: job.cause, signal }, payload.data),
      timeUp,
    ]);
  } catch (error) {
    return { outcome: "retry", reason: describeError(error) };
  }
}

async function work(
  kinds: Record<string, JobKind>,
  job: ClaimedJob,
  admin: Db,
  settle: (ended: Ended) => Promise<string>,
): Promise<boolean> {
  const started = performance.now();
  const kind = kinds[job.kind];
  const result = await attempt(kind, job, admin);
  const state = await settle({ job, result, forgetPayload: kind?.forgetPayload ?? false });
  log(state === "dead" ? "error" : result.outcome === "succeeded" ? "info" : "warn", {
    event: "job",
    job: job.id,
    kind: job.kind,
    attempt: job.attempts,
    state,
    duration_ms: Math.round(performance.now() - started),
    ...(result.outcome !== "succeeded" && { error: result.reason }),
  });
  if (state === "dead" && result.outcome !== "succeeded") {
    const error = new Error(result.reason);
    error.name = `${job.kind} died`;
    trackError(error, { tags: { kind: job.kind }, extra: { job: job.id, attempts: job.attempts } });
  }
  return result.outcome === "succeeded";
}

/** Runs what is due. Any number of these may run at once: no two get the same job. */
export async function runJobs(kinds: Record<string, JobKind>, admin: Db): Promise<Tally> {
  const tally: Tally = { claimed: 0, succeeded: 0, failed: 0 };
  const running = new Set<Promise<void>>();
  const settle = settler(admin);
  const until = Date.now() + budgetMs;
  try {
    while (Date.now() < until && tally.claimed < maxClaims) {
      const jobs = await rows(
        admin.rpc("jobs_claim", {
          batch: maxConcurrent - running.size,
          lease_seconds: leaseSeconds,
        }),
      ) as ClaimedJob[];
      tally.claimed += jobs.length;
      for (const job of jobs) {
        const run = work(kinds, job, admin, settle).then((good) => {
          running.delete(run);
          tally[good ? "succeeded" : "failed"]++;
        });
        running.add(run);
      }
      if (running.size === 0) break;
      await Promise.race(running);
    }
  } finally {
    // Also when claiming or settling failed: what was claimed gets to its end.
    await Promise.allSettled(running);
  }
  await Promise.all(running);
  return tally;
}
