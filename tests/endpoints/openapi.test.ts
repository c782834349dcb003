import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { z } from "zod";
import { problemsOf } from "../../supabase/functions/_shared/possible-problems.ts";
import { catalogue, type ProblemCode } from "../../supabase/functions/_shared/problem.ts";
import { loadDeclarations } from "../../scripts/declarations.ts";
import { openapiDocument } from "../../scripts/openapi/document.ts";
import { readExamples } from "../../scripts/openapi/examples.ts";
import { endpointGroups } from "../../scripts/openapi/groups.ts";
import { namedInVain, operationIds } from "../../scripts/openapi/operation-id.ts";
import { jsonSchema } from "../../scripts/openapi/schema.ts";
import { securityPage } from "../../scripts/openapi/security-page.ts";

const root = new URL("../../", import.meta.url);

async function openapiTask(args: string[], env?: Record<string, string>) {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "scripts/openapi.ts", ...args],
    cwd: root,
    ...(env && { env, clearEnv: true }),
  }).output();
  return { code, reason: new TextDecoder().decode(stderr).trim() };
}

Deno.test("openapi: the document is valid OpenAPI 3.1", async () => {
  const document = openapiDocument(await loadDeclarations(), {
    recorded: await readExamples(),
    groups: await endpointGroups(),
  });
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors));
});

Deno.test("openapi: the same declarations give the same text, in whatever order they are listed", async () => {
  const declared = await loadDeclarations();
  const methodsKeepTheirOrder = Map.groupBy(declared, ({ address }) => address);
  const shuffled = [...methodsKeepTheirOrder.values()].reverse().flat();
  const same = JSON.stringify(openapiDocument(shuffled)) ===
    JSON.stringify(openapiDocument(declared));
  assert.ok(same);
  assert.equal(securityPage(shuffled), securityPage(declared));
});

Deno.test("openapi: the committed files are current, which is found out without any environment", async () => {
  const needed = ["PATH", "HOME", "DENO_DIR"].map((name) => [name, Deno.env.get(name) ?? ""])
    .filter(([, value]) => value !== "");
  const { code, reason } = await openapiTask(["--check"], Object.fromEntries(needed));
  assert.equal(code, 0, reason);
});

Deno.test("openapi: every path, method, caller and problem of the declarations is there", async () => {
  const declared = await loadDeclarations();
  // deno-lint-ignore no-explicit-any -- the document as a client reads it
  const document = openapiDocument(declared) as any;
  assert.equal(
    Object.values(document.paths).flatMap((path) => Object.keys(path as object)).length,
    declared.length,
  );
  for (const { name, address, declaration } of declared) {
    const described = document.paths[`/functions/v1/${address}`][declaration.method.toLowerCase()];
    assert.equal(described.summary, declaration.summary);
    assert.ok(String(declaration.status ?? 200) in described.responses, name);
    assert.equal(described.security.length > 0, declaration.auth !== "none", name);
    // A DELETE may say by its query what goes.
    const byQuery = declaration.body === undefined && declaration.query !== undefined;
    assert.equal(
      "requestBody" in described,
      declaration.method !== "GET" && !(declaration.method === "DELETE" && byQuery),
      name,
    );
  }
});

Deno.test("openapi: examples are what the schemas take and answer, and stand where they belong", async () => {
  const declared = await loadDeclarations();
  const recorded = await readExamples();
  const idOf = operationIds(declared);
  // deno-lint-ignore no-explicit-any -- the document as a client reads it
  const document = openapiDocument(declared, { recorded }) as any;
  for (const one of declared) {
    const { body, query, params, form, reply, method } = one.declaration;
    const own = recorded.filter(({ operation }) => operation === idOf(one));
    const described = document.paths[`/functions/v1/${one.address}`][method.toLowerCase()];
    const content = described.responses[String(one.declaration.status ?? 200)].content;
    const shown = Object.values(content["application/json"].examples ?? {}) as { value: unknown }[];
    assert.deepEqual(
      shown.map(({ value }) => value),
      own.filter(({ refused }) => !refused).map((example) => example.reply.body),
    );
    for (const { title, refused, request, reply: came } of own) {
      if (refused) {
        assert.ok(problemsOf(one.declaration).includes(refused), title);
        if (/^invalid_(body|query)$/.test(refused)) continue;
      } else reply.parse(came.body);
      (body ?? form)?.parse(request.body);
      query?.parse(request.query ?? {});
      params?.parse(request.params);
    }
  }
  const known = new Set(declared.map(idOf));
  assert.deepEqual(recorded.filter(({ operation }) => !known.has(operation)), []);
});

Deno.test("openapi: each operation lists every problem that it may give, with an example of each", async () => {
  const declared = await loadDeclarations();
  // deno-lint-ignore no-explicit-any -- the document as a client reads it
  const document = openapiDocument(declared, { recorded: await readExamples() }) as any;
  for (const { address, declaration } of declared) {
    const described = document.paths[`/functions/v1/${address}`][declaration.method.toLowerCase()];
    const listed = Object.entries(described.responses as Record<string, { $ref?: string }>)
      .flatMap(([status, { $ref }]) => {
        if ($ref === undefined) return [];
        const component = document.components.responses[$ref.split("/").at(-1)!];
        const { examples } = component.content["application/problem+json"];
        return Object.entries(examples as Record<string, { $ref: string }>).map(([code, one]) => {
          const { value } = document.components.examples[one.$ref.split("/").at(-1)!];
          assert.deepEqual([value.code, String(value.status)], [code, status]);
          assert.equal(value.title, catalogue[code as ProblemCode][1]);
          return code;
        });
      });
    assert.deepEqual(listed.sort(), problemsOf(declaration).sort(), address);
  }
});

Deno.test("openapi: every method has a name of its own, and none is named that there is not", async () => {
  const declared = await loadDeclarations();
  const idOf = operationIds(declared);
  assert.equal(new Set(declared.map(idOf)).size, declared.length);
  for (const one of declared) assert.match(idOf(one), /^[a-z][a-zA-Z0-9]+$/);
  assert.deepEqual(namedInVain(declared), []);
  const twin = { ...declared[0]!, name: "jobs-list", address: "jobs-list" };
  assert.throws(() => operationIds([...declared, twin]), /are both called jobsList/);
});

Deno.test("openapi: the security page lists what is elevated with its reason, and nothing else", async () => {
  const declared = await loadDeclarations();
  const [page] = securityPage(declared).split("## What a member");
  const rows = page!.split("\n").filter((line) => line.startsWith("| ")).slice(2); // the table's head
  const elevated = declared.filter(({ declaration }) => declaration.elevated !== undefined);
  assert.ok(elevated.length > 0 && elevated.length < declared.length);
  assert.equal(rows.length, elevated.length);
  for (const { address, declaration: { method, elevated: why } } of elevated) {
    const listed = rows.some((row) =>
      row.startsWith(`| ${address} | ${method} | `) && row.endsWith(` | ${why} |`)
    );
    assert.ok(listed, `${method} ${address}`);
  }
});

Deno.test("openapi: what JSON Schema cannot say is refused instead of left out", () => {
  assert.throws(() => jsonSchema(z.object({ when: z.date() }), "output"));
  const node: z.ZodType = z.object({
    get children() {
      return z.array(node);
    },
  });
  assert.throws(() => jsonSchema(node, "output"), /refers to itself/);
});
