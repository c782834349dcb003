/** Avatars: an image by its content, stored under the caller's own policies, the old one removed. */
import type { Db } from "../database.ts";
import { publicUrl } from "../env.ts";
import { describeError, log } from "../log.ts";
import { Problem, problem } from "../problem.ts";
import { avatarPath, changeProfile, readProfile } from "./profile.ts";

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

/** After this, a file that the profile does not name is no upload under way but what one left. */
const leftoverMs = 60 * 60 * 1000;

/**
 * Stores an avatar and shows it in the profile. The file comes first, and of several uploads at once
 * each removes the file that it took the place of: so the profile never names one that is not there.
 * What an interrupted upload left goes with a later one.
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
  let before: string | undefined;
  try {
    before = await exchangeAvatar(db, userId, avatarPath(userId, name));
  } catch (error) {
    await removeFiles(db, userId, [name]);
    throw error;
  }
  const gone = new Set(await leftovers(db, userId));
  if (before !== undefined) gone.add(before);
  gone.delete(name);
  await removeFiles(db, userId, [...gone]);
  return publicUrl() + avatarPath(userId, name);
}

/** Shows an avatar in the profile; the name of the file that was shown until then, if any. */
async function exchangeAvatar(db: Db, userId: string, path: string): Promise<string | undefined> {
  for (;;) {
    const { profile, etag } = await readProfile(db, userId);
    try {
      await changeProfile(db, userId, { avatar_url: path }, etag);
      return profile.avatar_url?.split("/").at(-1);
    } catch (error) {
      // Somebody else's change came in between, so that each round brings one of them to its end.
      if (!(error instanceof Problem && error.code === "precondition_failed")) throw error;
    }
  }
}

async function leftovers(db: Db, userId: string): Promise<string[]> {
  const listed = await db.storage.from("avatars").list(userId);
  if (listed.error !== null) {
    log("warn", { event: "avatars_not_listed", error: describeError(listed.error) });
    return [];
  }
  return listed.data
    .filter((file) => Date.parse(file.created_at ?? "") < Date.now() - leftoverMs)
    .map((file) => file.name);
}

/** Removes files of the user's folder; a failure is logged, and a later upload tries again. */
async function removeFiles(db: Db, userId: string, names: string[]): Promise<void> {
  if (names.length === 0) return;
  const removed = await db.storage.from("avatars").remove(names.map((name) => `${userId}/${name}`));
  if (removed.error !== null) {
    log("warn", {
      event: "avatar_not_removed",
      count: names.length,
      error: describeError(removed.error),
    });
  }
}
