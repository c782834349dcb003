import assert from "node:assert/strict";
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { keyTokens } from "../../supabase/functions/_shared/api-keys/token.ts";

/** Runs with these variables, and puts back what was there. */
async function withVariables(
  variables: Record<string, string>,
  run: () => Promise<void>,
): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await run();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

Deno.test("token of a key: signed by a key as `supabase gen signing-key` writes it, for 60 seconds", async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const kid = crypto.randomUUID();
  const written = {
    ...await exportJWK(privateKey),
    kid,
    use: "sig",
    key_ops: ["sign", "verify"],
    alg: "ES256",
    ext: true,
  };
  await withVariables({
    API_KEY_SIGNING_JWK: JSON.stringify(written),
    PUBLIC_SUPABASE_URL: "https://project.supabase.co",
  }, async () => {
    const key = {
      id: crypto.randomUUID(),
      workspaceId: crypto.randomUUID(),
      role: "member" as const,
      scopes: ["workspace:read" as const],
    };
    const next = keyTokens(key);
    const token = await next();
    assert.equal(await next(), token, "one for the whole request");
    const jwks = createLocalJWKSet({
      keys: [{ ...await exportJWK(publicKey), kid, alg: "ES256" }],
    });
    const { payload } = await jwtVerify(token, jwks, {
      issuer: "https://project.supabase.co/auth/v1",
      audience: "authenticated",
    });
    assert.equal(payload.exp! - payload.iat!, 60);
    assert.equal(payload.sub, key.id);
    assert.equal(payload["role"], "authenticated");
    assert.equal(payload["workspace_id"], key.workspaceId);
    assert.deepEqual(payload["api_key"], {
      id: key.id,
      role: "member",
      scopes: ["workspace:read"],
    });
  });
});
