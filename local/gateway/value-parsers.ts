/** Values of Postgres as PostgREST writes them in JSON. What is not listed stays Postgres's text. */
import { parseArray } from "./array-text.ts";

type Parse = (text: string) => unknown;

/** An array type: its elements' type and what stands between them. */
export interface ArrayType {
  element: number;
  delimiter: string;
}

/** `2026-11-22 08:00:00.5+00` as `2026-11-22T08:00:00.5+00:00`; `infinity` stays. */
function jsonTime(text: string): string {
  return text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
}

/** A number; only what JSON has no number for stays text. */
function jsonNumber(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** Lite writes a bigint with all its digits. */
function int8(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

const scalars: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [16, (text) => text === "t"], // bool
  [20, int8],
  [21, Number], // int2
  [23, Number], // int4
  [26, Number], // oid
  [700, jsonNumber], // float4
  [701, jsonNumber], // float8
  [1700, jsonNumber], // numeric
  [114, JSON.parse],
  [3802, JSON.parse], // jsonb
  [1114, jsonTime], // timestamp
  [1184, jsonTime], // timestamptz
]);

const asIs: Parse = (text) => text;

/** The parser of a type by its oid; `arrays` are those of the database. */
export function valueParser(oid: number, arrays: ReadonlyMap<number, ArrayType>): Parse {
  const array = arrays.get(oid);
  if (!array) return scalars.get(oid) ?? asIs;
  const element = scalars.get(array.element) ?? asIs;
  return (text) => parseArray(text, element, array.delimiter);
}
