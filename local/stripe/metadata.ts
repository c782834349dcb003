/** Metadata as a call gives it: numbers are kept as text, '' or null deletes. */
type Given = Record<string, string | number | null> | "" | null | undefined;

/** Metadata after a call: named keys are set, a key given as '' is deleted, '' deletes all. */
export function mergeMetadata(
  current: Record<string, string> | null,
  given: Given,
): Record<string, string> {
  if (given === undefined) return current ?? {};
  if (given === "" || given === null) return {};
  const merged = { ...current };
  for (const [key, value] of Object.entries(given)) {
    if (value === "" || value === null) delete merged[key];
    else merged[key] = String(value);
  }
  return merged;
}
