/** Bodies from a declared schema: right ones, nearly right ones, and which of them must be refused. */
import fc from "fast-check";
import type { z } from "zod";
import { type JsonSchema, jsonSchema } from "../../../scripts/openapi/schema.ts";
import { deepestLevel } from "../../../supabase/functions/_shared/request-body.ts";
import { jsonValues, slippedFields, strangeTexts, unstorableTexts } from "./hostile.ts";

type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
};

/** What to put at a field instead of what its schema alone tells; undefined where nothing better is known. */
export type Known = (field: string) => fc.Arbitrary<unknown> | undefined;

/** A field of a body. */
export interface Field {
  name: string;
  required: boolean;
  schema: JsonSchema;
  /** What takes its value. */
  type: z.ZodType;
}

function text(schema: Schema): fc.Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = 60 } = schema;
  if (format === "email") return fc.uuid().map((id) => `${id}@example.com`);
  if (format === "uri") return fc.webUrl();
  if (format === "uuid") return fc.uuid();
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({
    minLength,
    maxLength: Math.min(maxLength, minLength + 60),
    unit: fc.constantFrom(..."abcXYZ019 -_'é漢😀"),
  });
}

const nothingKnown: Known = () => undefined;

/** Values that a schema accepts, but for what only its refinements know. */
function right(schema: Schema, known: Known = nothingKnown): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return fc.oneof(...alternatives.map((one) => right(one, known)));
  switch (schema.type) {
    case "object":
      return fc.record(
        mapValues(schema.properties ?? {}, (one, field) => known(field) ?? right(one, known)),
        { requiredKeys: schema.required ?? [] },
      );
    case "array":
      return fc.array(right(schema.items ?? {}, known), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 5, (schema.minItems ?? 0) + 5),
      });
    case "string":
      return text(schema);
    case "integer":
      return integer(schema);
    case "number":
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case undefined:
      return fc.jsonValue();
    default:
      throw new Error(`cannot make a value of ${JSON.stringify(schema)}`);
  }
}

/** Mostly small ones, of which there is enough in stock or to pay back. */
function integer(schema: Schema): fc.Arbitrary<number> {
  const min = Math.max(schema.minimum ?? (schema.exclusiveMinimum ?? -1001) + 1, -(2 ** 31));
  const max = Math.min(schema.maximum ?? 1000, 2 ** 31 - 1);
  return fc.oneof(fc.integer({ min, max: Math.min(max, min + 3) }), fc.integer({ min, max }));
}

function mapValues<T, U>(
  record: Record<string, T>,
  change: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value, key)]),
  );
}

/** Values that a schema accepts, with what is known of some of its fields. */
export function rightValues(schema: z.ZodType, known: Known): fc.Arbitrary<unknown> {
  return right(jsonSchema(schema, "input") as Schema, known);
}

const hostile = fc.oneof(
  fc.constantFrom(...strangeTexts),
  fc.constantFrom(...unstorableTexts),
  fc.constantFrom(...jsonValues),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A right value in most places, a hostile one in some. */
function nearly(schema: Schema): fc.Arbitrary<unknown> {
  const inner = schema.type === "object"
    ? fc.record(mapValues(schema.properties ?? {}, (one) => nearly(one)), {
      requiredKeys: schema.required ?? [],
    })
    : right(schema);
  return fc.oneof({ weight: 4, arbitrary: inner }, { weight: 1, arbitrary: hostile });
}

/** Bodies that are right but for a field or two, of which one may be left out or slipped in. */
export function nearlyRightBodies(body: z.ZodType): fc.Arbitrary<unknown> {
  const slipped = fc.dictionary(fc.constantFrom(...slippedFields), hostile, { maxKeys: 2 });
  return fc.tuple(
    nearly(jsonSchema(body, "input") as Schema),
    fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: slipped }),
  ).map(([value, extra]) => (
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? withFields(value, Object.entries(extra))
      : value
  ));
}

/** The object with these fields over its own; `__proto__` becomes a field like any other. */
export function withFields(body: object, fields: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries([...Object.entries(body), ...fields]);
}

const rightBodies = new WeakMap<z.ZodType, fc.Arbitrary<unknown>>();

/** A body that the schema accepts: each time another. */
export function rightBody(body: z.ZodType): Record<string, unknown> {
  let accepted = rightBodies.get(body);
  if (accepted === undefined) {
    // Kept: from a pattern it takes 45 ms to make.
    accepted = right(jsonSchema(body, "input") as Schema)
      .filter((value) => !mustBeRefused(body, value));
    rightBodies.set(body, accepted);
  }
  return fc.sample(accepted, 1)[0] as Record<string, unknown>;
}

/** The fields of a body. */
export function fieldsOf(body: z.ZodType): Field[] {
  const { properties = {}, required = [] } = jsonSchema(body, "input") as Schema;
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    required: required.includes(name),
    schema: schema as JsonSchema,
    type: (body as z.ZodObject<Record<string, z.ZodType>>).shape[name]!,
  }));
}

/** Whether a body, once parsed from its JSON text, is not what the schema takes or cannot be stored. */
export function mustBeRefused(body: z.ZodType, value: unknown): boolean {
  return !storable(value) || !body.safeParse(value).success;
}

function storable(value: unknown, level = 0): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (typeof value !== "object" || value === null) return true;
  return level < deepestLevel &&
    Object.entries(value).flat().every((one) => storable(one, level + 1));
}
