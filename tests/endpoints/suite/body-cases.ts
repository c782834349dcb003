/** Wrong JSON bodies. */
import assert from "node:assert/strict";
import { defaultBodyLimit } from "../../../supabase/functions/_shared/request-body.ts";
import { fieldsOf, mustBeRefused, rightBody, withFields } from "./body.ts";
import { type Case, each, some } from "./case.ts";
import {
  jsonValues,
  nested,
  notJson,
  slippedFields,
  strangeNumbers,
  strangeTexts,
  unstorableTexts,
} from "./hostile.ts";
import { expectProblem } from "./reply.ts";
import { send } from "./send.ts";
import type { Target } from "./target.ts";

const json = { "content-type": "application/json" };

function bodyOf({ declaration }: Target) {
  return declaration.body!;
}

function applies({ declaration }: Target): boolean {
  return declaration.body !== undefined;
}

/** Sends a body that must be refused, with this field among those named. */
async function expectRefused(target: Target, body: unknown, field?: string): Promise<void> {
  const reply = await send(target, { json: body });
  const what = JSON.stringify(body)?.slice(0, 300) ?? "nothing";
  expectProblem(reply, "invalid_body", what);
  assert.ok(reply.body.errors.length > 0, what);
  const pointers: string[] = reply.body.errors.map((one: { pointer: string }) => one.pointer);
  // Of an object some field is to blame, even for a rule about several.
  if (isObject(body)) assert.ok(pointers.every((one) => one !== ""), `${what} names the whole`);
  if (field === undefined) return;
  const pointer = `/${field.slice(0, 100).replaceAll("~", "~0").replaceAll("/", "~1")}`;
  assert.ok(pointers.some((one) => one.startsWith(pointer)), `${what} names ${pointers.join()}`);
}

function isObject(body: unknown): boolean {
  return typeof body === "object" && body !== null && !Array.isArray(body);
}

/** Puts JSON text that JSON.stringify would not write where a field's value is. */
function withRawValue(body: Record<string, unknown>, field: string, raw: string): string {
  const mark = "raw value goes here";
  return JSON.stringify({ ...body, [field]: mark }).replace(`"${mark}"`, () => raw);
}

