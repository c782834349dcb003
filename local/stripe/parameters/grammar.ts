/**
 * What one parameter may be, as `generated.ts` writes it:
 *
 * - a basic type by its name, or `@Name` for the shape of that name
 * - `["enum", "a", "b"]`: one of these words
 * - `["array", T]`, `["map", T]` (any keys, such as `metadata`), `["or", T, U]`
 * - `["emptyable", T]`: T, or an empty string, which unsets the field
 */
export type ParameterType =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | `@${string}`
  | ["enum", ...string[]]
  | ["array", ParameterType]
  | ["map", ParameterType]
  | ["emptyable", ParameterType]
  | ["or", ...ParameterType[]];

/** Parameters by name; a name that ends with `!` is required. */
export type Shape = Record<string, ParameterType>;

/** Paths of an object that `expand` takes: `ids` become their objects, `fields` are sent only so. */
export interface Expands {
  ids: string[];
  fields: string[];
}
