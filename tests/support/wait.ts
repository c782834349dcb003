/** Waiting for a condition, never for a time. */

/** Between two looks: a fifth of the time waited so far, so that long waits take little from what they wait for. */
const pause = { first: 20, most: 400 };

/**
 * Asks again until `look` gives something.
 *
 * @param what completes the sentence "waited in vain for …"
 * @param seconds after which it is a failure: so many that a machine busy with other things is none
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | null | false>,
  seconds = 120,
): Promise<T> {
  const started = Date.now();
  const deadline = started + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what} (${seconds} s)`);
    const ms = Math.min(pause.most, Math.max(pause.first, (Date.now() - started) / 5));
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}
