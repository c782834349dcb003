/**
 * Places in a generated request that the world fills in when it is sent: an id is of no use before the
 * row is there. A reference is a plain value, so that what fast-check has found stays as it is while it
 * shrinks, and the same seed asks for the same rows.
 */

/** Whose row is meant, as the caller sees it. */
export type Whose = "own" | "other";

/** Stands where the world puts something that exists. */
export class Reference {
  constructor(
    /** The supply's name, see supplies/mod.ts. */
    readonly supply: string,
    readonly whose: Whose,
    /** Which of the latest ones. */
    readonly pick: number,
  ) {}

  /** How a failure's report shows it. */
  toJSON(): string {
    return `<${this.whose} ${this.supply} ${this.pick}>`;
  }
}

/** The value with each reference replaced by what `find` gives for it, in reading order. */
export async function resolved(
  value: unknown,
  find: (reference: Reference) => Promise<unknown>,
): Promise<unknown> {
  if (value instanceof Reference) return await find(value);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await resolved(item, find));
    return items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    entries.push([key, await resolved(inner, find)]);
  }
  return Object.fromEntries(entries);
}
