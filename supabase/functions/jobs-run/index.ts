import * as z from "zod";
import { afterReply, wakeJobs } from "../_shared/background.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { optionalEnv } from "../_shared/env.ts";
import { jobKinds } from "../_shared/jobs/registry.ts";
import { maxClaims, runJobs } from "../_shared/jobs/run.ts";

/** Works off what is due. Called by the request that enqueued, and by the schedule as a safety net. */
export default endpoint({
  summary: "Run the jobs that are due.",
  method: "POST",
  auth: "secret",
  elevated: "claims and settles jobs, which belong to no user",
  limit: "none",
  body: z.strictObject({}),
  reply: z.object({ claimed: z.int(), succeeded: z.int(), failed: z.int() }),
  problems: [],
}, async ({ admin }) => {
  // A switch outside of the database, for while that is being taken back: docs/operations.md.
  if (optionalEnv("JOBS_PAUSED") === "on") return { claimed: 0, succeeded: 0, failed: 0 };
  const run = runJobs(jobKinds, admin);
  // Who wakes us does not wait for the end: what was claimed gets to it all the same.
  afterReply(run);
  const tally = await run;
  if (tally.claimed >= maxClaims) wakeJobs();
  return tally;
});
