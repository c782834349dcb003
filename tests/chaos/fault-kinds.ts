/** The kinds of what goes wrong, and how often each of them did. */

/** Each strikes by itself, in its own rhythm. */
export const faultKinds = [
  "functions",
  "backends",
  "Postgres",
  "Stripe",
  "Resend",
  "Redis",
  "clock",
  "memory of Redis",
] as const;

/** One of them. */
export type FaultKind = typeof faultKinds[number];

/** By kind: in which way, and how often. */
export type Tally = Record<FaultKind, Record<string, number>>;

/** Nothing so far. */
export function emptyTally(): Tally {
  return Object.fromEntries(faultKinds.map((kind) => [kind, {}])) as Tally;
}

/** How often a kind struck, in whichever way. */
export function timesOf(tally: Tally, kind: FaultKind): number {
  return Object.values(tally[kind]).reduce((sum, times) => sum + times, 0);
}
