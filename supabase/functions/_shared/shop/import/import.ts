/** Imports of the catalogue: begun by staff, read batch by batch by jobs. */
import * as z from "zod";
import { type Db, rows } from "../../database.ts";
import { problem } from "../../problem.ts";
import { bytesOf } from "../storage-range.ts";
import { readBatch, type ReadFrom, readLayout } from "./batch.ts";
import { readHeader, type Separator } from "./columns.ts";
import { BrokenCsv } from "./records.ts";

const bucket = "catalogue-imports";
/** As many errors as a reply shows; the table has up to a thousand. */
const errorsShown = 100;

/** An import as staff see it. */
export const CatalogueImport = z.object({
  id: z.guid(),
  path: z.string(),
  dry_run: z.boolean(),
  state: z.enum(["running", "done", "failed", "cancelled"]),
  bytes_total: z.int(),
  bytes_done: z.int(),
  rows_done: z.int(),
  /** Null until all are read. */
  file_rows: z.int().nullable(),
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  /** Rows that were left out. */
  failed: z.int(),
  /** Why it ended before the file did. */
  problem: z.string().nullable(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
});

/** What is wrong with which line. */
export const ImportError = z.object({
  line: z.int(),
  column_name: z.string(),
  problem: z.string(),
});

/** An import with its first errors. */
export const ImportProgress = z.object({
  import: CatalogueImport,
  errors: z.array(ImportError),
});

/**
 * How an import stands, under the caller's own right to read it.
 *
 * @throws {Problem} `import_not_found`
 */
export async function importProgress(db: Db, id: string): Promise<z.input<typeof ImportProgress>> {
  const [found, errors] = await Promise.all([
    rows(db.from("catalogue_imports").select().eq("id", id).maybeSingle()),
    rows(
      db.from("catalogue_import_errors").select("line, column_name, problem").eq("import_id", id)
        .order("line").order("column_name").limit(errorsShown),
    ),
  ]);
  if (found === null) throw problem("import_not_found");
  return { import: found as z.input<typeof CatalogueImport>, errors };
}

interface Step {
  path: string;
  size: number;
  byte: number;
  lines: number;
  separator: Separator | null;
  columns: string[] | null;
  currencies: Record<string, string>;
  there: boolean;
}

/**
 * Reads and writes the next batch of an import; nothing when it has ended, or somebody else has done it.
 *
 * @param options.mostRows rows of a batch, a thousand unless given
 * @throws when storage or the database cannot be reached: the next attempt begins at the same byte
 */
export async function importNextBatch(
  admin: Db,
  importId: string,
  options: { signal?: AbortSignal; mostRows?: number } = {},
): Promise<void> {
  const step = await rows(
    admin.rpc("catalogue_import_step", { import_id: importId }),
  ) as unknown as Step | null;
  if (step === null) return;
  try {
    await readAndApply(admin, importId, step, options);
  } catch (error) {
    if (!(error instanceof BrokenCsv)) throw error;
    await rows(
      admin.rpc("catalogue_import_fail", { import_id: importId, problem: error.message }),
    );
  }
}

async function readAndApply(
  admin: Db,
  importId: string,
  step: Step,
  { signal, mostRows }: { signal?: AbortSignal; mostRows?: number },
): Promise<void> {
  if (!step.there) throw new BrokenCsv("The file was removed, or replaced by another one.");
  const file = { bucket, path: step.path };
  const read: ReadFrom = (from, most) => bytesOf(admin, file, { from, most, signal });
  let { separator, byte, lines } = step;
  let layout;
  if (step.columns === null || separator === null) {
    layout = await readLayout(read, step.size, step.currencies);
    ({ separator, byte, lines } = layout);
    await rows(admin.rpc("catalogue_import_header", {
      import_id: importId,
      separator,
      columns: layout.columns.map(({ name }) => name),
      to_byte: byte,
      lines,
    }));
  } else {
    layout = readHeader(step.columns, step.currencies);
    if ("problem" in layout) throw new BrokenCsv(layout.problem);
  }
  const batch = await readBatch(read, { byte, lines, size: step.size }, {
    separator,
    columns: layout.columns,
  }, mostRows);
  await rows(admin.rpc("catalogue_import_apply", {
    import_id: importId,
    from_byte: byte,
    to_byte: batch.byte,
    lines: batch.lines,
    rows: batch.rows as never,
    refused: batch.errors as never,
    last: batch.last,
  }));
}
