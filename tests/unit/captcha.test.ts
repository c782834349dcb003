import assert from "node:assert/strict";
import {
  type CaptchaProof,
  requireCaptcha,
  type WhenDown,
} from "../../supabase/functions/_shared/captcha.ts";
import { Problem } from "../../supabase/functions/_shared/problem.ts";
import { startFakeTurnstile } from "../support/fake-turnstile.ts";

const secret = "0x_a_secret";

/** How a proof ends: "passed", or the problem's code. */
async function verdict(
  url: string,
  proof: Partial<CaptchaProof>,
  options: { whenDown?: WhenDown; secret?: string | undefined } = {},
): Promise<string> {
  try {
    await requireCaptcha(
      { token: undefined, address: "", requestHash: "a", ...proof },
      options.whenDown ?? "refuse",
      { secret, url, timeoutMs: 200, ...("secret" in options && { secret: options.secret }) },
    );
    return "passed";
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

Deno.test("captcha: off, nothing is asked for or about", async () => {
  await using turnstile = startFakeTurnstile(secret);
  assert.equal(await verdict(turnstile.url, {}, { secret: undefined }), "passed");
  assert.equal(await verdict(turnstile.url, { token: "bad" }, { secret: undefined }), "passed");
  assert.equal(turnstile.questions.length, 0);
});

Deno.test("captcha: on, a good token passes, none and a bad one do not, whatever is done when it is down", async () => {
  await using turnstile = startFakeTurnstile(secret);
  const { url, questions } = turnstile;
  for (const whenDown of ["pass", "refuse"] as const) {
    const token = `good ${whenDown}`;
    assert.equal(await verdict(url, { token, address: "192.0.2.1" }, { whenDown }), "passed");
    assert.equal(await verdict(url, {}, { whenDown }), "captcha_failed");
    assert.equal(await verdict(url, { token: "bad" }, { whenDown }), "captcha_failed");
  }
  assert.equal(questions[0]!["remoteip"], "192.0.2.1");
  assert.match(
    questions[0]!["idempotency_key"]!,
    /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/,
  );
});

Deno.test("captcha: a token is good for one request, and for that one again", async () => {
  await using turnstile = startFakeTurnstile(secret);
  const token = "good once";
  assert.equal(await verdict(turnstile.url, { token, requestHash: "sign-up of Ada" }), "passed");
  assert.equal(await verdict(turnstile.url, { token, requestHash: "sign-up of Ada" }), "passed");
  assert.equal(
    await verdict(turnstile.url, { token, requestHash: "sign-up of Bob" }),
    "captcha_failed",
  );
});

Deno.test("captcha: an answer that was lost is asked for again under the same key", async () => {
  await using turnstile = startFakeTurnstile(secret);
  assert.equal(await verdict(turnstile.url, { token: "broken at first" }), "passed");
  const keys = turnstile.questions.map((question) => question["idempotency_key"]);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
});

Deno.test("captcha: down or silent, the declaration decides, within its time", async () => {
  await using turnstile = startFakeTurnstile(secret);
  for (
    const [url, token] of [
      [turnstile.url, "down"],
      [turnstile.url, "hangs"],
      ["http://127.0.0.1:9/", "good"],
    ] as const
  ) {
    const from = performance.now();
    assert.equal(await verdict(url, { token }, { whenDown: "pass" }), "passed", token);
    assert.equal(await verdict(url, { token }), "captcha_unavailable", token);
    assert.ok(performance.now() - from < 5000);
  }
});

Deno.test("captcha: a secret that Turnstile refuses is our failure, never a pass", async () => {
  await using turnstile = startFakeTurnstile(secret);
  for (const whenDown of ["pass", "refuse"] as const) {
    const outcome = await verdict(turnstile.url, { token: "good" }, { whenDown, secret: "wrong" });
    assert.equal(outcome, "internal_error");
  }
});
