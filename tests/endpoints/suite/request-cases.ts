/** Wrong methods, headers and queries. */
import assert from "node:assert/strict";
import { rightBody, withFields } from "./body.ts";
import { type Case, each } from "./case.ts";
import { expectProblem } from "./reply.ts";
import { rightRequest } from "./right-request.ts";
import { type Draft, send } from "./send.ts";
import type { Target } from "./target.ts";

function allowed({ methods }: Target): string {
  return [...methods.flatMap((one) => one === "GET" ? ["GET", "HEAD"] : [one]), "OPTIONS"].join(
    ", ",
  );
}

const methods = [
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "PROPFIND",
  "post",
  "ＧＥＴ".normalize("NFKC"),
];

export const requestCases: Case[] = [
  {
    name: "another method is 405 and told which ones are allowed",
    run: (target) =>
      each(methods.filter((one) => !target.methods.includes(one.toUpperCase())), async (method) => {
        const reply = await send(target, { method });
        expectProblem(reply, "method_not_allowed", method);
        assert.equal(reply.headers.get("allow"), allowed(target));
      }),
  },
  {
    name: "HEAD is GET without a body, or 405 where there is no GET",
    // Of an address with both, GET's own declaration says what GET answers.
    applies: ({ declaration, methods }) => declaration.method === "GET" || !methods.includes("GET"),
    async run(target) {
      const head = await send(target, { method: "HEAD" });
      assert.equal(head.body, undefined);
      if (target.methods.includes("GET")) {
        assert.equal(head.status, (await send(target, { method: "GET" })).status);
      } else {
        assert.equal(head.status, 405);
        assert.equal(head.headers.get("allow"), allowed(target));
      }
    },
  },
  {
    name: "a request id of another form is replaced, one of the right form is kept",
    async run(target) {
      const method = "PROPFIND";
      const own = `test-${crypto.randomUUID()}`;
      const kept = await send(target, { method, headers: { "x-request-id": own } });
      assert.equal(kept.headers.get("x-request-id"), own);
      const wrong = [
        "",
        "short",
        "x".repeat(65),
        "with space",
        "a,b,c,d,e,f",
        "<script>",
        "idé-12345",
      ];
      await each(wrong, async (id) => {
        const reply = await send(target, { method, headers: { "x-request-id": id } });
        assert.match(reply.headers.get("x-request-id")!, /^[0-9a-f-]{36}$/, id);
      });
    },
  },
  {
    name: "an Idempotency-Key of another form is 422",
    applies: ({ declaration }) => declaration.idempotent === true,
    run: (target) =>
      each(["", " ", "two words", "é", "k".repeat(256), "a\tb"], async (key) => {
        const reply = await send(target, {
          ...rightRequest(target),
          headers: { "idempotency-key": key },
        });
        expectProblem(reply, "invalid_header", key);
      }),
  },
  {
    name: "an If-Match that matches nothing is 412",
    applies: ({ declaration }) => declaration.ifMatch === true,
    run: (target) =>
      each(
        ['"0"', 'W/"0"', "1", '"x"', '""', '"999999999999"', "'1'", '"1', "é", "x".repeat(5000)],
        async (tag) => {
          const reply = await send(target, { ...harmless(target), headers: { "if-match": tag } });
          expectProblem(reply, "precondition_failed", tag);
        },
      ),
  },
  {
    name: "parameters that are not declared are refused, or ignored where none is declared",
    applies: ({ declaration }) => declaration.method === "GET" || declaration.query !== undefined,
    async run(target) {
      const queries = [
        "is_admin=true",
        "__proto__=1",
        "constructor=1",
        "select=*&id=eq.1",
        "a=1&a=2",
        "%00=%ff",
        "%",
        `q=${"x".repeat(7000)}`,
        Array.from({ length: 1000 }, (_, index) => `p${index}`).join("&"),
      ];
      await each(queries, async (query) => {
        const reply = await send(target, { ...rightRequest(target), query });
        if (target.declaration.query) expectProblem(reply, "invalid_query", query.slice(0, 100));
        else if (target.declaration.method === "GET") assert.equal(reply.status, 200, query);
      });
    },
  },
  {
    name: "a parameter that comes twice is 422",
    applies: ({ declaration }) => declaration.query !== undefined,
    async run(target) {
      const query = new URLSearchParams(
        rightBody(target.declaration.query!) as Record<string, string>,
      );
      await each([...query.keys()], async (name) => {
        const twice = `${query}&${new URLSearchParams({ [name]: query.get(name)! })}`;
        expectProblem(await send(target, { query: twice }), "invalid_query", twice);
      });
    },
  },
];

/** A body that the handler accepts as well: what is declared nullable is null. */
function harmless(target: Target): Draft {
  const { declaration } = target;
  if (!declaration.body) return {};
  const body = rightBody(declaration.body);
  const nullable = Object.keys(body)
    .filter((name) => declaration.body!.safeParse({ ...body, [name]: null }).success);
  return { json: withFields(body, nullable.map((name) => [name, null])) };
}
