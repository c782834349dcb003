import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { ImportProgress, importProgress } from "../_shared/shop/import/import.ts";

const one = z.strictObject({ import_id: z.guid() });

/** A catalogue from a CSV file of the bucket catalogue-imports, row by row by SKU; docs/shop-import.md. */
export default methods(
  endpoint({
    summary: "Begin to import a CSV file of the catalogue, or try what it would do.",
    method: "POST",
    auth: "staff",
    elevated: "begins a job, which no user may; the RPC asks for staff as well",
    limit: "write",
    idempotent: true,
    status: 202,
    body: z.strictObject({
      /** The file in the bucket catalogue-imports. */
      path: z.string().min(1).max(300),
      /** Checks every row and writes none. */
      dry_run: z.boolean().default(false),
    }),
    reply: ImportProgress,
    problems: ["import_file_not_found", "catalogue_import_running", "import_not_found"],
  }, async ({ body, user, db, admin, subject }) => {
    const import_id = await idForSubject(subject);
    const id = await rows(
      admin.rpc("catalogue_import_start", { staff: user.id, ...body, import_id }),
    );
    wakeJobs();
    return await importProgress(db, id);
  }),
  endpoint({
    summary: "Read how an import stands, with its first hundred errors.",
    method: "GET",
    auth: "staff",
    limit: "read",
    query: one,
    reply: ImportProgress,
    problems: ["import_not_found"],
  }, async ({ query, db }) => await importProgress(db, query.import_id)),
  endpoint({
    summary: "Cancel an import; what it has written stays.",
    method: "DELETE",
    auth: "staff",
    elevated: "ends a job, which no user may; the RPC asks for staff as well",
    limit: "write",
    query: one,
    reply: ImportProgress,
    problems: ["import_not_found"],
  }, async ({ query, user, db, admin }) => {
    await rows(admin.rpc("catalogue_import_cancel", { staff: user.id, ...query }));
    return await importProgress(db, query.import_id);
  }),
);
