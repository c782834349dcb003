/** Exports of the catalogue: begun by staff, written part by part by jobs. */
import * as z from "zod";
import { type Db, rows } from "../../database.ts";
import { publicUrl } from "../../env.ts";
import { problem } from "../../problem.ts";
import { byteOrderMark, type ExportRow, headerLine, rowLine } from "./csv.ts";

const bucket = "catalogue-exports";
const linkSeconds = 60 * 60;
const rowsAtOnce = 1000;
/** A part is closed once it has this many bytes: some 30,000 rows, and half a second of processor time. */
const partBytes = 8 * 1024 * 1024;

/** An export as staff see it. */
export const CatalogueExport = z.object({
  id: z.guid(),
  state: z.enum(["running", "ready", "expired"]),
  rows_done: z.int(),
  bytes: z.int(),
  created_at: z.string(),
  ready_at: z.string().nullable(),
  /** Until when its files are there. */
  expires_at: z.string().nullable(),
  /** Addresses of its CSV files, good for an hour; empty unless it is ready. */
  files: z.array(z.url()),
});

function pathOf(exportId: string, part: number): string {
  return `${exportId}/catalogue-${String(part).padStart(3, "0")}.csv`;
}

/**
 * How an export stands, with links that the caller's own right to read makes.
 *
 * @throws {Problem} `export_not_found`, `storage_unavailable`
 */
export async function exportProgress(db: Db, id: string): Promise<z.input<typeof CatalogueExport>> {
  const found = await rows(db.from("catalogue_exports").select().eq("id", id).maybeSingle());
  if (found === null) throw problem("export_not_found");
  const paths = Array.from({ length: found.parts }, (_, index) => pathOf(id, index + 1));
  const files = found.state === "ready" ? await signed(db, paths) : [];
  return { ...found, state: found.state as z.infer<typeof CatalogueExport>["state"], files };
}

async function signed(db: Db, paths: string[]): Promise<string[]> {
  return await Promise.all(paths.map(async (path) => {
    const { data, error } = await db.storage.from(bucket).createSignedUrl(path, linkSeconds);
    if (error !== null) {
      throw problem("storage_unavailable", { retryAfterSeconds: 5, cause: error });
    }
    // storage-js makes it with SUPABASE_URL; users know another address.
    const { pathname, search } = new URL(data.signedUrl);
    return publicUrl() + pathname + search;
  }));
}

interface Cursor {
  product?: string;
  sku?: string;
}

/**
 * Writes and stores the next part of an export. A part that was stored and not recorded is stored again under
 * its name.
 *
 * @param limits bytes after which a part is closed, and rows of a page
 */
export async function exportNextPart(
  admin: Db,
  exportId: string,
  limits: { bytes: number; rows: number } = { bytes: partBytes, rows: rowsAtOnce },
): Promise<void> {
  const step = await rows(
    admin.rpc("catalogue_export_step", { export_id: exportId }),
  ) as unknown as
    | { price_lists: Record<string, string>; cursor: Cursor; parts: number }
    | null;
  if (step === null) return;
  const lists = Object.entries(step.price_lists).toSorted(([a], [b]) => a < b ? -1 : 1);
  const number = step.parts + 1;
  const lines = [byteOrderMark + headerLine(lists)];
  let { cursor } = step;
  let length = 0;
  let last = false;
  while (!last && length < limits.bytes) {
    const page = await rows(admin.rpc("catalogue_export_rows", {
      after_product: (cursor.product ?? null) as string,
      after_sku: (cursor.sku ?? null) as string,
      batch: limits.rows,
    })) as unknown as ExportRow[];
    for (const row of page) {
      const made = rowLine(row, lists);
      lines.push(made);
      length += made.length;
    }
    const end = page.at(-1);
    if (end !== undefined) cursor = { product: end.product, sku: end.sku };
    last = page.length < limits.rows;
  }
  const bytes = new TextEncoder().encode(lines.join(""));
  const { error } = await admin.storage.from(bucket).upload(pathOf(exportId, number), bytes, {
    contentType: "text/csv",
    upsert: true,
  });
  if (error !== null) throw new Error("cannot store a part of an export", { cause: error });
  await rows(admin.rpc("catalogue_export_advance", {
    export_id: exportId,
    part: number,
    cursor: cursor as never,
    rows_more: lines.length - 1,
    bytes_more: bytes.length,
    last,
  }));
}
