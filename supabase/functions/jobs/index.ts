import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { given, pageOf, pageQuery } from "../_shared/staff/fields.ts";
import { Decided, decideJobs, Decision, JobFilter, JobPage } from "../_shared/staff/jobs.ts";

/** The queue, for staff: what waits, runs and died; retry it or discard it. */
export default methods(
  endpoint(
    {
      summary: "List jobs, newest first.",
      method: "GET",
      auth: "staff",
      elevated: "reads the queue, which belongs to no user; the RPC asks for staff as well",
      limit: "read",
      query: z.strictObject({ ...JobFilter.shape, ...pageQuery }),
      reply: JobPage,
      problems: [],
    },
    async ({ query: { cursor, page_size, ...filter }, user, admin }) =>
      await rows(admin.rpc("staff_jobs", {
        staff: user.id,
        filter: given(filter),
        ...pageOf({ cursor, page_size }),
      })) as z.infer<typeof JobPage>,
  ),
  endpoint({
    summary: "Give jobs a new life, or discard them.",
    method: "POST",
    auth: "staff",
    elevated: "changes jobs, which belong to no user; the RPC asks for staff as well",
    limit: "write",
    idempotent: true,
    body: Decision,
    reply: Decided,
    problems: [],
  }, async ({ body, user, admin, subject }) => {
    const decided = await decideJobs(admin, user.id, body, await idForSubject(subject));
    if (body.action === "retry") wakeJobs();
    return decided;
  }),
);
