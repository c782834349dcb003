/** What the local stack has not of Auth, and says so: by supabase-js, on the shared stack. */
import assert from "node:assert/strict";
import { anonymous, stack } from "../support/stack.ts";
import { signUp } from "../support/users.ts";

/** Each says what works here instead, and where the rest works. */
function assertTells(
  error: { code?: string | undefined; message: string } | null,
  code: string,
  instead: RegExp,
) {
  assert.equal(error?.code, code, error?.message);
  assert.match(error!.message, instead);
  assert.match(error!.message, /hosted platform.*docs\/sign-in\.md/);
}

Deno.test("local Auth: an anonymous sign-in is refused and told to sign up with an address", async () => {
  for (const options of [undefined, { data: { name: "Nobody" } }]) {
    const { error } = await anonymous().auth.signInAnonymously(options && { options });
    assertTells(error, "anonymous_provider_disabled", /auth-signup/);
  }
});

Deno.test("local Auth: OAuth is refused where the browser is sent, and told what works here", async () => {
  for (const provider of ["github", "google"] as const) {
    const { data } = await anonymous().auth.signInWithOAuth({
      provider,
      options: { skipBrowserRedirect: true },
    });
    const reply = await fetch(data.url!, { redirect: "manual" });
    assert.equal(reply.status, 400);
    const { error_code, msg } = await reply.json();
    assertTells({ code: error_code, message: msg }, "validation_failed", /magic link/);
    assert.match(msg, new RegExp(provider));
  }
});

Deno.test("local Auth: a second factor is refused, and its assurance level is still told", async () => {
  const { client } = await signUp();
  const { error } = await client.auth.mfa.enroll({ factorType: "totp" });
  assertTells(error, "mfa_totp_enroll_not_enabled", /aal2/);
  const { data } = await client.auth.mfa.getAuthenticatorAssuranceLevel();
  assert.equal(data?.currentLevel, "aal1");
});

Deno.test("local Auth: telephones, linked identities and the admin API are refused in words", async () => {
  const { client } = await signUp();
  const phone = await anonymous().auth.signInWithOtp({ phone: "+33600000000" });
  assertTells(phone.error, "phone_provider_disabled", /e-mail/);
  const link = await client.auth.linkIdentity({
    provider: "github",
    options: { skipBrowserRedirect: true },
  });
  assertTells(link.error, "manual_linking_disabled", /address/);
  const admin = await fetch(`${stack.url}/auth/v1/admin/users`, {
    headers: { apikey: stack.secretKey },
  });
  assert.equal(admin.status, 404);
  assert.match((await admin.json()).msg, /SQL/);
});
