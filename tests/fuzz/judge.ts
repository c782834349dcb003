/** What must hold of a reply to a generated request, whatever the request was. */
import assert from "node:assert/strict";
import type { Declared } from "../../scripts/declarations.ts";
import { mustBeRefused } from "../endpoints/suite/body.ts";
import { checkReply, type Reply } from "../endpoints/suite/reply.ts";
import type { Built } from "./build.ts";

/** What a body's bytes are as JSON; undefined where they are none. */
function parsed(bytes: Uint8Array | undefined): { value: unknown } | undefined {
  if (bytes === undefined || bytes.length === 0) return { value: {} };
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

/** What the platform answers before any function is asked: not ours to declare. */
function isPlatforms(response: Response, declared: Declared, built: Built): boolean {
  const name = new URL(`http://x/${built.path}`).pathname.split("/")[1];
  return response.status === 404 && name !== declared.name;
}

/**
 * Checks a reply: as declared (see {@link checkReply}, which refuses every 5xx); and no success for a body
 * that the schema refuses. Undefined for replies that no endpoint gave.
 *
 * @throws {assert.AssertionError}
 */
export async function judge(
  built: Built,
  declared: Declared,
  siblings: Declared[],
  response: Response,
): Promise<Reply | undefined> {
  const method = built.method.toUpperCase() === "HEAD" ? "GET" : built.method.toUpperCase();
  if (method === "OPTIONS" || isPlatforms(response, declared, built)) {
    assert.ok(response.status < 500);
    await response.body?.cancel();
    return undefined;
  }
  // The method or path may have become another one's of the same function.
  const isElsewhere = response.status === 404 &&
    (await response.clone().json()).code === "not_found";
  const sibling = siblings.find(({ address, declaration }) =>
    isElsewhere
      ? declaration.path !== undefined
      : address === declared.address && declaration.method === method
  );
  const isOwn = declared.declaration.method === method && !isElsewhere;
  const asked = isOwn ? declared : sibling ?? declared;
  const label = `${asked.address} ${asked.declaration.method}`;
  const tagged = asked.declaration.etag && response.status === 304;
  if (tagged) {
    assert.ok(built.headers.some(([name]) => name === "if-none-match"), `${label}: 304 unasked`);
    assert.equal(await response.text(), "");
    return { status: 304, headers: response.headers, body: undefined, code: undefined };
  }
  const reply = await checkReply({ ...asked, label }, response);

  const { body, auth } = asked.declaration;
  if (body === undefined || asked !== declared) return reply;
  const json = parsed(built.body);
  const refused = json === undefined || mustBeRefused(body, json.value);
  const what = `${label}: ${reply.status} ${reply.code} to a body that `;
  if (refused) assert.ok(reply.status >= 400, `${what}is not as declared`);
  if (refused && built.otherwiseRight && auth !== "staff") {
    assert.ok(
      ["invalid_body", "invalid_json", "body_too_large"].includes(reply.code ?? "") ||
        // What comes first: the address, or the key.
        ["invalid_query", "not_found"].includes(reply.code ?? ""),
      `${what}is not as declared`,
    );
  }
  return reply;
}
