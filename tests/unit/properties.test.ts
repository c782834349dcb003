/** Properties of small pure functions, for any input: a failure prints the smallest one and its seed. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { matchPath } from "../../supabase/functions/_shared/endpoint-path.ts";
import { tagged } from "../../supabase/functions/_shared/entity-tag.ts";
import { toHex } from "../../supabase/functions/_shared/hex.ts";
import { readIdempotencyKey } from "../../supabase/functions/_shared/idempotency.ts";
import {
  readUnsubscribeToken,
  unsubscribeToken,
} from "../../supabase/functions/_shared/mail/unsubscribe.ts";
import { TOPIC_NAMES } from "../../supabase/functions/_shared/mail/topics.ts";
import { networkOf } from "../../supabase/functions/_shared/network.ts";
import { storable } from "../../supabase/functions/_shared/webhooks/storable.ts";

/** Any text that JavaScript can hold, halves of surrogate pairs among it. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
  .map((units) => String.fromCharCode(...units));

Deno.test("hex: two digits a byte, from which the bytes are read again", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    const text = toHex(bytes);
    assert.match(text, /^([0-9a-f]{2})*$/);
    assert.deepEqual(text.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? [], [...bytes]);
  }));
});

Deno.test("storable: what Postgres holds is left as it is; whatever comes, it holds what is made of it", () => {
  const holds = (text: string) => text.isWellFormed() && !text.includes("\0");
  const everyText = (value: unknown): string[] =>
    typeof value === "string"
      ? [value]
      : typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [key, ...everyText(inner)])
      : [];
  const values = fc.object({
    key: anyText,
    values: [anyText, fc.integer(), fc.boolean(), fc.constant(null)],
    maxDepth: 4,
  });
  fc.assert(fc.property(values, (value) => {
    const made = storable(value);
    assert.ok(everyText(made).every(holds));
    assert.deepEqual(storable(made), made);
    if (everyText(value).every(holds)) assert.deepEqual(made, value);
  }));
});

Deno.test("paths: a parameter comes back as it was encoded, and no path throws", () => {
  const at = (path: string) => new Request(`http://localhost/orders${path}`);
  // A URL takes `.` and `..` for steps, encoded or not.
  const segment = anyText.map((text) => text.toWellFormed())
    .filter((text) => text !== "" && !/^(\.|%2e){1,2}$/i.test(text));
  fc.assert(fc.property(segment, segment, (one, two) => {
    const path = `/${encodeURIComponent(one)}/lines/${encodeURIComponent(two)}`;
    assert.deepEqual(matchPath("/{order}/lines/{line}", at(path)), { order: one, line: two });
    assert.equal(matchPath("/{order}", at(path)), undefined);
  }));
  fc.assert(fc.property(fc.string(), (path) => {
    matchPath("/{order}", at(`/${path.replace(/[#?]/g, "")}`));
  }));
});

Deno.test("tags: whoever names the tag gets 304, also among others and as a weak one; nobody else does", async () => {
  const reply = (body: string, header: string | null) =>
    tagged(
      new Response(body),
      new Request(
        "http://localhost/",
        header === null ? {} : {
          headers: { "if-none-match": header },
        },
      ),
    );
  const others = fc.array(fc.stringMatching(/^(W\/)?"[a-z0-9]{0,8}"$/), { maxLength: 3 });
  await fc.assert(fc.asyncProperty(fc.string(), others, fc.boolean(), async (body, tags, weak) => {
    const first = await reply(body, null);
    const tag = first.headers.get("etag")!;
    assert.equal(await first.text(), body.toWellFormed());
    const named = [...tags, weak ? `W/${tag}` : tag].join(", ");
    assert.equal((await reply(body, named)).status, 304);
    assert.equal((await reply(`${body}.`, named)).status, 200);
    assert.equal((await reply(body, tags.join(", "))).status, 200);
  }));
});

Deno.test("idempotency keys: taken as they are when printable ASCII, refused otherwise", () => {
  const byte = fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code));
  fc.assert(fc.property(fc.string({ unit: byte, maxLength: 300 }), (text) => {
    const headers = new Headers({ "idempotency-key": text });
    const sent = headers.get("idempotency-key")!;
    const good = sent.length > 0 && sent.length <= 255 &&
      [...sent].every((one) => one > " " && one < "\x7f");
    if (good) assert.equal(readIdempotencyKey(headers), sent);
    else assert.throws(() => readIdempotencyKey(headers), { code: "invalid_header" });
  }));
});

Deno.test("unsubscribe links: whom and what is read again; a changed character makes it nobody's", () => {
  Deno.env.set("LINK_SECRET", "a link secret");
  const topics = fc.constantFrom(...TOPIC_NAMES);
  fc.assert(fc.property(fc.uuid(), topics, fc.nat(), anyText, (userId, topic, at, text) => {
    const token = unsubscribeToken({ userId, topic });
    assert.deepEqual(readUnsubscribeToken(token), { userId, topic });
    const index = at % token.length;
    const changed = token.slice(0, index) + text + token.slice(index + 1);
    if (changed === token) return;
    assert.throws(() => readUnsubscribeToken(changed), { code: "unsubscribe_link_invalid" });
  }));
});

Deno.test("networks: of any text, and the network of a network is itself or nobody's", () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), anyText, fc.ipV4().map((one) => `::ffff:${one}`));
  fc.assert(fc.property(address, (text) => {
    const network = networkOf(text);
    if (network === "" || network.includes(".")) return;
    assert.equal(networkOf(`${network}::`), network);
  }));
});
