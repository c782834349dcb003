/** Telling the queue how attempts ended: those that end while one call is under way go together with the next. */
import { type Db, rows } from "../database.ts";
import type { Outcome } from "./kind.ts";

/** An attempt at a job that has ended. */
export interface Ended {
  job: { id: number; attempts: number };
  result: Outcome;
  /** Whether a success empties the payload. */
  forgetPayload: boolean;
}

interface Waiting extends PromiseWithResolvers<string> {
  ended: Ended;
}

const longestWait = 24 * 60 * 60;

/** A provider may name half a second, or the end of time. */
function wholeSeconds(seconds: number | undefined): number | null {
  if (seconds === undefined || !(seconds >= 0)) return null;
  return Math.min(Math.ceil(seconds), longestWait);
}

function asRow({ job, result, forgetPayload }: Ended) {
  const said = result.outcome === "succeeded" ? result.note : result.reason;
  return {
    id: job.id,
    attempt: job.attempts,
    outcome: result.outcome,
    // JSON in Postgres holds neither half characters nor NUL, and the others' results are in the same call.
    error: said?.toWellFormed().replaceAll("\0", "") ?? null,
    retry_after_seconds: result.outcome === "retry" ? wholeSeconds(result.afterSeconds) : null,
    forget_payload: forgetPayload,
  };
}

/**
 * A way to settle jobs, one call at a time: alone, a job is settled at once; of many that end at about the same time
 * each waits for at most one call before its own.
 *
 * @returns settles one and answers its state then, or `superseded`; rejects when the call failed
 */
export function settler(admin: Db): (ended: Ended) => Promise<string> {
  let waiting: Waiting[] = [];
  let calling = false;

  async function call(): Promise<void> {
    calling = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const settled = await rows(
          admin.rpc("jobs_settle", { results: batch.map(({ ended }) => asRow(ended)) }),
        );
        const states = new Map(settled.map(({ id, state }) => [id, state]));
        for (const { ended, resolve } of batch) {
          // What is not answered another worker took, when the lease had run out.
          resolve(states.get(ended.job.id) ?? "superseded");
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    calling = false;
  }

  return (ended) => {
    const one = { ended, ...Promise.withResolvers<string>() };
    waiting.push(one);
    if (!calling) call();
    return one.promise;
  };
}
