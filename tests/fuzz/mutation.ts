/** Small changes to a right body: each makes it nearly right, or hostile. */
import fc from "fast-check";
import {
  jsonValues,
  nested,
  slippedFields,
  strangeNumbers,
  strangeTexts,
  unstorableTexts,
} from "../endpoints/suite/hostile.ts";

/** A change to the value: `at` counts its nodes in reading order, around and around. */
export type ValueChange =
  | { how: "replace"; at: number; value: unknown }
  | { how: "remove"; at: number }
  | { how: "add"; at: number; key: string; value: unknown }
  | { how: "wrap"; at: number }
  | { how: "repeat"; at: number; times: number }
  | { how: "as text"; at: number };

/** A change to the JSON text. */
export type TextChange =
  | { how: "cut"; at: number }
  | { how: "insert"; at: number; text: string }
  | { how: "bytes"; at: number; bytes: number[] }
  | { how: "twice"; at: number }
  | { how: "raw"; at: number; text: string }
  | { how: "wide" }
  | { how: "marked" };

/** Any code point, lone surrogates among them. fast-check's unit `binary` takes seconds to list them all. */
const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0x2ff }),
  fc.integer({ min: 0, max: 0x10ffff }),
).map((point) => String.fromCodePoint(point));

/** Texts of any characters. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  return fc.array(codePoint, { maxLength }).map((points) => points.join(""));
}

/** What may stand anywhere. */
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...strangeTexts),
  fc.constantFrom(...unstorableTexts),
  fc.constantFrom(...jsonValues),
  anyText(20),
  fc.double(),
  fc.maxSafeInteger(),
  fc.integer({ min: 1, max: 100_000 }).map((length) => "x".repeat(length)),
  fc.integer({ min: 1, max: 80 }).map((levels) => JSON.parse(nested(levels))),
  fc.jsonValue({ maxDepth: 3 }),
);

const at = fc.nat({ max: 60 });

/** Any change to a value. */
export const valueChange: fc.Arbitrary<ValueChange> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ how: fc.constant("replace" as const), at, value: hostileValue }),
  },
  { weight: 2, arbitrary: fc.record({ how: fc.constant("remove" as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      how: fc.constant("add" as const),
      at,
      key: fc.oneof(fc.constantFrom(...slippedFields), anyText(8)),
      value: hostileValue,
    }),
  },
  { weight: 1, arbitrary: fc.record({ how: fc.constant("wrap" as const), at }) },
  {
    weight: 1,
    arbitrary: fc.record({
      how: fc.constant("repeat" as const),
      at,
      times: fc.constantFrom(2, 3, 100, 600),
    }),
  },
  { weight: 1, arbitrary: fc.record({ how: fc.constant("as text" as const), at }) },
);

const place = fc.nat({ max: 1000 });

/** Any change to a text. */
export const textChange: fc.Arbitrary<TextChange> = fc.oneof(
  fc.record({ how: fc.constant("cut" as const), at: place }),
  fc.record({
    how: fc.constant("insert" as const),
    at: place,
    text: fc.constantFrom(
      "\0",
      "\n",
      ",",
      '"',
      "\\u0000",
      "\\ud800",
      "//",
      "\ufeff",
      "1",
      "{",
      "}",
    ),
  }),
  fc.record({
    how: fc.constant("bytes" as const),
    at: place,
    bytes: fc.array(fc.integer({ min: 128, max: 255 }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ how: fc.constant("twice" as const), at }),
  fc.record({
    how: fc.constant("raw" as const),
    at,
    text: fc.oneof(
      fc.constantFrom(...strangeNumbers, "NaN", "Infinity", "undefined", "01", "'x'", "1e99999"),
      fc.constantFrom(100, 5000, 100_000).map(nested),
    ),
  }),
  fc.constant({ how: "wide" as const }),
  fc.constant({ how: "marked" as const }),
);

type Path = (string | number)[];

/** The places of a value, in reading order; the first is the value itself. */
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Array.isArray(value)
    ? value.slice(0, 20).flatMap((item, index) => places(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]));
  return [path, ...inner];
}

/** The value with `change` made to what is at the path; undefined there takes it out. */
function changed(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      if (index !== step) return [item];
      const next = changed(item, rest, change);
      return next === undefined ? [] : [next];
    });
  }
  return Object.fromEntries(
    Object.entries(value as object).flatMap(([key, item]) => {
      if (key !== step) return [[key, item]];
      const next = changed(item, rest, change);
      return next === undefined ? [] : [[key, next]];
    }),
  );
}

/** Far more than any endpoint takes; repeated again and again, a text would outgrow what a string can hold. */
const longest = { text: 4_000_000, array: 100_000 };

/** As often as asked, or until it is longer than anything. */
function repeated(old: unknown, times: number): unknown {
  const upTo = (most: number, length: number) =>
    Math.min(times, Math.max(1, Math.floor(most / Math.max(1, length))));
  if (typeof old === "string") return old.repeat(upTo(longest.text, old.length));
  if (!Array.isArray(old)) return [old, old];
  return Array.from({ length: upTo(longest.array, old.length) }, () => old).flat();
}

/** The value with the change made. */
export function withValueChange(value: unknown, change: ValueChange): unknown {
  const all = places(value);
  const path = all[change.at % all.length]!;
  return changed(value, path, (old) => {
    switch (change.how) {
      case "replace":
        return change.value;
      case "remove":
        return undefined;
      case "add":
        return typeof old === "object" && old !== null && !Array.isArray(old)
          ? Object.fromEntries([...Object.entries(old), [change.key, change.value]])
          : change.value;
      case "wrap":
        return [old];
      case "repeat":
        return repeated(old, change.times);
      case "as text":
        return typeof old === "string" ? Number(old) || old.length : JSON.stringify(old);
    }
  });
}

const encoder = new TextEncoder();

function spliced(bytes: Uint8Array, position: number, inserted: Uint8Array): Uint8Array {
  const index = position % (bytes.length + 1);
  return Uint8Array.from([...bytes.subarray(0, index), ...inserted, ...bytes.subarray(index)]);
}

/** The JSON text's bytes with the change made. */
export function withTextChange(bytes: Uint8Array, change: TextChange): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  switch (change.how) {
    case "cut":
      return bytes.slice(0, change.at % (bytes.length + 1));
    case "insert":
      return spliced(bytes, change.at, encoder.encode(change.text));
    case "bytes":
      return spliced(bytes, change.at, Uint8Array.from(change.bytes));
    case "twice": {
      // The same key twice: parsers differ in which one they believe.
      const keys = [...text.matchAll(/"[^"\\]*":/g)];
      if (keys.length === 0) return bytes;
      const { 0: key, index } = keys[change.at % keys.length]!;
      return encoder.encode(`${text.slice(0, index)}${key}null,${text.slice(index)}`);
    }
    case "raw": {
      const values = [...text.matchAll(/:("[^"\\]*"|-?\d[\d.]*|true|false|null)/g)];
      if (values.length === 0) return encoder.encode(change.text);
      const { 0: value, index } = values[change.at % values.length]!;
      return encoder.encode(
        `${text.slice(0, index)}:${change.text}${text.slice(index + value.length)}`,
      );
    }
    case "wide":
      return new Uint8Array(Uint16Array.from(text, (unit) => unit.charCodeAt(0)).buffer);
    case "marked":
      return encoder.encode(`\ufeff${text}`);
  }
}
