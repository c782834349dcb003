/** The captcha switched on, on functions of the test's own over the shared stack's database. */
import assert from "node:assert/strict";
import { startFunctions } from "../../local/functions/runtime.ts";
import { supabaseDir } from "../../local/stack.ts";
import { loadDeclarations } from "../../scripts/declarations.ts";
import { startFakeTurnstile } from "../support/fake-turnstile.ts";
import { stack } from "../support/stack.ts";
import { freshAddress } from "../support/users.ts";

const secret = "0x_a_secret";

Deno.test("sign-up and reset: with the captcha on, a good token is needed, once each", async () => {
  await using turnstile = startFakeTurnstile(secret);
  const variables = Deno.env.toObject();
  const functions = await startFunctions({
    supabaseDir,
    env: {
      SUPABASE_URL: stack.url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.publishableKey }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secretKey }),
      SUPABASE_JWKS: stack.jwks,
      SITE_URL: stack.siteUrl,
      UPSTASH_REDIS_REST_URL: variables["UPSTASH_REDIS_REST_URL"]!,
      UPSTASH_REDIS_REST_TOKEN: variables["UPSTASH_REDIS_REST_TOKEN"]!,
      RATE_LIMIT_MULTIPLIER: "1000",
      TURNSTILE_SECRET_KEY: secret,
      TURNSTILE_VERIFY_URL: turnstile.url,
    },
    log: () => {},
  });
  try {
    const post = async (name: string, body: unknown) => {
      const reply = await functions.handle(
        new Request(`http://functions/functions/v1/${name}`, {
          method: "POST",
          headers: { apikey: stack.publishableKey, "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      );
      const { code } = await reply.json();
      return [reply.status, code];
    };
    const person = (email = freshAddress()) => ({ email, password: "correct horse", name: "Ada" });
    assert.deepEqual(await post("auth-signup", person()), [403, "captcha_failed"]);
    assert.deepEqual(
      await post("auth-signup", { ...person(), captcha_token: "bad" }),
      [403, "captcha_failed"],
    );
    const captcha_token = `good ${crypto.randomUUID()}`;
    assert.deepEqual(await post("auth-signup", { ...person(), captcha_token }), [201, undefined]);
    assert.deepEqual(
      await post("auth-signup", { ...person(), captcha_token }),
      [403, "captcha_failed"],
      "the token is used up",
    );
    const email = freshAddress();
    assert.deepEqual(await post("auth-password-reset", { email }), [403, "captcha_failed"]);
    assert.deepEqual(
      await post("auth-password-reset", { email, captcha_token: `good ${email}` }),
      [202, undefined],
    );
    // Cloudflare down: both are limited otherwise, and pass.
    assert.deepEqual(
      await post("auth-signup", { ...person(), captcha_token: "down" }),
      [201, undefined],
    );
  } finally {
    await functions.stop();
  }
});

Deno.test("whatever declares a captcha takes its token in the body", async () => {
  const declared = (await loadDeclarations()).filter(({ declaration }) => declaration.captcha);
  assert.ok(declared.length >= 2);
  for (const { name, declaration } of declared) {
    const { shape } = declaration.body as unknown as { shape: Record<string, unknown> };
    assert.ok("captcha_token" in shape, name);
  }
});
