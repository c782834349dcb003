/** JSON Schema as TypeScript types, so that who installs the client needs neither zod nor our sources. */
import type { JsonSchema } from "../schema.ts";

/** Keywords that say how a value looks within its type; they are told in comments. */
const notes: Record<string, (value: unknown) => string> = {
  format: (value) => String(value),
  minLength: (value) => `at least ${value} characters`,
  maxLength: (value) => `at most ${value} characters`,
  minimum: (value) => `from ${value}`,
  exclusiveMinimum: (value) => `above ${value}`,
  maximum: (value) => `to ${value}`,
  minItems: (value) => `at least ${value} items`,
  maxItems: (value) => `at most ${value} items`,
  default: (value) => `default \`${JSON.stringify(value)}\``,
};

/** What every integer is bounded by, and text that nobody bounds: not worth a comment. */
const unsaid: unknown[] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

/** One line for the comment above a property; undefined when its type says it all. */
function noteOf(schema: JsonSchema): string | undefined {
  const parts = Object.entries(notes).flatMap(([keyword, note]) =>
    keyword in schema && !unsaid.includes(schema[keyword]) ? [note(schema[keyword])] : []
  );
  return parts.length === 0 ? undefined : parts.join(", ");
}

function union(types: string[]): string {
  return [...new Set(types)].join(" | ");
}

const literal = (value: unknown) => JSON.stringify(value);

const keywords: Record<string, (schema: JsonSchema) => string> = {
  string: () => "string",
  integer: () => "number",
  number: () => "number",
  boolean: () => "boolean",
  null: () => "null",
  array: ({ items }) => `(${typeOf(items as JsonSchema)})[]`,
  object: objectType,
};

function objectType(schema: JsonSchema): string {
  const { properties, required = [], additionalProperties: others, propertyNames } = schema as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
    additionalProperties?: JsonSchema | boolean;
    propertyNames?: JsonSchema;
  };
  if (properties !== undefined && Object.keys(properties).length > 0) {
    return block(
      Object.entries(properties).map(([name, property]) => ({
        name,
        schema: property,
        type: typeOf(property),
        required: required.includes(name),
      })),
    );
  }
  if (typeof others === "object") {
    const names = propertyNames?.["enum"];
    const key = Array.isArray(names) ? union(names.map(literal)) : "string";
    return `{ [Name in ${key}]${key === "string" ? "" : "?"}: ${typeOf(others)} }`;
  }
  return "Record<string, never>";
}

/** One property of an object type. */
export interface Property {
  name: string;
  schema: JsonSchema;
  type: string;
  required: boolean;
}

/** An object type, a property a line with what its schema says beyond the type. */
export function block(properties: Property[]): string {
  const lines = properties.map(({ name, schema, type, required }) => {
    const note = noteOf(schema);
    const key = /^\w+$/.test(name) ? name : literal(name);
    // `undefined` is left out of what is sent, so that callers need not build objects by condition.
    const typed = required ? `: ${type}` : `?: ${type} | undefined`;
    return `${note === undefined ? "" : `/** ${note} */\n`}${key}${typed};`;
  });
  return `{\n${lines.join("\n")}\n}`;
}

/**
 * The type of what a schema takes.
 *
 * @throws for keywords that it does not know
 */
export function typeOf(schema: JsonSchema): string {
  if ("const" in schema) return literal(schema["const"]);
  if (Array.isArray(schema["enum"])) return union(schema["enum"].map(literal));
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) return union(choices.map(typeOf));
  const { type } = schema;
  if (type === undefined && Object.keys(schema).length === 0) return "unknown";
  const types = (Array.isArray(type) ? type : [type]).map((one) => {
    const write = keywords[one as string];
    if (write === undefined) {
      throw new Error(`cannot write a type for ${JSON.stringify(schema).slice(0, 200)}`);
    }
    return write(schema);
  });
  return union(types);
}

/** The type of a value that goes into a query or path, where it becomes text. */
export function textTypeOf(schema: JsonSchema): string {
  const values = schema["enum"];
  if (Array.isArray(values) && values.includes("true") && values.includes("false")) {
    return "boolean";
  }
  const { pattern } = schema;
  // A pattern that takes digits and no letters: a number as text.
  if (typeof pattern === "string" && !("format" in schema)) {
    const form = new RegExp(pattern);
    if (form.test("1") && !form.test("a")) return "number | string";
  }
  return typeOf(schema);
}
