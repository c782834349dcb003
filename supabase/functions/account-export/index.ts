import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { AccountExport, latestExport } from "../_shared/privacy/export.ts";

/** Everything that we hold about the caller, as zip files for seven days. */
export default methods(
  endpoint({
    summary: "Ask for a copy of everything held about oneself; a mail tells when it is ready.",
    method: "POST",
    auth: "user",
    secondFactor: true,
    elevated: "begins a job, which no user may; for the caller alone",
    limit: "account_export",
    idempotent: true,
    status: 202,
    body: z.strictObject({}),
    reply: z.object({ export: AccountExport.nullable() }),
    problems: ["storage_unavailable", "profile_not_found"],
  }, async ({ admin, db, user, subject }) => {
    const export_id = await idForSubject(subject);
    const id = await rows(admin.rpc("account_export_start", { user_id: user.id, export_id }));
    // One that was under way: a repetition means it, also when it is ready.
    if (id !== export_id) await subject.note(id);
    wakeJobs();
    return { export: await latestExport(db, user.id, id) };
  }),
  endpoint({
    summary: "Read how one's latest export stands, with links to its files.",
    method: "GET",
    auth: "user",
    limit: "read",
    reply: z.object({ export: AccountExport.nullable() }),
    problems: ["storage_unavailable", "profile_not_found"],
  }, async ({ db, user }) => ({ export: await latestExport(db, user.id) })),
);
