import { invalid, notImplemented } from "../errors.ts";
import type { FormFields, FormValue } from "../form.ts";
import type { Operation } from "../resource.ts";
import { calls, shapes } from "./generated.ts";
import type { ParameterType, Shape } from "./grammar.ts";

/** Stripe's limit for a text that has none of its own. */
const maxTextLength = 5000;

/**
 * Types the parameters of a call as its declaration in the SDK says. Throws Stripe's own errors for
 * what Stripe would refuse (unknown, missing, of another type, not one of the words), and says so
 * where the local Stripe does not do what Stripe would.
 */
export function checkParameters(operation: Operation, form: FormFields): Record<string, unknown> {
  const name = calls[operation.name];
  if (name === undefined) throw new Error(`${operation.name} is not in parameters/generated.ts`);
  const shape: Shape = name === null ? {} : shapes[name] ?? {};
  const unknown = unknownIn(form, shape, "");
  if (unknown.length > 0) {
    const [first] = unknown;
    throw invalid(
      `Received unknown parameter${unknown.length === 1 ? "" : "s"}: ${unknown.join(", ")}`,
      { code: "parameter_unknown", ...(first === undefined ? {} : { param: first }) },
    );
  }
  const params = fieldsOf(form, shape, "");
  for (const path of leavesOf(form, [])) {
    if (!takes(operation, path)) throw notImplemented(`the parameter ${bracketed(path)}`, path[0]);
  }
  return params;
}

function unknownIn(form: FormFields, shape: Shape, prefix: string): string[] {
  return Object.entries(form).flatMap(([field, value]) => {
    const type = declared(shape, field) ?? declared(shape, `${field}!`);
    const path = prefix === "" ? field : `${prefix}[${field}]`;
    return type === undefined ? [path] : unknownBelow(value, type, path);
  });
}

/** Own fields only: a parameter may be called "constructor". */
function declared(shape: Shape, field: string): ParameterType | undefined {
  return Object.hasOwn(shape, field) ? shape[field] : undefined;
}

function unknownBelow(value: FormValue, type: ParameterType, path: string): string[] {
  if (typeof value === "string") return [];
  if (typeof type === "string") {
    return type.startsWith("@") ? unknownIn(value, shapes[type.slice(1)] ?? {}, path) : [];
  }
  const [form, ...parts] = type;
  if (form === "enum" || form === "map") return [];
  if (form === "array") {
    return Object.entries(value).flatMap(([index, element]) =>
      unknownBelow(element, type[1], `${path}[${index}]`)
    );
  }
  return (parts as ParameterType[]).flatMap((part) => unknownBelow(value, part, path));
}

function fieldsOf(form: FormFields, shape: Shape, prefix: string): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(shape)) {
    const required = name.endsWith("!");
    const field = required ? name.slice(0, -1) : name;
    const path = prefix === "" ? field : `${prefix}[${field}]`;
    const value = form[field];
    if (value === undefined) {
      if (!required) continue;
      throw invalid(`Missing required param: ${path}.`, { code: "parameter_missing", param: path });
    }
    if (value === "" && (required || !mayBeEmpty(type))) throw emptyValue(path);
    params[field] = typed(value, type, path);
  }
  return params;
}

/** An optional text may be given empty, which unsets it; a number, a word or a list may not. */
function mayBeEmpty(type: ParameterType): boolean {
  return type === "string" || type[0] === "emptyable";
}

function typed(value: FormValue, type: ParameterType, path: string): unknown {
  if (typeof type === "string") return basic(value, type, path);
  switch (type[0]) {
    case "enum": {
      const words = type.slice(1);
      if (typeof value === "string" && words.includes(value)) return value;
      throw invalid(`Invalid ${path}: must be one of ${inWords(words)}`, { param: path });
    }
    case "array": {
      if (typeof value === "string") throw invalid("Invalid array", { param: path });
      return Object.entries(value).map(([index, element]) => {
        if (!/^\d+$/.test(index)) throw invalid("Invalid array", { param: path });
        return typed(element, type[1], `${path}[${index}]`);
      });
    }
    case "map": {
      if (typeof value === "string") throw invalid("Invalid object", { param: path });
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [
          key,
          one === "" ? "" : typed(one, type[1], `${path}[${key}]`),
        ]),
      );
    }
    case "emptyable":
      return value === "" ? "" : typed(value, type[1], path);
    case "or":
      return firstOf(value, type.slice(1) as ParameterType[], path);
  }
}

/** The first alternative that the value fits; where none does, what the last one says. */
function firstOf(value: FormValue, alternatives: ParameterType[], path: string): unknown {
  const [first, ...others] = alternatives;
  if (first === undefined) throw new Error(`${path} has no type`);
  if (others.length === 0) return typed(value, first, path);
  try {
    return typed(value, first, path);
  } catch {
    return firstOf(value, others, path);
  }
}

function basic(value: FormValue, type: string, path: string): unknown {
  if (type.startsWith("@")) {
    if (typeof value === "string") throw invalid("Invalid object", { param: path });
    return fieldsOf(value, shapes[type.slice(1)] ?? {}, path);
  }
  if (typeof value !== "string") throw invalid(`Invalid ${type}`, { param: path });
  switch (type) {
    case "integer":
      if (/^-?\d+$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value);
      throw invalid(`Invalid integer: ${value}`, {
        code: "parameter_invalid_integer",
        param: path,
      });
    case "number":
      if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
      throw invalid(`Invalid decimal: ${value}`, { param: path });
    case "boolean":
      if (value === "true" || value === "false") return value === "true";
      throw invalid(`Invalid boolean: ${value}`, { param: path });
    default:
      if (value.length <= maxTextLength) return value;
      throw invalid(`Invalid string: must be at most ${maxTextLength} characters`, { param: path });
  }
}

function emptyValue(path: string): Error {
  return invalid(
    `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a ` +
      `parameter; however '${path}' cannot be unset. You should remove '${path}' from your ` +
      "request or supply a non-empty value.",
    { code: "parameter_invalid_empty", param: path },
  );
}

/** Paths of all values that were given. */
function leavesOf(form: FormFields, prefix: string[]): string[][] {
  return Object.entries(form).flatMap(([field, value]) => {
    const path = [...prefix, field];
    return typeof value === "string" ? [path] : leavesOf(value, path);
  });
}

function takes(operation: Operation, path: string[]): boolean {
  const plain = path.filter((step) => !/^\d+$/.test(step)).join(".");
  return ["expand", ...operation.takes].some((taken) =>
    plain === taken || plain.startsWith(`${taken}.`)
  );
}

function bracketed([head, ...rest]: string[]): string {
  return `${head}${rest.map((step) => `[${step}]`).join("")}`;
}

function inWords(words: readonly string[]): string {
  if (words.length < 3) return words.join(" or ");
  return `${words.slice(0, -1).join(", ")}, or ${words.at(-1)}`;
}
