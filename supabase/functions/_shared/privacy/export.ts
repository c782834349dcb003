/** Exports: gathered part by part, stored where only their user reads them, gone after seven days. */
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { publicUrl } from "../env.ts";
import { problem } from "../problem.ts";
import { ownAccount } from "./own-account.ts";
import { type ExportStep, gatherPart } from "./export-part.ts";

const bucket = "exports";
const keptSeconds = 7 * 24 * 60 * 60;
/** How long the links are good that the endpoint gives; it gives new ones as long as the files are there. */
const linkSeconds = 60 * 60;
/** As many as a mail lists. */
const linksInMail = 10;

/** An export as its user sees it. */
export const AccountExport = z.object({
  id: z.guid(),
  state: z.enum(["pending", "ready", "expired"]),
  requested_at: z.string(),
  ready_at: z.string().nullable(),
  /** Until when it can be downloaded. */
  expires_at: z.string().nullable(),
  /** Addresses of its zip files, good for an hour; empty unless it is ready. */
  files: z.array(z.url()),
});

function pathOf(userId: string, exportId: string, part: number): string {
  return `${userId}/${exportId}/part-${String(part).padStart(3, "0")}.zip`;
}

/** What storage-js makes with SUPABASE_URL, at the address that users know. */
function outside(link: string): string {
  const { pathname, search } = new URL(link);
  return publicUrl() + pathname + search;
}

async function signed(db: Db, paths: string[], seconds: number): Promise<string[]> {
  return await Promise.all(paths.map(async (path) => {
    const { data, error } = await db.storage.from(bucket).createSignedUrl(path, seconds);
    if (error !== null) {
      throw problem("storage_unavailable", { retryAfterSeconds: 5, cause: error });
    }
    return outside(data.signedUrl);
  }));
}

/**
 * The user's latest export, or the one that is named, with links that the user's own right to read makes.
 *
 * @throws {Problem} `storage_unavailable`, `profile_not_found`
 */
export async function latestExport(
  db: Db,
  userId: string,
  exportId?: string,
): Promise<z.infer<typeof AccountExport> | null> {
  const mine = db.from("account_exports")
    .select("id, state, requested_at, ready_at, expires_at, parts").eq("user_id", userId);
  const reading = rows(
    (exportId === undefined ? mine : mine.eq("id", exportId))
      .order("requested_at", { ascending: false }).limit(1).maybeSingle(),
  );
  const [found] = await Promise.all([reading, ownAccount(db, userId)]);
  if (found === null) return null;
  const { parts, state, ...shown } = found;
  const paths = Array.from({ length: parts }, (_, index) => pathOf(userId, found.id, index + 1));
  return {
    ...shown,
    state: state as z.infer<typeof AccountExport>["state"],
    files: state === "ready" ? await signed(db, paths, linkSeconds) : [],
  };
}

/**
 * Gathers and stores the next part of an export. Every step bears repetition: a part that was stored and
 * not recorded is stored again under its name.
 *
 * @param limit bytes after which a part is closed
 */
export async function exportNextPart(admin: Db, exportId: string, limit?: number): Promise<void> {
  const step = await rows(admin.rpc("account_export_step", { export_id: exportId })) as unknown as
    | ExportStep
    | null;
  // Finished by an attempt that was taken for dead, or the account is gone.
  if (step === null) return;
  const number = step.parts + 1;
  const { zip, cursor } = await gatherPart(admin, step, limit);
  const path = pathOf(step.user_id, exportId, number);
  const { error } = await admin.storage.from(bucket).upload(path, zip, {
    contentType: "application/zip",
    upsert: true,
  });
  if (error !== null) throw new Error("cannot store a part of an export", { cause: error });
  if (cursor !== undefined) {
    await rows(admin.rpc("account_export_advance", {
      export_id: exportId,
      part: number,
      cursor: cursor as never,
      bytes: zip.length,
    }));
    return;
  }
  const listed = Array.from(
    { length: Math.min(number, linksInMail) },
    (_, index) => pathOf(step.user_id, exportId, index + 1),
  );
  await rows(admin.rpc("account_export_finish", {
    export_id: exportId,
    part: number,
    bytes: zip.length,
    links: await signed(admin, listed, keptSeconds),
  }));
}

/** Removes the files of exports whose time is over; what is left after a thousand comes the next day. */
export async function removeOldExports(admin: Db): Promise<number> {
  let removed = 0;
  while (removed < 1000) {
    const over = await rows(admin.rpc("account_exports_over", { batch: 50 })) as {
      id: string;
      user_id: string;
      parts: number;
    }[];
    for (const { id, user_id, parts } of over) {
      const paths = Array.from({ length: parts }, (_, index) => pathOf(user_id, id, index + 1));
      const { error } = await admin.storage.from(bucket).remove(paths);
      if (error !== null) throw new Error("cannot remove an export", { cause: error });
      await rows(admin.rpc("account_export_expire", { export_id: id }));
      removed++;
    }
    if (over.length < 50) break;
  }
  return removed;
}
