/** One method of one function as an OpenAPI operation. */
import type { z } from "zod";
import type { Caller, Declaration } from "../../supabase/functions/_shared/declaration.ts";
import { limits } from "../../supabase/functions/_shared/limits.ts";
import { problemsOf } from "../../supabase/functions/_shared/possible-problems.ts";
import { catalogue, type ProblemCode } from "../../supabase/functions/_shared/problem.ts";
import { defaultBodyLimit } from "../../supabase/functions/_shared/request-body.ts";
import type { Declared } from "../declarations.ts";
import { readsCartId } from "./cart-id.ts";
import { exampleObjects, type Recorded } from "./examples.ts";
import { header, parameter } from "./headers.ts";
import { problemExampleRefs } from "./problem-examples.ts";
import { jsonSchema } from "./schema.ts";

const statusText = { 200: "OK", 201: "Created", 202: "Accepted", 303: "See Other" };

/** How a provider's signature is named among the security schemes. */
export function signatureScheme({ name, declaration }: Declared): string {
  if (declaration.signatureHeader === undefined) {
    throw new Error(`cannot describe ${name}: it declares no signatureHeader`);
  }
  return declaration.signatureHeader;
}

function security(declared: Declared): Record<string, string[]>[] {
  const schemes: Record<Caller, () => string[]> = {
    none: () => [],
    publishable: () => ["publishableKey", "secretKey"],
    visitor: () => ["publishableKey", "secretKey", "userToken"],
    user: () => ["userToken", ...(declared.declaration.apiKey ? ["workspaceKey"] : [])],
    staff: () => ["userToken"],
    secret: () => ["secretKey"],
    signature: () => [signatureScheme(declared)],
  };
  return schemes[declared.declaration.auth]().map((scheme) => ({ [scheme]: [] }));
}

function requestBody({ auth, body, file, form, maxBodyBytes }: Declaration, all: Recorded[]) {
  const examples = exampleObjects(all, ({ request }) => request.body);
  const most = (bytes: number) => `At most ${bytes} bytes.`;
  if (file) {
    const schema = {
      type: "object",
      required: [file.field],
      additionalProperties: false,
      properties: {
        [file.field]: { type: "string", contentMediaType: "application/octet-stream" },
      },
    };
    return {
      description: most(file.maxBytes),
      required: true,
      content: { "multipart/form-data": { schema, ...examples } },
    };
  }
  const description = most(maxBodyBytes ?? defaultBodyLimit);
  if (body) {
    const schema = jsonSchema(body, "input");
    const required = Array.isArray(schema["required"]) && schema["required"].length > 0;
    return { description, required, content: { "application/json": { schema, ...examples } } };
  }
  if (form) {
    const schema = jsonSchema(form, "input");
    const content = {
      "application/x-www-form-urlencoded": { schema, ...examples },
      "multipart/form-data": { schema, ...examples },
    };
    return { description, required: true, content };
  }
  if (auth === "signature") {
    const signed = `The provider's event, signed over its bytes. ${description}`;
    const content = { "application/json": { schema: {}, ...examples } };
    return { description: signed, required: true, content };
  }
  return undefined;
}

function parametersIn(
  place: "path" | "query",
  described: z.ZodType | undefined,
  all: Recorded[],
) {
  const from = place === "path" ? "params" : "query";
  if (described === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(described, "input") as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema,
    ...exampleObjects(all, ({ request }) => request[from]?.[name]),
  }));
}

/** What a provider sends beside the signature that is its credentials. */
function signedHeaders({ auth, signatureHeader }: Declaration, all: Recorded[]) {
  if (auth !== "signature") return [];
  const names = new Set(all.flatMap(({ request }) => Object.keys(request.headers ?? {})));
  names.delete(signatureHeader!);
  return [...names].map((name) => ({
    name,
    in: "header",
    required: true,
    schema: { type: "string" },
    ...exampleObjects(all, ({ request }) => request.headers?.[name]),
  }));
}

const always = { "x-request-id": header("RequestId"), "Server-Timing": header("ServerTiming") };

