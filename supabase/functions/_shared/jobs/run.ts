/** Working the queue off: claim a batch, handle each, settle each; until nothing is due or time is up. */
import { type Db, rows } from "../database.ts";
import { describeError, log } from "../log.ts";
import type { JobKind, Outcome } from "./kind.ts";

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
  attempts: number;
}

const batchSize = 10;
/** Longer than any kind's time limit, so that only a dead worker's lease runs out. */
const leaseSeconds = 120;
/** One call ends in time for the platform's limit of 150 seconds; the schedule calls again. */
const budgetMs = 60_000;

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
      kind.handle({ admin, jobId: job.id, signal }, payload.data),
      timeUp,
    ]);
  } catch (error) {
    return { outcome: "retry", reason: describeError(error) };
  }
}

async function work(kinds: Record<string, JobKind>, job: ClaimedJob, admin: Db): Promise<boolean> {
  const started = performance.now();
  const kind = kinds[job.kind];
  const result = await attempt(kind, job, admin);
  const state = await rows(admin.rpc("job_settle", {
    job_id: job.id,
    attempt: job.attempts,
    outcome: result.outcome,
    error: (result.outcome === "succeeded" ? null : result.reason) as string,
    retry_after_seconds:
      (result.outcome === "retry" ? result.afterSeconds ?? null : null) as number,
    forget_payload: kind?.forgetPayload ?? false,
  }));
  log(state === "dead" ? "error" : result.outcome === "succeeded" ? "info" : "warn", {
    event: "job",
    job: job.id,
    kind: job.kind,
    attempt: job.attempts,
    state,
    duration_ms: Math.round(performance.now() - started),
    ...(result.outcome !== "succeeded" && { error: result.reason }),
  });
  return result.outcome === "succeeded";
}

/** Runs what is due. Any number of these may run at once: no two get the same job. */
export async function runJobs(kinds: Record<string, JobKind>, admin: Db): Promise<Tally> {
  const tally: Tally = { claimed: 0, succeeded: 0, failed: 0 };
  const until = Date.now() + budgetMs;
  while (Date.now() < until) {
    const batch = await rows(
      admin.rpc("jobs_claim", { batch: batchSize, lease_seconds: leaseSeconds }),
    ) as ClaimedJob[];
    if (batch.length === 0) break;
    tally.claimed += batch.length;
    const ends = await Promise.all(batch.map((job) => work(kinds, job, admin)));
    const good = ends.filter(Boolean).length;
    tally.succeeded += good;
    tally.failed += ends.length - good;
  }
  return tally;
}