export const bodyCases: Case[] = [
  {
    name: "another content type is 415",
    applies,
    run: (target) =>
      each(
        ["text/plain", "application/xml", "application/x-www-form-urlencoded", "json", ""],
        async (type) => {
          const body = new Blob([JSON.stringify(rightBody(bodyOf(target)))]);
          const reply = await send(target, { body, headers: { "content-type": type } });
          expectProblem(reply, "unsupported_media_type", type);
        },
      ),
  },
  {
    name: "what is not JSON is 400",
    applies,
    run: (target) =>
      each(some(notJson), async (body) => {
        expectProblem(await send(target, { body, headers: json }), "invalid_json", String(body));
      }),
  },
  {
    name: "JSON that is no object is 422",
    applies,
    run: (target) => each([null, true, 0, "text", [], [{}]], (body) => expectRefused(target, body)),
  },
  {
    name: "an empty body counts as one without fields",
    applies: (target) => applies(target) && mustBeRefused(bodyOf(target), {}),
    run: (target) =>
      each([json, {}], async (headers) => {
        expectProblem(await send(target, { body: "", headers }), "invalid_body", "nothing");
      }),
  },
  {
    name: "each field that is missing is named",
    applies,
    async run(target) {
      const required = fieldsOf(bodyOf(target)).filter((field) => field.required);
      await each(required, async ({ name }) => {
        const { [name]: _missing, ...others } = rightBody(bodyOf(target));
        await expectRefused(target, others, name);
      });
    },
  },
  {
    name: "each field that is not declared is refused by name",
    applies,
    run: (target) =>
      each(some(slippedFields), (name) => {
        const body = withFields(rightBody(bodyOf(target)), [[name, true]]);
        return mustBeRefused(bodyOf(target), body)
          ? expectRefused(target, body, name)
          : Promise.resolve();
      }),
  },
  {
    name: "a value of another type is refused by its field's name",
    applies,
    async run(target) {
      // Wrong by itself: what only a rule about several fields refuses may be blamed on another of them.
      const wrong = fieldsOf(bodyOf(target)).flatMap(({ name, type }) =>
        jsonValues.filter((value) => mustBeRefused(type, value)).map((value) => ({ name, value }))
      );
      await each(
        some(wrong),
        ({ name, value }) =>
          expectRefused(target, { ...rightBody(bodyOf(target)), [name]: value }, name),
      );
    },
  },
  {
    name: "text that cannot be stored is refused by its field's name",
    applies,
    async run(target) {
      const texts = fieldsOf(bodyOf(target)).flatMap(({ name }) =>
        unstorableTexts.map((text) => ({ name, text }))
      );
      await each(
        some(texts),
        ({ name, text }) =>
          expectRefused(target, { ...rightBody(bodyOf(target)), [name]: text }, name),
      );
    },
  },
  {
    name: "strange text is taken or refused, as the schema says",
    applies,
    async run(target) {
      const body = bodyOf(target);
      const texts = fieldsOf(body).flatMap(({ name }) =>
        strangeTexts.map((text) => ({ ...rightBody(body), [name]: text }))
      );
      const [refused, taken] = [true, false].map((refusal) =>
        texts.filter((one) => mustBeRefused(body, one) === refusal)
      ) as [unknown[], unknown[]];
      await each(some(refused), (one) => expectRefused(target, one));
      // What is taken is worked on, which costs: a sign-up hashes a password.
      await each(some(taken).slice(0, 3), async (one) => {
        await send(target, { json: one });
      });
    },
  },
  {
    name: "numbers beyond JavaScript's are taken or refused, as the schema says",
    applies: (target) => applies(target) && numericFields(target).length > 0,
    async run(target) {
      const bodies = numericFields(target).flatMap((name) =>
        strangeNumbers.map((raw) => withRawValue(rightBody(bodyOf(target)), name, raw))
      );
      await each(some(bodies), async (body) => {
        const reply = await send(target, { body, headers: json });
        if (mustBeRefused(bodyOf(target), JSON.parse(body))) {
          expectProblem(reply, "invalid_body", body);
        }
      });
    },
  },
  {
    name: "100,000 brackets are refused, as the body and in a field",
    applies,
    async run(target) {
      const fields = [...fieldsOf(bodyOf(target)).map(({ name }) => name), "unknown"];
      const bodies = fields.map((name) =>
        withRawValue(rightBody(bodyOf(target)), name, nested(100_000))
      );
      await each([nested(100_000), ...some(bodies)], async (body) => {
        expectProblem(await send(target, { body, headers: json }), "invalid_body", "nested");
      });
    },
  },
  {
    name: "10,000 fields are refused in a short reply",
    applies,
    async run(target) {
      const fields = Array.from({ length: 10_000 }, (_, index) => [`f${index}`, 1] as const);
      const reply = await send(target, { json: Object.fromEntries(fields) });
      expectProblem(reply, "invalid_body", "many fields");
      assert.ok(JSON.stringify(reply.body).length < 10_000);
    },
  },
];

function numericFields(target: Target): string[] {
  return fieldsOf(bodyOf(target))
    .filter(({ schema }) => /"type":"(integer|number)"/.test(JSON.stringify(schema)))
    .map(({ name }) => name);
}

/** A stream of so many bytes, sent without Content-Length. */
function chunked(bytes: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(64 * 1024).fill(0x20);
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      const size = Math.min(left, chunk.length);
      left -= size;
      controller.enqueue(chunk.slice(0, size));
    },
  });
}

/** Bodies that are too large, for whatever takes one. */
export const sizeCases: Case[] = [
  {
    name: "one byte more than the limit is 413, announced or not",
    applies: ({ declaration }) => declaration.method !== "GET",
    async run(target) {
      const { maxBodyBytes, file } = target.declaration;
      // The form around a file has some room of its own.
      const limit = maxBodyBytes ?? (file ? file.maxBytes + 64 * 1024 : defaultBodyLimit);
      const headers = file ? { "content-type": "multipart/form-data; boundary=x" } : json;
      const announced = await send(target, { body: new Uint8Array(limit + 1).fill(0x20), headers });
      expectProblem(announced, "body_too_large", "announced");
      const streamed = await send(target, { body: chunked(limit + 1), headers });
      expectProblem(streamed, "body_too_large", "chunked");
    },
  },
];
