/**
 * What `previous_attributes` of an `*.updated` event holds: the former values of what changed, for
 * nested objects only the keys that changed, for arrays the whole former array, null for what did
 * not exist. Undefined where nothing changed.
 */
export function changedFrom(
  before: object,
  after: object,
): Record<string, unknown> | undefined {
  const previous: Record<string, unknown> = {};
  const old = new Map(Object.entries(before));
  const current = new Map(Object.entries(after));
  for (const key of new Set([...old.keys(), ...current.keys()])) {
    const was = old.get(key);
    const is = current.get(key);
    if (isPlain(was) && isPlain(is)) {
      const nested = changedFrom(was, is);
      if (nested !== undefined) previous[key] = nested;
    } else if (JSON.stringify(was) !== JSON.stringify(is)) {
      previous[key] = was ?? null;
    }
  }
  return Object.keys(previous).length === 0 ? undefined : previous;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
