/** Whose turn it is to install packages into this checkout's node_modules. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits for one's turn: one at a time, whatever the process. A build of the pages installs packages, and so does
 * the first look at the API reference; two at once would do so in the same node_modules. The system gives a turn
 * back whose process died.
 *
 * @param cacheDir where builds are kept; the lock lies in it
 * @param signal ends the wait, which then throws its reason
 */
export async function turnOf(cacheDir: string, signal: AbortSignal): Promise<Disposable> {
  await Deno.mkdir(cacheDir, { recursive: true });
  const file = await Deno.open(join(cacheDir, ".lock"), { create: true, write: true });
  try {
    while (!await file.tryLock(true)) await delay(100, undefined, { signal });
  } catch (error) {
    file.close();
    throw error;
  }
  return file;
}
