/**
 * Mass assignment at endpoints: fields that the server owns, slipped into a right body or query, are
 * refused. Which those are comes from the access matrix: every column that no user may write.
 */
import assert from "node:assert/strict";
import { jsonSchema } from "../../scripts/openapi/schema.ts";
import { tables } from "../rls/matrix.ts";
import { mustBeRefused, rightBody } from "./suite/body.ts";
import { expectProblem } from "./suite/reply.ts";
import { send } from "./suite/send.ts";
import { productTargets, type Target } from "./suite/target.ts";

const targets = await productTargets();

/** Columns of tables that users read, but for those that they may write themselves. */
const serverOwned = [
  ...new Set(
    Object.values(tables).filter(({ authenticated }) => authenticated.select !== undefined)
      .flatMap(({ columns, authenticated: { insert, update } }) =>
        columns.filter((one) => !insert?.columns.includes(one) && !update?.columns.includes(one))
      ),
  ),
  // And what a token or a profile is asked of elsewhere.
  ...["is_staff", "is_admin", "plan", "app_metadata", "user_metadata", "on_behalf_of"],
];

Deno.test("server-owned fields: the matrix names those that matter", () => {
  for (
    const name of ["user_id", "workspace_id", "role", "amount", "status", "plan_id", "quantity"]
  ) {
    assert.ok(serverOwned.includes(name), name);
  }
});

type Schema = Record<string, unknown> & { properties?: Record<string, Schema> };

/** Objects within a schema that take fields which they do not name. */
function loose(schema: unknown, at: string): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { type, properties, additionalProperties } = schema as Schema;
  // A record takes any name on purpose, and says of what its values are.
  const isOpen = type === "object" && properties !== undefined && additionalProperties !== false;
  return [
    ...(isOpen ? [at] : []),
    ...Object.entries(schema).flatMap(([name, inner]) => loose(inner, `${at}/${name}`)),
  ];
}

Deno.test("server-owned fields: every object that an endpoint takes is strict, however deep", () => {
  const found = targets.flatMap(({ label, declaration: { body, query } }) =>
    Object.entries({ body, query }).flatMap(([part, schema]) =>
      schema === undefined ? [] : loose(jsonSchema(schema, "input"), `${label} ${part}`)
    )
  );
  assert.deepEqual(found, []);
});

/** Those that a part does not declare itself: each makes it wrong. */
function slipped(target: Target, part: "body" | "query"): [name: string, value: unknown][] {
  const schema = target.declaration[part]!;
  const { properties = {} } = jsonSchema(schema, "input") as Schema;
  const right = rightBody(schema);
  return serverOwned.filter((name) => !(name in properties)).map((name) => {
    const value = part === "query" ? "1" : true;
    assert.ok(mustBeRefused(schema, { ...right, [name]: value }), `${target.label} takes ${name}`);
    return [name, value];
  });
}

for (const target of targets) {
  const { body, query } = target.declaration;
  if (body !== undefined) {
    Deno.test(`${target.label}: no field of the server's is taken in a body`, async () => {
      const fields = slipped(target, "body");
      const json = { ...rightBody(body), ...Object.fromEntries(fields) };
      expectProblem(await send(target, { json }), "invalid_body", "all of them");
    });
  }
  if (query !== undefined) {
    Deno.test(`${target.label}: no field of the server's is taken in a query`, async () => {
      const [[name, value]] = slipped(target, "query") as [[string, string]];
      const given = { ...rightBody(query), [name]: value } as Record<string, string>;
      const reply = await send(target, {
        query: `${new URLSearchParams(given)}`,
        ...(body !== undefined && { json: rightBody(body) }),
      });
      expectProblem(reply, "invalid_query", name);
    });
  }
}
