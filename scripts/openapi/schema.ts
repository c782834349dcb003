/** JSON Schema (2020-12, the dialect of OpenAPI 3.1) of what endpoints take and answer. */
import { z } from "zod";

/** A JSON Schema as it stands in the document. */
export type JsonSchema = Record<string, unknown>;

/**
 * A zod schema as JSON Schema.
 *
 * @param io `input`: what a caller may send, defaults left out; `output`: what comes
 * @throws for what JSON Schema cannot say (dates, bigints, transforms) and for schemas that refer to
 *   themselves, whose references would point into another document
 */
export function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _dialect, $id: _id, ...described } = z.toJSONSchema(schema, { io });
  if (JSON.stringify(described).includes('"$ref"')) {
    throw new Error(
      "cannot describe a schema that refers to itself: see scripts/openapi/schema.ts",
    );
  }
  return described;
}

/** One problem (RFC 9457); responses narrow `code` to what they may hold. */
export const problemSchema: JsonSchema = {
  type: "object",
  description: "RFC 9457 problem details. Switch on `code`; `detail` is for people and may change.",
  required: ["type", "title", "status", "code", "request_id"],
  properties: {
    type: { type: "string", description: "`urn:socle:problem:<code>`" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string" },
    detail: { type: "string" },
    errors: {
      type: "array",
      description: "One entry for each field that is wrong.",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: {
          pointer: { type: "string", description: "JSON Pointer (RFC 6901) to the field." },
          detail: { type: "string" },
        },
      },
    },
    request_id: { type: "string", description: "Also in the header x-request-id." },
  },
};
