/** When the client sends again, and when it does not: the stack answers, the way to it fails as told. */
import assert from "node:assert/strict";
import { outcome } from "../../client/src/mod.ts";
import { stack } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { type Sent, watched } from "./support.ts";

const away = () => Promise.reject(new TypeError("fetch failed"));
const status = (code: number, headers: HeadersInit = {}, body = "busy") =>
  Promise.resolve(new Response(body, { status: code, headers }));

const keys = (sent: Sent[]) => new Set(sent.map(({ headers }) => headers.get("idempotency-key")));

Deno.test("client: an answer that was lost is asked for again under the same key, and nothing happens twice", async () => {
  const { token, client } = await signUp();
  let lost = 0;
  const { socle, sent } = watched({
    token,
    // The server does what it was asked; twice nobody hears of it.
    meddle: (_, send) => lost++ < 2 ? send().then(away) : undefined,
  });
  let replayed: string | null = null;
  await socle.accountExportRequest({}, {
    onResponse: ({ headers }) => replayed = headers.get("idempotency-replayed"),
  });
  assert.equal(sent.length, 3);
  assert.equal(keys(sent).size, 1);
  assert.equal(replayed, "true", "the reply is that of the first request");
  const { data } = await client.from("account_exports").select("id");
  assert.equal(data!.length, 1);
});

/** What the server answers when it refuses, with another code. */
function refusing(code: number, problem: string, headers: HeadersInit) {
  const body = {
    type: `urn:socle:problem:${problem}`,
    title: "As told",
    status: code,
    code: problem,
    request_id: "client-test-0002",
  };
  return status(
    code,
    { "content-type": "application/problem+json", ...headers },
    JSON.stringify(body),
  );
}

Deno.test("client: a first request that still runs is waited for", async () => {
  const { token } = await signUp();
  let times = 0;
  const { socle, sent } = watched({
    token,
    meddle: () =>
      times++ < 1 ? refusing(409, "idempotency_in_progress", { "retry-after": "1" }) : undefined,
  });
  const from = performance.now();
  await socle.accountExportRequest();
  assert.ok(performance.now() - from >= 1000, "waits as long as Retry-After says");
  assert.equal(sent.length, 2);
  assert.equal(keys(sent).size, 1);
});

Deno.test("client: a limit tells when to come back, and is not waited for", async () => {
  const { socle, sent } = watched({
    meddle: () => refusing(429, "rate_limited", { "retry-after": "1" }),
  });
  const { error } = await outcome(socle.plans());
  assert.equal(error?.code, "rate_limited");
  assert.equal(error.retryAfter, 1);
  assert.equal(sent.length, 1);
});

Deno.test("client: what is neither read nor keyed is sent once", async () => {
  const { socle, sent } = watched({ meddle: away });
  const { error } = await outcome(socle.authLogin({ email: "a@example.com", password: "pw" }));
  assert.equal(error?.code, "unreachable");
  assert.equal(error.status, 0);
  assert.ok(error.cause);
  assert.equal(sent.length, 1);
});

Deno.test("client: repetition is bounded, and may be turned off", async () => {
  for (const retries of [0, 2]) {
    const { socle, sent } = watched({ retries, meddle: () => status(503, { "retry-after": "0" }) });
    const { error } = await outcome(socle.plans());
    assert.equal(error?.code, "unexpected_reply");
    assert.equal(error.status, 503);
    assert.equal(error.body, "busy");
    assert.equal(sent.length, retries + 1);
  }
  const { socle, sent } = watched({ meddle: () => status(503, { "retry-after": "0" }) });
  await outcome(socle.plans());
  assert.equal(sent.length, 5);
});

Deno.test("client: whoever is told to wait long decides for himself", async () => {
  const { socle, sent } = watched({ meddle: () => status(503, { "retry-after": "60" }) });
  const { error } = await outcome(socle.plans());
  assert.equal(error?.retryAfter, 60);
  assert.equal(sent.length, 1);
});

Deno.test("client: an answer that does not come in time is asked for again, then told as timed_out", async () => {
  const held = Promise.withResolvers<Response>();
  const { socle, sent } = watched({
    meddle: (_, send) => Promise.race([held.promise, send().then(() => held.promise)]),
    timeout: 50,
    retries: 1,
  });
  const { error } = await outcome(socle.plans());
  assert.equal(error?.code, "timed_out");
  assert.equal(sent.length, 2);
});

Deno.test("client: a signal ends the call, before, while it waits to be repeated, and for good", async () => {
  const { socle, sent } = watched({ meddle: () => status(503, { "retry-after": "9" }) });
  const before = await outcome(socle.plans({}, { signal: AbortSignal.abort("changed my mind") }));
  assert.equal(before.error?.code, "aborted");
  assert.equal(before.error.cause, "changed my mind");
  assert.equal(sent.length, 0);
  const from = performance.now();
  const during = await outcome(socle.plans({}, { signal: AbortSignal.timeout(100) }));
  assert.equal(during.error?.code, "aborted");
  assert.equal((during.error.cause as Error).name, "TimeoutError");
  assert.ok(performance.now() - from < 9000);
  assert.equal(sent.length, 1);
});

Deno.test("client: what is no endpoint's reply is told apart", async () => {
  const page = () => status(200, { "content-type": "text/html" }, "<h1>Welcome to the hotel</h1>");
  const portal = await outcome(watched({ meddle: page }).socle.plans());
  assert.equal(portal.error?.code, "unexpected_reply");
  const half = () => status(200, { "content-type": "application/json" }, '{"plans": [');
  const broken = await outcome(watched({ meddle: half }).socle.plans());
  assert.equal(broken.error?.code, "unexpected_reply");
  const missing = await fetch(`${stack.url}/functions/v1/no-such-function`);
  await missing.body?.cancel();
  const gone = await outcome(
    watched({ meddle: () => fetch(`${stack.url}/functions/v1/no-such-function`) }).socle.plans(),
  );
  assert.equal(gone.error?.status, missing.status);
});
