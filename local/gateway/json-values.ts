/**
 * JSON on its way from a request to Postgres.
 *
 * The driver writes a list as a Postgres array, and Lite parses text that happens to be JSON, so the
 * string "3" would become a number. So the gateway encodes each value for a json or jsonb column or
 * argument itself and marks it as done; the mark goes away where the statement is sent.
 */
import type { IntrospectResult } from "@supabase/lite";

/** The schema as Lite read it. */
type Schema = Pick<IntrospectResult, "columns" | "functions">;

/** As much of a parsed request as matters here; Lite's own type is a union of forty shapes. */
interface Statement {
  type?: string;
  schema?: string | undefined;
  from?: string;
  function?: string;
  httpMethod?: string;
  values?: unknown;
  args?: unknown;
}

// Random, so that no request can bring it along.
const mark = `json:${crypto.randomUUID()}:`;

/** A statement's parameter as it is sent. */
export function withoutMark(value: unknown): unknown {
  return typeof value === "string" && value.startsWith(mark) ? value.slice(mark.length) : value;
}

function encoded(value: unknown): unknown {
  return value === null || value === undefined ? value : mark + JSON.stringify(value);
}

function isJson(type: string | undefined): boolean {
  return type === "json" || type === "jsonb";
}

type Row = Record<string, unknown>;

function isRow(value: unknown): value is Row {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function mapRow(row: unknown, names: Set<string>, change: (value: unknown) => unknown): unknown {
  if (!isRow(row)) return row;
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, names.has(name) ? change(value) : value]),
  );
}

/** The statement with every JSON value encoded once. */
export function withEncodedJson<T>(statement: T, schema: Schema): T {
  const { type, from, function: name, values, args, httpMethod } = statement as Statement;
  const inSchema = (statement as Statement).schema ?? "public";
  if (type === "rpc" && isRow(args)) {
    const names = new Set(
      (schema.functions ?? [])
        .filter((fn) => fn.schema === inSchema && fn.name === name)
        .flatMap((fn) => fn.arg_names.filter((_, i) => isJson(fn.arg_types[i]))),
    );
    // In a query string the value is the JSON text itself.
    const change = (value: unknown) =>
      httpMethod !== "POST" && typeof value === "string" ? mark + value : encoded(value);
    return { ...statement, args: mapRow(args, names, change) };
  }
  if (values && from) {
    const names = new Set(
      schema.columns
        .filter((column) => column.table === from && column.schema === inSchema)
        .filter((column) => isJson(column.type))
        .map((column) => column.name),
    );
    return {
      ...statement,
      values: Array.isArray(values)
        ? values.map((row) => mapRow(row, names, encoded))
        : mapRow(values, names, encoded),
    };
  }
  return statement;
}
