import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { CatalogueExport, exportProgress } from "../_shared/shop/export/export.ts";

/** The catalogue as CSV files that catalogue-import takes; docs/shop-import.md. */
export default methods(
  endpoint({
    summary: "Begin to export the catalogue, or name the export that is under way.",
    method: "POST",
    auth: "staff",
    elevated: "begins a job, which no user may; the RPC asks for staff as well",
    limit: "write",
    idempotent: true,
    status: 202,
    body: z.strictObject({}),
    reply: z.object({ export: CatalogueExport }),
    problems: ["export_not_found", "storage_unavailable"],
  }, async ({ user, db, admin, subject }) => {
    const export_id = await idForSubject(subject);
    const id = await rows(admin.rpc("catalogue_export_start", { staff: user.id, export_id }));
    // One that was under way: a repetition means it, also when it is ready.
    if (id !== export_id) await subject.note(id);
    wakeJobs();
    return { export: await exportProgress(db, id) };
  }),
  endpoint({
    summary: "Read how an export stands, with links to its files once it is ready.",
    method: "GET",
    auth: "staff",
    limit: "read",
    query: z.strictObject({ export_id: z.guid() }),
    reply: z.object({ export: CatalogueExport }),
    problems: ["export_not_found", "storage_unavailable"],
  }, async ({ query, db }) => ({ export: await exportProgress(db, query.export_id) })),
);
