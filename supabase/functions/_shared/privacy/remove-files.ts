/**
 * Removing files by the storage API. Deleting rows of storage.objects leaves the bytes for good, and a user
 * who is deleted first leaves both (supabase/storage#65, #276).
 */
import { type Db, rows } from "../database.ts";

/** A file by its bucket and its name in it. */
export interface StoredFile {
  bucket: string;
  name: string;
}

const batch = 100;

/** Removes files, at most some hundreds; one that is gone already is no error. @throws when Storage refuses */
export async function removeFiles(admin: Db, files: StoredFile[]): Promise<void> {
  for (const [bucket, group] of Map.groupBy(files, (file) => file.bucket)) {
    const { error } = await admin.storage.from(bucket).remove(group.map(({ name }) => name));
    if (error !== null) {
      throw new Error(`cannot remove files of bucket ${bucket}`, { cause: error });
    }
  }
}

/** Removes page after page, until none is left. @throws when a page does not go */
export async function removeAll(admin: Db, page: () => Promise<StoredFile[]>): Promise<number> {
  let removed = 0;
  let before = "";
  for (;;) {
    const files = await page();
    if (files.length === 0) return removed;
    const names = JSON.stringify(files);
    if (names === before) throw new Error(`${files.length} files stay, though they were removed`);
    before = names;
    await removeFiles(admin, files);
    removed += files.length;
  }
}

/** All files of a user, but for those in the folder of a workspace that others are in. */
export function removeFilesOf(admin: Db, userId: string): Promise<number> {
  return removeAll(admin, async () =>
    await rows(admin.rpc("account_files", {
      user_id: userId,
      after: "",
      batch,
      shared: false,
    })) as unknown as StoredFile[]);
}

/** Files in the folders of users who are gone. */
export function removeOrphanedFiles(admin: Db): Promise<number> {
  return removeAll(
    admin,
    async () => await rows(admin.rpc("orphaned_files", { batch })) as unknown as StoredFile[],
  );
}
