import assert from "node:assert/strict";
import { Resend } from "resend";
import { sendMail } from "../../supabase/functions/_shared/mail/send.ts";

/** What Resend was sent. */
interface Received {
  path: string;
  key: string | null;
  body: Record<string, unknown>;
}

/** A server that answers as Resend's API does; `answer` decides how. */
async function withResend(
  answer: (request: Received) => Response | Promise<Response>,
  run: (resend: Resend, received: Received[]) => Promise<void>,
) {
  const received: Received[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (req) => {
    const request = {
      path: new URL(req.url).pathname,
      key: req.headers.get("idempotency-key"),
      body: await req.json(),
    };
    received.push(request);
    return await answer(request);
  });
  try {
    const baseUrl = `http://127.0.0.1:${server.addr.port}`;
    await run(new Resend("re_test", { baseUrl }), received);
  } finally {
    await server.shutdown();
  }
}

const accepted = () => Response.json({ id: "mail-1" });

function refused(statusCode: number, name: string, message = "no", headers = {}) {
  return () => Response.json({ statusCode, name, message }, { status: statusCode, headers });
}

const mail = {
  to: "camille@example.com",
  from: "Socle <no-reply@socle.example>",
  template: "welcome",
  locale: "fr",
  props: { name: "Camille", url: "https://app.example.com/" },
  idempotencyKey: "welcome:8484b834",
} as const;

Deno.test("sendMail: sends subject, html and text, with key and tags, and returns Resend's id", async () => {
  await withResend(accepted, async (resend, received) => {
    assert.deepEqual(await sendMail({ resend, brand: "Acme" }, mail), { ok: true, id: "mail-1" });
    const [{ path, key, body } = { path: "", key: null, body: {} }] = received;
    assert.equal(path, "/emails");
    assert.equal(key, "welcome:8484b834");
    assert.equal(body.to, mail.to);
    assert.equal(body.from, mail.from);
    assert.equal(body.subject, "Bienvenue sur Acme");
    assert.match(String(body.html), /^<!DOCTYPE html/);
    assert.match(String(body.text), /Bonjour Camille,/);
    assert.deepEqual(body.tags, [
      { name: "template", value: "welcome" },
      { name: "locale", value: "fr" },
      // After a restore mails are known again by it; the key, which may hold anything, is not in it.
      { name: "cause", value: "93adcbde81f74d04961137c859436243" },
    ]);
  });
});

Deno.test("sendMail: a retry is byte for byte the same request", async () => {
  await withResend(accepted, async (resend, received) => {
    await sendMail({ resend }, mail);
    await sendMail({ resend }, mail);
    assert.deepEqual(received[0], received[1]);
  });
});

Deno.test("sendMail: mails of two causes are never threaded together", async () => {
  await withResend(accepted, async (resend, received) => {
    await sendMail({ resend }, mail);
    await sendMail({ resend }, { ...mail, idempotencyKey: "welcome:another" });
    const [first, second] = received.map(({ body }) =>
      (body.headers as Record<string, string>)["X-Entity-Ref-ID"]
    );
    assert.match(first ?? "", /^[0-9a-f]{32}$/);
    assert.notEqual(first, second);
  });
});

Deno.test("sendMail: a key over Resend's 256 characters is shortened, the same each time", async () => {
  await withResend(accepted, async (resend, received) => {
    const long = { ...mail, idempotencyKey: "k".repeat(300) };
    await sendMail({ resend }, long);
    await sendMail({ resend }, { ...long, idempotencyKey: "k".repeat(301) });
    assert.match(received[0]?.key ?? "", /^sha256:[0-9a-f]{64}$/);
    assert.notEqual(received[0]?.key, received[1]?.key);
  });
});

Deno.test("sendMail: says which of Resend's errors pass", async () => {
  const cases: [number, string, boolean][] = [
    [400, "validation_error", false],
    [401, "missing_api_key", true],
    [403, "invalid_api_key", true],
    [403, "validation_error", false],
    [408, "application_error", true],
    [409, "invalid_idempotent_request", false],
    [409, "concurrent_idempotent_requests", true],
    [422, "invalid_from_address", false],
    [429, "rate_limit_exceeded", true],
    [500, "internal_server_error", true],
    [503, "application_error", true],
  ];
  for (const [status, name, retry] of cases) {
    await withResend(refused(status, name), async (resend) => {
      const result = await sendMail({ resend }, mail);
      assert.deepEqual(result, { ok: false, retry, reason: `${name} (${status}): no` });
    });
  }
});

Deno.test("sendMail: waits as long as Resend asks, an hour where a quota is used up", async () => {
  const after = async (answer: () => Response) => {
    let wait: number | undefined;
    await withResend(answer, async (resend) => {
      const result = await sendMail({ resend }, mail);
      assert.ok(!result.ok && result.retry);
      wait = result.retryAfterSeconds;
    });
    return wait;
  };
  assert.equal(await after(refused(429, "rate_limit_exceeded", "", { "retry-after": "7" })), 7);
  assert.equal(await after(refused(429, "daily_quota_exceeded")), 3600);
  assert.equal(await after(refused(429, "daily_quota_exceeded", "", { "retry-after": "9" })), 9);
});

Deno.test("sendMail: a gateway's HTML error page is to be tried again", async () => {
  await withResend(() => new Response("<h1>Bad gateway", { status: 502 }), async (resend) => {
    const result = await sendMail({ resend }, mail);
    assert.ok(!result.ok && result.retry);
    assert.match(result.reason, /^application_error \(502\)/);
  });
});

Deno.test("sendMail: no answer, by a closed port or by silence, is to be tried again", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const closed = new Resend("re_test", { baseUrl: `http://127.0.0.1:${port}` });
  const noAnswer = await sendMail({ resend: closed }, mail);
  assert.ok(!noAnswer.ok && noAnswer.retry);
  assert.match(noAnswer.reason, /^application_error \(no answer\)/);

  const silence = Promise.withResolvers<Response>();
  await withResend(() => silence.promise, async (resend) => {
    const result = await sendMail({ resend, timeoutMs: 50 }, mail);
    silence.resolve(accepted());
    assert.ok(!result.ok && result.retry);
  });
});

Deno.test("sendMail: reasons name no address, so that logs hold none", async () => {
  const message = "You can only send to your own address (owner@example.com).";
  await withResend(refused(403, "validation_error", message), async (resend) => {
    const result = await sendMail({ resend }, mail);
    assert.ok(!result.ok);
    assert.match(result.reason, /your own address \(<address>\)/);
  });
});

Deno.test("sendMail: props that are not the template's are final, and nothing is sent", async () => {
  await withResend(accepted, async (resend, received) => {
    const result = await sendMail({ resend }, {
      ...mail,
      props: { name: "Camille", url: "javascript:alert(1)" },
    });
    assert.deepEqual(result, { ok: false, retry: false, reason: "invalid_props: welcome: url" });
    assert.deepEqual(received, []);
  });
});
