/** The queue as staff see it: what waits, runs and died, and what becomes of it. */
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { Id, Ids, idsOrFilter, mostAtOnce, Reason } from "./fields.ts";

export const JobState = z.enum(["due", "waiting", "running", "dead", "discarded", "succeeded"]);

export const JobFilter = z.strictObject({
  kind: z.string().min(1).max(60).optional(),
  state: JobState.optional(),
});

/** A job as staff see it. */
export const JobLine = z.object({
  id: Id,
  kind: z.string(),
  /** What caused it: unique for its kind, for good. */
  cause: z.string().nullable(),
  state: JobState,
  attempts: z.int(),
  max_attempts: z.int(),
  run_at: z.string(),
  locked_until: z.string().nullable(),
  last_error: z.string().nullable(),
  /** Why staff retried or discarded it last. */
  note: z.string().nullable(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
  /** Whom it concerns. Everything else is "[hidden]": a mail's links sign its reader in. */
  payload: z.record(z.string(), z.unknown()),
});

export const JobPage = z.object({
  jobs: z.array(JobLine),
  /** What `cursor` is for the next page; null on the last one. */
  next_cursor: z.string().nullable(),
});

/** What becomes of jobs: some by their ids, or those of a filter. */
export const Decision = idsOrFilter(z.strictObject({
  /** retry: dead and discarded ones get a new life. discard: dead and waiting ones are given up. */
  action: z.enum(["retry", "discard"]),
  reason: Reason,
  ids: Ids.optional(),
  filter: JobFilter.optional(),
  /** Of a filter, the newest so many. */
  most: z.int().min(1).max(mostAtOnce).default(100),
}));

/** What was changed; jobs in another state than the action takes, or that do not exist, are left out. */
export const Decided = z.object({
  changed: z.array(z.object({ id: Id, state_before: JobState })),
});

/**
 * Retries or discards jobs.
 *
 * @param cause the request: repeated, it is answered with what it did
 */
export async function decideJobs(
  admin: Db,
  staff: string,
  { action, reason, ids, filter, most }: z.output<typeof Decision>,
  cause: string,
): Promise<z.infer<typeof Decided>> {
  return await rows(admin.rpc("staff_jobs_decide", {
    staff,
    reason,
    decision: action,
    ids: (ids ?? null) as number[],
    filter: (filter ?? {}) as Record<string, string>,
    most,
    cause,
  })) as z.infer<typeof Decided>;
}
