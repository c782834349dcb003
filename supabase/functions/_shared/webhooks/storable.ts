/** What providers send, in a form that Postgres holds. */
import { problem } from "../problem.ts";
import { deepestLevel } from "../request-body.ts";

/**
 * The value with U+FFFD for each NUL and each half of a surrogate pair: JSON can say them and Postgres
 * cannot. Refusing the event instead would lose it: the provider repeats it as it is, then gives up.
 *
 * @throws {Problem} `invalid_json` for what is nested deeper than any event
 */
export function storable(value: unknown, level = 0): unknown {
  if (typeof value === "string") return value.toWellFormed().replaceAll("\0", "\ufffd");
  if (typeof value !== "object" || value === null) return value;
  if (level === deepestLevel) throw problem("invalid_json", { detail: "Nested too deeply." });
  if (Array.isArray(value)) return value.map((item) => storable(item, level + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      storable(key) as string,
      storable(item, level + 1),
    ]),
  );
}
