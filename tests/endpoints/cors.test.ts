/** Browsers: what a page of any origin may send to every endpoint, and read of its replies. */
import assert from "node:assert/strict";
import { productTargets, servedBy } from "./suite/target.ts";

const targets = await productTargets();
const served = servedBy();

/** What supabase-js sends by itself, and what our declarations take. */
const sent = ["authorization", "apikey", "content-type", "x-client-info", "x-request-id"];

function listed(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? "").split(",").map((one) => one.trim().toLowerCase());
}

for (const { label, name, declaration } of targets) {
  Deno.test(`${label}: a browser's preflight allows what a caller sends`, async () => {
    const wanted = [
      ...sent,
      ...(declaration.idempotent ? ["idempotency-key"] : []),
      ...(declaration.ifMatch ? ["if-match"] : []),
      ...(declaration.etag ? ["if-none-match"] : []),
    ];
    const reply = await served.fetch(
      new Request(`http://functions/functions/v1/${name}`, {
        method: "OPTIONS",
        headers: {
          origin: "https://shop.example.com",
          "access-control-request-method": declaration.method,
          "access-control-request-headers": wanted.join(","),
        },
      }),
    );
    assert.equal(reply.status, 204);
    assert.equal(await reply.text(), "");
    assert.equal(reply.headers.get("access-control-allow-origin"), "*");
    // Credentials beside the wildcard make browsers refuse the reply.
    assert.equal(reply.headers.get("access-control-allow-credentials"), null);
    const methods = listed(reply.headers, "access-control-allow-methods");
    assert.ok(methods.includes(declaration.method.toLowerCase()));
    const allowed = listed(reply.headers, "access-control-allow-headers");
    assert.deepEqual(wanted.filter((header) => !allowed.includes(header)), []);
    assert.match(reply.headers.get("access-control-max-age") ?? "", /^\d+$/);
  });

  Deno.test(`${label}: a page may read the headers that our replies tell things by`, async () => {
    const reply = await served.fetch(
      new Request(`http://functions/functions/v1/${name}`, {
        method: "PROPFIND",
        headers: { origin: "https://shop.example.com" },
      }),
    );
    await reply.body?.cancel();
    const exposed = listed(reply.headers, "access-control-expose-headers");
    const told = ["etag", "idempotency-replayed", "retry-after", "server-timing", "x-request-id"];
    assert.deepEqual(told.filter((header) => !exposed.includes(header)), []);
  });
}
