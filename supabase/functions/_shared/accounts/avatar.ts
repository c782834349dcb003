/** Avatars: an image by its content, stored under the caller's own policies, the old one removed. */
import type { Db } from "../database.ts";
import { publicUrl } from "../env.ts";
import { describeError, log } from "../log.ts";
import { problem } from "../problem.ts";
import { avatarPath, changeProfile } from "./profile.ts";

/** The largest avatar, in bytes; the bucket's own limit says the same. */
export const avatarMaxBytes = 5 * 1024 * 1024;

const signatures: { type: string; extension: string; matches: (b: Uint8Array) => boolean }[] = [
  // https://www.w3.org/TR/png-3/#5PNG-file-signature
  {
    type: "image/png",
    extension: "png",
    matches: (b) => startsWith(b, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  },
  // SOI and the first marker: https://www.w3.org/Graphics/JPEG/itu-t81.pdf
  { type: "image/jpeg", extension: "jpg", matches: (b) => startsWith(b, [0xff, 0xd8, 0xff]) },
  // RIFF….WEBP: https://developers.google.com/speed/webp/docs/riff_container
  {
    type: "image/webp",
    extension: "webp",
    matches: (b) =>
      startsWith(b, [0x52, 0x49, 0x46, 0x46]) &&
      startsWith(b.subarray(8), [0x57, 0x45, 0x42, 0x50]),
  },
];

function startsWith(bytes: Uint8Array, prefix: number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

/** What an image is by its first bytes, whatever its name says; undefined for anything else. */
export function imageKind(bytes: Uint8Array): { type: string; extension: string } | undefined {
  return signatures.find((one) => one.matches(bytes));
}

/**
 * Stores an avatar and shows it in the profile. The file comes first, so the profile never names one
 * that is not there; every other file of the user's folder goes, also those an interrupted upload left.
 *
 * @returns the public address
 * @throws {Problem} `unsupported_image`, `storage_unavailable`
 */
export async function replaceAvatar(db: Db, userId: string, file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = imageKind(bytes);
  if (kind === undefined) throw problem("unsupported_image");

  const name = `${crypto.randomUUID()}.${kind.extension}`;
  const bucket = db.storage.from("avatars");
  const uploaded = await bucket.upload(`${userId}/${name}`, bytes, { contentType: kind.type });
  if (uploaded.error !== null) {
    throw problem("storage_unavailable", { retryAfterSeconds: 5, cause: uploaded.error });
  }
  try {
    await changeProfile(db, userId, { avatar_url: avatarPath(userId, name) }, null);
  } catch (error) {
    await removeFiles(db, [`${userId}/${name}`]);
    throw error;
  }
  const listed = await bucket.list(userId);
  const old = (listed.data ?? []).filter((one) => one.name !== name);
  await removeFiles(db, old.map((one) => `${userId}/${one.name}`));
  return publicUrl() + avatarPath(userId, name);
}

/** Removes files; a failure is logged, and the next upload tries again. */
async function removeFiles(db: Db, paths: string[]): Promise<void> {
  if (paths.length === 0) return;
  const removed = await db.storage.from("avatars").remove(paths);
  if (removed.error !== null) {
    log("warn", {
      event: "avatar_not_removed",
      count: paths.length,
      error: describeError(removed.error),
    });
  }
}
