/**
 * One JSON line a fact, on stdout, which the platform collects. No secrets, no mail addresses: what
 * looks like either is masked, also inside error messages that a library wrote.
 */

const masks: [RegExp, string][] = [
  // Anything around an @, in every script: better too much than half of somebody's address.
  // Bounded, so that a long text without an @ is read once and not once from each of its characters.
  [/[^\s"\\<>(),;:@]{1,64}@[^\s"\\<>(),;:@/?#]+/g, "[address]"],
  [
    /\b(sb_secret|socle_live|socle_test|sk_live|sk_test|rk_live|rk_test|whsec|re)_[\w+/=-]{8,}/g,
    "$1_[masked]",
  ],
  [/\b(bearer|basic) [\w.+/=~-]{8,}/gi, "$1 [masked]"],
  [/\beyJ[\w-]{8,512}\.[\w-]+\.[\w-]*/g, "[token]"],
];

/** Replaces addresses, keys and tokens in a text. */
export function mask(text: string): string {
  return masks.reduce(
    (masked, [pattern, replacement]) => masked.replace(pattern, replacement),
    text,
  );
}

/** An error as a log holds it: name, message and up to five causes, masked. */
export function describeError(error: unknown, causes = 5): string {
  if (!(error instanceof Error)) return mask(String(error));
  const cause = error.cause === undefined || causes === 0
    ? ""
    : ` (because: ${describeError(error.cause, causes - 1)})`;
  return mask(`${error.name}: ${error.message}${cause}`);
}

/** Writes one line: the level, the moment, and the fields given. */
export function log(level: "info" | "warn" | "error", fields: Record<string, unknown>): void {
  const line = mask(JSON.stringify({ level, time: new Date().toISOString(), ...fields }));
  if (level === "error") console.error(line);
  else console.log(line);
}
