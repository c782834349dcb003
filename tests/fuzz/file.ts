/** Forms, right and odd: an uploaded file, or fields. */
import fc from "fast-check";
import { jpeg, png, pngOfSize, webp } from "../support/images.ts";

/** What is done to a form. */
export type FileChange =
  | { how: "name"; text: string }
  | { how: "type"; text: string }
  | { how: "bytes"; bytes: number[] }
  | { how: "size"; bytes: number }
  | { how: "field"; text: string }
  | { how: "twice" }
  | { how: "extra"; name: string; value: string }
  | { how: "raw"; type: string; text: string };

const strange = fc.constantFrom(
  "",
  "../../x.png",
  "a\0.png",
  "x".repeat(5000),
  "😀\u202egnp.exe",
  '"; a="',
  "a\r\nb: c",
  "__proto__",
);

/** Any of these. */
export const fileChange: fc.Arbitrary<FileChange> = fc.oneof(
  fc.record({ how: fc.constant("name" as const), text: strange }),
  fc.record({
    how: fc.constant("type" as const),
    text: fc.constantFrom("", "image/svg+xml", "text/html", "image/png; x=y", "x".repeat(500)),
  }),
  fc.record({
    how: fc.constant("bytes" as const),
    bytes: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 64 }),
  }),
  fc.record({
    how: fc.constant("size" as const),
    bytes: fc.constantFrom(0, 1, 8, 100_000, 2_000_000, 5_000_000),
  }),
  fc.record({ how: fc.constant("field" as const), text: strange }),
  fc.constant({ how: "twice" as const }),
  fc.record({ how: fc.constant("extra" as const), name: strange, value: strange }),
  fc.record({
    how: fc.constant("raw" as const),
    type: fc.constantFrom(
      "multipart/form-data",
      "multipart/form-data; boundary=x",
      'multipart/form-data; boundary=""',
      "application/x-www-form-urlencoded",
      "application/x-www-form-urlencoded; charset=utf-16",
    ),
    text: fc.constantFrom(
      "",
      "--x--",
      "--x\r\n\r\n--x--",
      '--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\nPNG\r\n--x--\r\n',
      "--x\r\ncontent-disposition: form-data; name=\"file\"; filename*=utf-8''%ff\r\n\r\n\0\r\n--x--",
      "List-Unsubscribe=One-Click&List-Unsubscribe=One-Click",
      "List-Unsubscribe=%00",
      "a=%ff&%=&&&",
    ),
  }),
);

const images: { bytes: Uint8Array<ArrayBuffer>; type: string }[] = [
  { bytes: png(), type: "image/png" },
  { bytes: jpeg, type: "image/jpeg" },
  { bytes: webp, type: "image/webp" },
];

/** A form with a file in `field`, with the changes made. */
export function fileForm(field: string, pick: number, changes: FileChange[]): BodyInit {
  let { bytes, type } = images[pick % images.length]!;
  let name = "image";
  let key = field;
  let times = 1;
  const extra: [string, string][] = [];
  for (const change of changes) {
    if (change.how === "raw") return new Blob([change.text], { type: change.type });
    if (change.how === "name") name = change.text;
    if (change.how === "type") type = change.text;
    if (change.how === "bytes") bytes = Uint8Array.from(change.bytes);
    if (change.how === "size") {
      bytes = change.bytes < 70 ? bytes.slice(0, change.bytes) : pngOfSize(change.bytes);
    }
    if (change.how === "field") key = change.text;
    if (change.how === "twice") times = 2;
    if (change.how === "extra") extra.push([change.name, change.value]);
  }
  const form = new FormData();
  for (let count = 0; count < times; count++) form.append(key, new File([bytes], name, { type }));
  for (const [one, value] of extra) form.append(one, value);
  return form;
}

/** A url-encoded form of these fields, with the changes made. */
export function fieldsForm(fields: Record<string, unknown>, changes: FileChange[]): BodyInit {
  const form = new URLSearchParams(
    Object.entries(fields).map(([name, value]) => [name, String(value)]),
  );
  for (const change of changes) {
    if (change.how === "raw") return new Blob([change.text], { type: change.type });
    if (change.how === "extra") form.append(change.name, change.value.toWellFormed());
    if (change.how === "twice") [...form].forEach(([name, value]) => form.append(name, value));
  }
  return form;
}
