import { invalid } from "./errors.ts";

/** A form as decoded, not yet typed: text, or fields by name. A list has the names "0", "1", …. */
export type FormValue = string | FormFields;
export interface FormFields {
  [name: string]: FormValue;
}

/**
 * Decodes `items[0][price]=x&expand[]=y`, in a body or a query, to nested fields.
 * `[]` takes the next free number of its list.
 */
export function decodeForm(text: string): FormFields {
  const fields: FormFields = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const head = /^[^[\]]+/.exec(name)?.[0];
    const rest = head === undefined ? "" : name.slice(head.length);
    if (head === undefined || !/^(\[[^[\]]*\])*$/.test(rest)) {
      throw invalid(`Invalid parameter name: ${name}`);
    }
    const path = [head, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, key]) => key ?? "")];
    set(fields, path, value, name);
  }
  return fields;
}

function set(fields: FormFields, path: string[], value: string, name: string): void {
  let at = fields;
  for (const [index, key] of path.entries()) {
    const field = key === "" ? String(Object.keys(at).length) : key;
    if (index === path.length - 1) {
      at[field] = value;
      return;
    }
    const next = at[field] ??= Object.create(null) as FormFields;
    if (typeof next === "string") throw invalid(`Invalid parameter: ${name} is given twice`);
    at = next;
  }
}
