/** Values of Postgres as PostgREST writes them in JSON, where Lite's driver settings differ. */
import { serializeJson } from "./json-values.ts";

/** `2026-11-22 08:00:00.5+00` as `2026-11-22T08:00:00.5+00:00`; `infinity` stays. */
function jsonTime(text: string): string {
  return text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
}

/** A number; only what JSON has no number for stays text. */
function jsonNumber(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

function bytea(value: unknown): string {
  return value instanceof Uint8Array ? `\\x${value.toHex()}` : String(value);
}

function asIs<T>(value: T): T {
  return value;
}

/** For the `types` option of the driver. */
export const driverTypes = {
  json: { to: 114, from: [114], serialize: serializeJson, parse: JSON.parse },
  jsonb: { to: 3802, from: [3802], serialize: serializeJson, parse: JSON.parse },
  numeric: { to: 1700, from: [1700], serialize: String, parse: jsonNumber },
  timestamp: { to: 1114, from: [1114], serialize: asIs, parse: jsonTime },
  timestamptz: { to: 1184, from: [1184], serialize: asIs, parse: jsonTime },
  bytea: { to: 17, from: [17], serialize: bytea, parse: asIs },
};
