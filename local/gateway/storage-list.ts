/**
 * `POST /object/list/:bucket`: one level of a folder, as hosted storage lists it. Lite lists every
 * object below a prefix by its full name.
 */
import { sql } from "kysely";
import { isoTime } from "./iso-times.ts";
import type { Db } from "./request-context.ts";

export interface ListRequest {
  prefix?: string;
  limit?: number;
  offset?: number;
  search?: string;
  sortBy?: { column?: string; order?: string };
}

/** A file, or a folder (`id` null). */
export interface ListEntry {
  name: string;
  id: string | null;
  updated_at: string | null;
  created_at: string | null;
  last_accessed_at: string | null;
  metadata: Record<string, unknown> | null;
}

type Column = "name" | "updated_at" | "created_at" | "last_accessed_at";
const columns: readonly string[] = ["name", "updated_at", "created_at", "last_accessed_at"];

/** @param db with the caller's role: its policies decide what is seen */
export async function listObjects(
  db: Db,
  bucket: string,
  request: ListRequest,
): Promise<ListEntry[]> {
  const path = (request.prefix ?? "").replace(/^\/+|\/+$/g, "");
  const folder = path === "" ? "" : `${path}/`;
  const found = await sql<ListEntry & { id: string; created_at: string; updated_at: string }>`
    select id, name, metadata, created_at, updated_at, last_accessed_at
    from storage.objects
    where bucket_id = ${bucket} and starts_with(name, ${folder})`.execute(db);

  const search = (request.search ?? "").toLowerCase();
  const entries = new Map<string, ListEntry>();
  for (const object of found.rows) {
    const [name, ...rest] = object.name.slice(folder.length).split("/");
    if (!name || !name.toLowerCase().startsWith(search)) continue;
    if (rest.length > 0) {
      entries.set(`${name}/`, {
        name,
        id: null,
        updated_at: null,
        created_at: null,
        last_accessed_at: null,
        metadata: null,
      });
    } else {
      entries.set(name, {
        name,
        id: object.id,
        updated_at: isoTime(object.updated_at),
        created_at: isoTime(object.created_at),
        last_accessed_at: object.last_accessed_at && isoTime(object.last_accessed_at),
        metadata: object.metadata,
      });
    }
  }

  const wanted = request.sortBy?.column ?? "name";
  const column = (columns.includes(wanted) ? wanted : "name") as Column;
  const sign = request.sortBy?.order?.toLowerCase() === "desc" ? -1 : 1;
  const key = (entry: ListEntry) => entry[column] ?? "";
  const sorted = [...entries.values()].sort((a, b) =>
    key(a) < key(b) ? -sign : key(a) > key(b) ? sign : a.name < b.name ? -1 : 1
  );
  const offset = request.offset ?? 0;
  return sorted.slice(offset, offset + (request.limit ?? 100));
}
