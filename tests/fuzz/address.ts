/** Odd paths and queries. */
import fc from "fast-check";
import { strangeTexts } from "../endpoints/suite/hostile.ts";
import { anyText } from "./mutation.ts";

/** What is done to an address. */
export type AddressChange =
  | { how: "path"; text: string }
  | { how: "query"; text: string }
  | { how: "twice"; at: number }
  | { how: "set"; at: number; value: string }
  | { how: "remove"; at: number };

const paths = [
  "/",
  "//",
  "/%2e%2e/%2e%2e",
  "/..%2f..%2fhealth",
  "/%00",
  "/%ff",
  "/%",
  "/a/b/c",
  "/%2F",
  "/.",
  "/😀",
  ";a=b",
  "/%c0%ae",
  "/" + "x".repeat(4000),
];

const queries = [
  "%00=%00",
  "a=%ff",
  "%",
  "&&&",
  "=",
  "?",
  "__proto__=1",
  "constructor[prototype]=1",
  "select=*&or=(id.neq.0)",
  "id=eq.1",
  "limit=-1&offset=1e9",
  "x=" + "y".repeat(7000),
  Array.from({ length: 500 }, (_, index) => `p${index}=1`).join("&"),
];

const at = fc.nat({ max: 20 });
const value = fc.oneof(
  fc.constantFrom(...strangeTexts),
  fc.constantFrom("\0", "\ud800", "-0", "1e3", "00", "true ", "[]", "{}", "2026-02-30T25:61:61Z"),
  fc.constantFrom("9999-12-31T23:59:60+14:00", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00-23:59"),
  anyText(12),
);

/** Any of these. */
export const address: fc.Arbitrary<AddressChange> = fc.oneof(
  fc.record({ how: fc.constant("path" as const), text: fc.constantFrom(...paths) }),
  fc.record({ how: fc.constant("query" as const), text: fc.constantFrom(...queries) }),
  fc.record({ how: fc.constant("twice" as const), at }),
  { weight: 4, arbitrary: fc.record({ how: fc.constant("set" as const), at, value }) },
  fc.record({ how: fc.constant("remove" as const), at }),
);

/** The path and query, with the change made. `params` are the path's, by name. */
export function changedAddress(
  { path, query, params }: {
    path: string;
    query: [string, string][];
    params: Record<string, string>;
  },
  changes: AddressChange[],
): string {
  let pairs = query;
  let behind = "";
  const extra: string[] = [];
  const values = { ...params };
  for (const change of changes) {
    const names = Object.keys(values);
    switch (change.how) {
      case "path":
        behind += change.text;
        break;
      case "query":
        extra.push(change.text);
        break;
      case "twice":
        if (pairs.length > 0) pairs = [...pairs, pairs[change.at % pairs.length]!];
        break;
      case "set": {
        const count = pairs.length + names.length;
        if (count === 0) break;
        const index = change.at % count;
        if (index < pairs.length) {
          pairs = pairs.map((pair, each) => each === index ? [pair[0], change.value] : pair);
        } else if (change.value !== "") values[names[index - pairs.length]!] = change.value;
        // An address without it is another endpoint's.
        break;
      }
      case "remove":
        if (pairs.length > 0) pairs = pairs.toSpliced(change.at % pairs.length, 1);
    }
  }
  const filled = path.replaceAll(
    /\{(\w+)\}/g,
    (_, name) => encodeURIComponent((values[name] ?? "").toWellFormed()),
  );
  const search = [new URLSearchParams(pairs).toString(), ...extra].filter((one) => one !== "")
    .join("&");
  return filled + behind + (search === "" ? "" : `?${search}`);
}
