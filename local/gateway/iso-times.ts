/** Lite passes Postgres's own text for times; the hosted APIs write RFC 3339. */

/** Postgres's text for a time, such as `2026-11-22 08:00:00.5+00`, in RFC 3339. */
export function isoTime(text: string): string {
  return new Date(text).toISOString();
}

// What the user wrote stays as it is.
const untouched = new Set(["user_metadata", "app_metadata", "identity_data", "metadata"]);

/** A JSON value with the text of every `…_at` field in RFC 3339. */
export function withIsoTimes(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => withIsoTimes(item));
  if (value !== null && typeof value === "object") {
    if (untouched.has(key)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, withIsoTimes(item, name)]),
    );
  }
  const isTime = typeof value === "string" && key.endsWith("_at") && /^\d{4}-\d\d-\d\d/.test(value);
  return isTime ? isoTime(value) : value;
}
