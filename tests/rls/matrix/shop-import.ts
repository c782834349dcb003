/** The access matrix of staff's work on the catalogue: stock, images, imports and exports. */
import {
  byStaff,
  everything,
  type FunctionAccess,
  none,
  serverOnly,
  type TableAccess,
  words,
} from "../access.ts";

const trigger: FunctionAccess = { execute: [] };
const server: FunctionAccess = { execute: ["service_role"] };
/** Signed-in callers, of whom the function lets only staff go on. */
const staff: FunctionAccess = { execute: ["authenticated", "service_role"] };

/** What staff read, and the server writes. */
const readByStaff = {
  anon: none,
  authenticated: { select: byStaff },
  service_role: everything,
} as const;

export const shopImportTables: Record<string, TableAccess> = {
  "public.catalogue_imports": {
    columns: words(`
      id created_by path file dry_run state separator columns bytes_total bytes_done lines_done batches
      rows_done file_rows created updated unchanged failed problem created_at finished_at
    `),
    ...readByStaff,
    samples: ({ unique, staffId }) => [{
      created_by: staffId,
      path: `${staffId}/${unique}.csv`,
      file: {},
      dry_run: false,
      bytes_total: 1,
      state: "done",
      finished_at: "2026-01-01",
    }],
  },
  "public.catalogue_import_errors": {
    columns: words("import_id line column_name problem"),
    ...readByStaff,
    samples: ({ row }) => [{
      import_id: row("public.catalogue_imports")["id"],
      line: 2,
      column_name: "sku",
      problem: "It is empty.",
    }],
  },
  "public.catalogue_exports": {
    columns: words(`
      id created_by state price_lists cursor parts rows_done bytes created_at ready_at expires_at
    `),
    ...readByStaff,
    samples: ({ staffId }) => [{
      created_by: staffId,
      price_lists: {},
      state: "ready",
      expires_at: "2026-01-01",
    }],
  },
  "private.catalogue_import_skus": {
    columns: words("import_id sku product line good"),
    ...serverOnly,
    samples: ({ row, unique }) => [{
      import_id: row("public.catalogue_imports")["id"],
      sku: unique,
      product: unique,
      line: 2,
      good: true,
    }],
  },
};

export const shopImportFunctions: Record<string, FunctionAccess> = {
  "private.catalogue_audited()": staff,
  "private.catalogue_import_end(uuid,text,text)": server,
  "private.catalogue_row_prices(jsonb)": server,
  "private.catalogue_row_products(jsonb)": server,
  "private.catalogue_rows(jsonb)": server,
  "private.catalogue_rows_incomplete(uuid,jsonb)": server,
  "private.catalogue_rows_refused(uuid,jsonb)": server,
  "private.catalogue_rows_try(uuid,uuid,jsonb,boolean)": server,
  "private.catalogue_rows_without(jsonb,jsonb)": server,
  "private.catalogue_rows_write(uuid,uuid,jsonb)": server,
  "private.is_product_image_name(text)": staff,
  "private.product_image_files_go()": { ...trigger, definer: true },
  "private.stock_adjust(uuid,text,integer,integer,uuid)": { ...staff, definer: true },
  "private.stock_history(uuid,bigint,integer)": { ...staff, definer: true },
  "private.stock_levels(text,integer,text,text)": { ...staff, definer: true },
  "private.stock_set(uuid,integer,text,text,uuid,uuid)": server,
  "private.stock_shortage_shrink()": trigger,
  "private.stock_unshipped(uuid)": server,
  "public.catalogue_export_advance(uuid,integer,jsonb,integer,bigint,boolean)": server,
  "public.catalogue_export_rows(text,text,integer)": server,
  "public.catalogue_export_start(uuid,uuid)": server,
  "public.catalogue_export_step(uuid)": server,
  "public.catalogue_exports_expire()": server,
  "public.catalogue_files_over(integer)": server,
  "public.catalogue_import_apply(uuid,bigint,bigint,integer,jsonb,jsonb,boolean)": server,
  "public.catalogue_import_cancel(uuid,uuid)": server,
  "public.catalogue_import_fail(uuid,text)": server,
  "public.catalogue_import_header(uuid,text,jsonb,bigint,integer)": server,
  "public.catalogue_import_start(uuid,text,boolean,uuid)": server,
  "public.catalogue_import_step(uuid)": server,
  "public.product_images_orphaned(integer)": server,
  "public.product_images_unused(text[])": server,
  "public.stock_adjust(uuid,text,integer,integer,uuid)": staff,
  "public.stock_history(uuid,bigint,integer)": staff,
  "public.stock_levels(text,integer,text,text)": staff,
};
