/** The OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1) of all declared endpoints. */
import type { Declared } from "../declarations.ts";
import type { Recorded } from "./examples.ts";
import { headers, parameters } from "./headers.ts";
import { operation, signatureScheme } from "./operation.ts";
import { operationIds } from "./operation-id.ts";
import { problemExamples } from "./problem-examples.ts";
import { problemSchema } from "./schema.ts";

function securitySchemes(declared: Declared[]): Record<string, unknown> {
  const apiKey = (name: string, description: string) => (
    { type: "apiKey", in: "header", name, description }
  );
  const signatures = declared.filter(({ declaration }) => declaration.auth === "signature")
    .map((one) => [
      signatureScheme(one),
      apiKey(signatureScheme(one), `The provider's signature over the raw body, for ${one.name}.`),
    ]);
  return {
    publishableKey: apiKey("apikey", "A publishable API key (`sb_publishable_…`)."),
    secretKey: apiKey("apikey", "A secret API key (`sb_secret_…`): for servers alone."),
    userToken: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "The access token of a signed-in user.",
    },
    workspaceKey: {
      type: "http",
      scheme: "bearer",
      description:
        "A workspace's own API key (`socle_live_…`, from api-key-create), where the method names the scope it needs; also as `x-api-key`.",
    },
    ...Object.fromEntries(signatures),
  };
}

const description = [
  "Credentials: `apikey` is the publishable key, or on servers a secret one; users send their access token " +
  "as well, as `Authorization: Bearer`. Each operation says which it takes.",
  "Errors are `application/problem+json` (RFC 9457). Switch on `code`: each response lists the codes that " +
  "it may have, with an example of each. `request_id` finds the request in the logs.",
  "Operations that create or charge take an `Idempotency-Key`. The same key gets the first reply again for " +
  "24 hours.",
  "Examples are what a stack has answered; ids, moments and tokens are replaced by lasting ones.",
  "The operations' ids are the methods of the typed client: `socle.subscriptionCancel({…})`.",
].join("\n\n");

/**
 * The document; the same declarations give the same text, in whatever order they are listed.
 *
 * @param recorded what happened on a stack, to be shown as examples
 * @param groups in which group each function is shown
 */
export function openapiDocument(
  declared: Declared[],
  { recorded = [], groups = new Map() }: {
    recorded?: Recorded[];
    groups?: ReadonlyMap<string, string>;
  } = {},
): Record<string, unknown> {
  const sorted = declared.toSorted((a, b) => (
    a.address < b.address ? -1 : a.address > b.address ? 1 : 0
  ));
  const byAddress = Map.groupBy(sorted, ({ address }) => address);
  const idOf = operationIds(sorted);
  const responses = new Map<string, unknown>();
  const paths = [...byAddress].map(([address, methods]) => {
    const tagged = methods.some(({ declaration }) => declaration.ifMatch);
    const operations = methods.map((one) => [
      one.declaration.method.toLowerCase(),
      operation(one, {
        id: idOf(one),
        examples: recorded.filter(({ operation }) => operation === idOf(one)),
        group: groups.get(one.name),
        tagged,
        responses,
      }),
    ]);
    return [`/functions/v1/${address}`, Object.fromEntries(operations)];
  });
  return {
    openapi: "3.1.1",
    info: {
      title: "Socle",
      version: "1.0.0",
      description,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [
      { url: "http://127.0.0.1:54321", description: "The local stack" },
      {
        url: "https://{project}.supabase.co",
        variables: { project: { default: "your-project", description: "The project's reference" } },
      },
    ],
    tags: [...new Set(groups.values())].map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      schemas: { Problem: problemSchema },
      examples: problemExamples(recorded),
      responses: Object.fromEntries([...responses].toSorted(([a], [b]) => a < b ? -1 : 1)),
      parameters,
      headers,
      securitySchemes: securitySchemes(sorted),
    },
  };
}
