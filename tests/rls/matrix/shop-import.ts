/** The access matrix of staff's work on the catalogue: stock, images, imports and exports. */
import type { FunctionAccess, TableAccess } from "../access.ts";

const trigger: FunctionAccess = { execute: [] };
const server: FunctionAccess = { execute: ["service_role"] };
/** Signed-in callers, of whom the function lets only staff go on. */
const staff: FunctionAccess = { execute: ["authenticated", "service_role"] };

export const shopImportTables: Record<string, TableAccess> = {};

export const shopImportFunctions: Record<string, FunctionAccess> = {
  "private.is_product_image_name(text)": staff,
  "private.product_image_files_go()": { ...trigger, definer: true },
  "private.staff_calls()": staff,
  "private.stock_adjust(uuid,text,integer,integer,uuid)": { ...staff, definer: true },
  "private.stock_history(uuid,bigint,integer)": { ...staff, definer: true },
  "private.stock_levels(text,integer,text,text)": { ...staff, definer: true },
  "private.stock_set(uuid,integer,text,text,uuid,uuid)": server,
  "private.stock_shortage_shrink()": trigger,
  "private.stock_unshipped(uuid)": server,
  "public.product_images_orphaned(integer)": server,
  "public.product_images_unused(text[])": server,
  "public.stock_adjust(uuid,text,integer,integer,uuid)": staff,
  "public.stock_history(uuid,bigint,integer)": staff,
  "public.stock_levels(text,integer,text,text)": staff,
};
