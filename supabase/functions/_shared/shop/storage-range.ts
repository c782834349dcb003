/** A stretch of a stored file, without reading what is before it. */
import type { Db } from "../database.ts";

const linkSeconds = 300;

/**
 * The bytes of a file from one on, as they come, `most` of them at most; fewer where the file ends.
 *
 * By a signed link: storage-js sends no Range. A server that ignores the header is read from the beginning, and
 * what is before is passed over.
 *
 * @throws when Storage does not give it
 */
export async function* bytesOf(
  admin: Db,
  file: { bucket: string; path: string },
  { from, most, signal }: { from: number; most: number; signal?: AbortSignal | undefined },
): AsyncGenerator<Uint8Array> {
  const { data, error } = await admin.storage.from(file.bucket)
    .createSignedUrl(file.path, linkSeconds);
  if (error !== null) {
    throw new Error(`cannot read a file of bucket ${file.bucket}`, { cause: error });
  }
  const reply = await fetch(data.signedUrl, {
    headers: { range: `bytes=${from}-${from + most - 1}` },
    ...(signal && { signal }),
  });
  if (reply.status === 416) {
    await reply.body?.cancel();
    return;
  }
  if (!reply.ok || reply.body === null) {
    await reply.body?.cancel();
    throw new Error(`cannot read a file of bucket ${file.bucket}: status ${reply.status}`);
  }
  let skip = reply.status === 206 ? 0 : from;
  let left = most;
  for await (const chunk of reply.body) {
    const useful = chunk.subarray(Math.min(skip, chunk.length)).subarray(0, left);
    skip -= Math.min(skip, chunk.length);
    left -= useful.length;
    if (useful.length > 0) yield useful;
    if (left <= 0) break; // Ends the request as well.
  }
}
