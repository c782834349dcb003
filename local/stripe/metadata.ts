import { invalid } from "./errors.ts";

/** Stripe's own limits: https://docs.stripe.com/metadata#data */
const maxKeys = 50;
const maxKeyLength = 40;
const maxValueLength = 500;

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
    if (key.length > maxKeyLength) throw tooLong("keys", maxKeyLength, key);
    if (value === "" || value === null) delete merged[key];
    else if (String(value).length > maxValueLength) {
      throw tooLong("values", maxValueLength, String(value));
    } else merged[key] = String(value);
  }
  if (Object.keys(merged).length > maxKeys) {
    throw invalid(`Metadata can have up to ${maxKeys} keys.`, { param: "metadata" });
  }
  return merged;
}

function tooLong(part: "keys" | "values", limit: number, text: string): Error {
  return invalid(
    `Metadata ${part} can have up to ${limit} characters, but you passed in one that is ` +
      `${text.length} characters. Invalid one: ${text}`,
    { param: "metadata" },
  );
}
