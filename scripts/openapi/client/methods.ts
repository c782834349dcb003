/** The methods of the typed client: those that callers call, and how each is called. */
import { problemsOf } from "../../../supabase/functions/_shared/possible-problems.ts";
import type { ProblemCode } from "../../../supabase/functions/_shared/problem.ts";
import type { Declaration } from "../../../supabase/functions/_shared/declaration.ts";
import type { Declared } from "../../declarations.ts";
import { readsCartId } from "../cart-id.ts";
import { operationIds } from "../operation-id.ts";
import { type JsonSchema, jsonSchema } from "../schema.ts";
import { block, textTypeOf, typeOf } from "./types.ts";

/** One method of the client. */
export interface ClientMethod {
  id: string;
  declared: Declared;
  /** The type of its first argument, and whether it may be left out. */
  input: string;
  needsInput: boolean;
  reply: string;
  codes: ProblemCode[];
  /** Names of what goes into the query, where a body takes the rest. */
  query: string[];
  /** Names of call options that only some methods have. */
  options: ("idempotencyKey" | "cartId" | "ifMatch")[];
}

/** Providers sign what they send, and mail programs follow where a reply leads: no client does either. */
function isForCallers({ declaration }: Declared): boolean {
  return declaration.auth !== "signature" && declaration.status !== 303;
}

interface Part {
  type: string;
  names: string[];
  required: boolean;
}

function objectNames(schema: JsonSchema): string[] {
  const choices = (schema["anyOf"] ?? schema["oneOf"]) as JsonSchema[] | undefined;
  if (choices !== undefined) return choices.flatMap(objectNames);
  return Object.keys((schema["properties"] ?? {}) as object);
}

function jsonPart(schema: JsonSchema): Part {
  const { required = [] } = schema as { required?: string[] };
  const names = objectNames(schema);
  // Of a choice, some form is asked for.
  return { type: typeOf(schema), names, required: required.length > 0 || !("type" in schema) };
}

function textPart(schema: JsonSchema): Part {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  const listed = Object.entries(properties).map(([name, property]) => (
    { name, schema: property, type: textTypeOf(property), required: required.includes(name) }
  ));
  return { type: block(listed), names: Object.keys(properties), required: required.length > 0 };
}

/** What the first argument is made of; it has the names of path, query and body side by side. */
function parts(declaration: Declaration): Record<"params" | "query" | "body", Part | undefined> {
  const { params, query, body, form, file } = declaration;
  const described = body ?? form;
  return {
    params: params && textPart(jsonSchema(params, "input")),
    query: query && textPart(jsonSchema(query, "input")),
    body: file
      ? { type: `{ ${file.field}: Blob }`, names: [file.field], required: true }
      : described && jsonPart(jsonSchema(described, "input")),
  };
}

function clientMethod(id: string, declared: Declared): ClientMethod {
  const { declaration } = declared;
  const made = parts(declaration);
  const present = Object.values(made).filter((part) => part !== undefined);
  const names = present.flatMap((part) => [...new Set(part.names)]);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(`cannot describe ${id}: ${twice} is in two of its path, query and body`);
  }
  const named = present.filter((part) => part.names.length > 0);
  return {
    id,
    declared,
    input: named.length === 0 ? "NoInput" : named.map(({ type }) => `(${type})`).join(" & "),
    needsInput: named.some(({ required }) => required),
    reply: typeOf(jsonSchema(declaration.reply, "output")),
    codes: problemsOf(declaration),
    query: made.body === undefined ? [] : made.query?.names ?? [],
    options: [
      ...(declaration.idempotent ? ["idempotencyKey"] as const : []),
      ...(readsCartId(declaration) ? ["cartId"] as const : []),
      ...(declaration.ifMatch ? ["ifMatch"] as const : []),
    ],
  };
}

/** Every method that the client has, by name. */
export function clientMethods(declared: Declared[]): ClientMethod[] {
  const idOf = operationIds(declared);
  return declared.filter(isForCallers).map((one) => clientMethod(idOf(one), one))
    .toSorted((a, b) => a.id < b.id ? -1 : 1);
}
