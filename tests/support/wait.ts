/** Waiting for a condition, never for a time. */

/**
 * Asks again until `look` gives something.
 *
 * @param what completes the sentence "waited in vain for …"
 * @param seconds after which it is a failure
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | null | false>,
  seconds = 45,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what} (${seconds} s)`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