function success(declaration: Declaration, tagged: boolean, all: Recorded[]) {
  const { status = 200, reply, idempotent, etag } = declaration;
  return {
    description: statusText[status],
    headers: {
      ...always,
      "Cache-Control": header("CacheControl"),
      ...((tagged || etag) && { ETag: header("ETag") }),
      ...(idempotent && { "Idempotency-Replayed": header("IdempotencyReplayed") }),
    },
    content: {
      "application/json": {
        schema: jsonSchema(reply, "output"),
        ...exampleObjects(all, ({ reply: { body }, refused }) => refused ? undefined : body),
      },
    },
  };
}

const notModified = {
  description: "What the tag of If-None-Match names is still what there is.",
  headers: { ...always, "Cache-Control": header("CacheControl"), ETag: header("ETag") },
};

/** Statuses that may say when to try again. */
const temporary = [409, 429, 502, 503];

/** The response of a status by which some of the declared problems come. */
function failure(status: number, codes: ProblemCode[], replayed: boolean) {
  return {
    description: codes.map((code) => `\`${code}\`: ${catalogue[code][1]}.`).join("\n\n"),
    headers: {
      ...always,
      ...(status === 401 && { "WWW-Authenticate": header("WwwAuthenticate") }),
      ...(status === 405 && { Allow: header("Allow") }),
      ...(temporary.includes(status) && { "Retry-After": header("RetryAfter") }),
      ...(replayed && { "Idempotency-Replayed": header("IdempotencyReplayed") }),
    },
    content: {
      "application/problem+json": {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Problem" },
            { properties: { status: { const: status }, code: { enum: codes } } },
          ],
        },
        examples: problemExampleRefs(codes),
      },
    },
  };
}

/** The failures of one method by status; each is a component, since most methods share most of them. */
function failures(declaration: Declaration, components: Map<string, unknown>) {
  const byStatus = Object.groupBy(problemsOf(declaration), (code) => catalogue[code][0]);
  return Object.fromEntries(
    Object.entries(byStatus).map(([key, codes]) => {
      const status = Number(key);
      // Only what a handler has answered is kept under a key, and nothing that may pass when repeated.
      const replayed = declaration.idempotent === true && status < 500 &&
        codes.some((code) => declaration.problems.includes(code));
      const name = [key, ...codes, ...(replayed ? ["replayed"] : [])].join(".");
      components.set(name, failure(status, codes, replayed));
      return [key, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

/** What is known of a method besides its declaration. */
export interface Surroundings {
  /** What it is called, see operation-id.ts. */
  id: string;
  /** With which others it is shown. */
  group: string | undefined;
  /** What happened when it was called. */
  examples: Recorded[];
  /** Whether replies carry an ETag: some method at the address takes If-Match. */
  tagged: boolean;
  /** The document's response components, to which those of this method are added. */
  responses: Map<string, unknown>;
}

/** Describes one method. */
export function operation(
  declared: Declared,
  { id, group, examples, tagged, responses }: Surroundings,
): Record<string, unknown> {
  const { declaration } = declared;
  const { summary, idempotent, ifMatch, etag, limit: limitName, requires, status = 200 } =
    declaration;
  const limit = limits[limitName];
  const described = [
    ...(limit === null
      ? []
      : [`Rate limit: ${limit.requests} requests in ${limit.windowSeconds} seconds.`]),
    ...(requires === undefined ? [] : [
      `Requires the feature \`${requires}\` of the workspace; a \`plan_required\` problem names it ` +
      "as `feature` and, as `granted_by`, the plans on sale that include it.",
    ]),
    ...(declaration.apiKey === undefined
      ? []
      : [`A workspace's key needs the scope \`${declaration.apiKey}\`.`]),
  ];
  const body = requestBody(declaration, examples);
  return {
    operationId: id,
    ...(group !== undefined && { tags: [group] }),
    summary,
    ...(described.length > 0 && { description: described.join("\n\n") }),
    security: security(declared),
    parameters: [
      parameter("RequestId"),
      ...(idempotent ? [parameter("IdempotencyKey")] : []),
      ...(readsCartId(declaration) ? [parameter("CartId")] : []),
      ...(ifMatch ? [parameter("IfMatch")] : []),
      ...(etag ? [parameter("IfNoneMatch")] : []),
      ...parametersIn("path", declaration.params, examples),
      ...parametersIn("query", declaration.query, examples),
      ...signedHeaders(declaration, examples),
    ],
    ...(body !== undefined && { requestBody: body }),
    responses: {
      [status]: success(declaration, tagged, examples),
      ...(etag && { 304: notModified }),
      ...failures(declaration, responses),
    },
  };
}
