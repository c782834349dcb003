import assert from "node:assert/strict";
import { createSupabaseContext } from "@supabase/server";
import { createClient } from "@supabase/supabase-js";
import { decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";
import { type Fixture, startServer } from "./gateway-fixture.ts";

const server = await startServer();
const fixture = await server.fixture({
  migration: `
    create function public.whoami() returns jsonb language sql stable as $$
      select jsonb_build_object('uid', auth.uid(), 'role', auth.role(), 'email', auth.email(),
        'claims', auth.jwt(), 'current_user', current_user)
    $$;
    grant execute on function public.whoami to anon, authenticated, service_role;
  `,
});
const { url } = fixture.gateway;
Deno.test.afterAll(() => server.stop());

interface Forgery {
  key?: Parameters<SignJWT["sign"]>[0];
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
}

/** A token like the user's own, but for what is given. */
async function forge(user: string, forgery: Forgery): Promise<string> {
  const { signingKey } = fixture.keys;
  const now = Math.floor(Date.now() / 1000);
  return await new SignJWT({
    sub: user,
    role: "authenticated",
    aud: "authenticated",
    iss: `${url}/auth/v1`,
    iat: now,
    exp: now + 60,
    ...forgery.claims,
  })
    .setProtectedHeader({ alg: "ES256", kid: signingKey.kid, typ: "JWT", ...forgery.header })
    .sign(forgery.key ?? await importJWK(signingKey, "ES256"));
}

function call(path: string, token?: string, apikey: string | null = fixture.keys.publishableKey) {
  return fetch(`${url}${path}`, {
    headers: {
      ...(apikey && { apikey }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
  });
}

Deno.test("tokens: a session carries what hosted Auth puts in it", async () => {
  const { client, id, email, token } = await fixture.user("Zoë");
  const header = decodeProtectedHeader(token);
  assert.equal(header.alg, "ES256");
  assert.equal(header.kid, fixture.keys.signingKey.kid);
  const { data, error } = await client.auth.getClaims();
  assert.ifError(error);
  const claims = data!.claims;
  assert.equal(claims.iss, `${url}/auth/v1`);
  assert.equal(claims.aud, "authenticated");
  assert.equal(claims.role, "authenticated");
  assert.equal(claims.sub, id);
  assert.equal(claims.email, email);
  assert.equal(claims.aal, "aal1");
  assert.deepEqual((claims.amr as { method: string }[]).map((entry) => entry.method), ["password"]);
  assert.deepEqual(claims.app_metadata, { provider: "email", providers: ["email"] });
  assert.equal(claims.user_metadata?.["name"], "Zoë");
  assert.equal(claims.exp - claims.iat, 3600);
});

Deno.test("tokens: getUser, refresh and sign-out work unchanged", async () => {
  const { client, id, token } = await fixture.user();
  assert.equal((await client.auth.getUser()).data.user?.id, id);

  const before = (await client.auth.getSession()).data.session!.refresh_token;
  const refreshed = await client.auth.refreshSession();
  assert.ifError(refreshed.error);
  assert.notEqual(refreshed.data.session!.refresh_token, before);
  const claims = (await client.auth.getClaims()).data!.claims;
  assert.equal((claims.amr as { method: string }[])[0]?.method, "password");

  assert.ifError((await client.auth.signOut()).error);
  const gone = await call("/auth/v1/user", token);
  assert.equal(gone.status, 403);
  assert.equal((await gone.json()).error_code, "session_not_found");
});

Deno.test("tokens: SQL sees the caller by every function of auth", async () => {
  const { client, id, email } = await fixture.user();
  const { data } = await client.rpc("whoami");
  assert.equal(data.uid, id);
  assert.equal(data.role, "authenticated");
  assert.equal(data.current_user, "authenticated");
  assert.equal(data.email, email);
  assert.deepEqual(data.claims.app_metadata.providers, ["email"]);
  assert.equal((await fixture.client().rpc("whoami")).data.role, "anon");
  const service = (await fixture.client(fixture.keys.secretKey).rpc("whoami")).data;
  assert.equal(service.role, "service_role");
  assert.equal(service.current_user, "service_role");
});

Deno.test("tokens: @supabase/server accepts them by issuer and audience", async () => {
  const { token, id } = await fixture.user();
  const options = {
    auth: "user" as const,
    issuer: `${url}/auth/v1`,
    audience: "authenticated",
    env: environment(fixture),
  };
  const request = (bearer: string) =>
    new Request("http://localhost/", {
      headers: { authorization: `Bearer ${bearer}`, apikey: fixture.keys.publishableKey },
    });
  const { data, error } = await createSupabaseContext(request(token), options);
  assert.ifError(error);
  assert.equal(data!.userClaims?.id, id);
  const { data: rows, error: refused } = await data!.supabase.from("notes").select();
  assert.ifError(refused);
  assert.deepEqual(rows, []);

  const foreign = await forge(id, { claims: { iss: "https://elsewhere.example/auth/v1" } });
  assert.ok((await createSupabaseContext(request(foreign), options)).error);
});

function environment({ gateway, keys }: Fixture) {
  return {
    url: gateway.url,
    publishableKeys: { default: keys.publishableKey },
    secretKeys: { default: keys.secretKey },
    jwks: keys.jwks,
  };
}

Deno.test("tokens: the key set is public and holds no secret", async () => {
  const reply = await fetch(`${url}/auth/v1/.well-known/jwks.json`);
  assert.equal(reply.status, 200);
  assert.deepEqual(await reply.json(), fixture.keys.jwks);
});

const ago = Math.floor(Date.now() / 1000) - 60;
const other = await generateKeyPair("ES256", { extractable: true });
const forgeries: Record<string, { forgery: Forgery; code: string }> = {
  "expired": { forgery: { claims: { exp: ago } }, code: "PGRST303" },
  "of another issuer": { forgery: { claims: { iss: "https://x.example" } }, code: "PGRST303" },
  "for another audience": { forgery: { claims: { aud: "other" } }, code: "PGRST303" },
  "without expiry": { forgery: { claims: { exp: undefined } }, code: "PGRST303" },
  "not valid yet": { forgery: { claims: { nbf: ago + 3600 } }, code: "PGRST303" },
  "issued in the future": { forgery: { claims: { iat: ago + 3600 } }, code: "PGRST303" },
  "without subject": { forgery: { claims: { sub: undefined } }, code: "PGRST303" },
  "signed with another key": { forgery: { key: other.privateKey }, code: "PGRST301" },
  "naming a key it invented": { forgery: { header: { kid: "mine" } }, code: "PGRST301" },
  "naming a file as its key": { forgery: { header: { kid: "../../dev/null" } }, code: "PGRST301" },
  "naming no key": { forgery: { header: { kid: undefined } }, code: "PGRST301" },
  "signed by another key under our name": {
    forgery: { key: other.privateKey, claims: { role: "service_role" } },
    code: "PGRST301",
  },
  "bringing its own key": {
    forgery: { key: other.privateKey, header: { jwk: await exportJWK(other.publicKey) } },
    code: "PGRST301",
  },
  "signed with HS256 and the public key": {
    forgery: {
      key: new TextEncoder().encode(JSON.stringify(fixture.keys.jwks.keys[0])),
      header: { alg: "HS256" },
    },
    code: "PGRST301",
  },
  "signed with the inner secret": {
    forgery: {
      key: new TextEncoder().encode(fixture.keys.innerSecret),
      header: { alg: "HS256" },
    },
    code: "PGRST301",
  },
};
for (const [name, { forgery, code }] of Object.entries(forgeries)) {
  Deno.test(`tokens: one ${name} is refused by rest, auth and storage`, async () => {
    const { id } = await fixture.user();
    const token = await forge(id, forgery);
    const rest = await call("/rest/v1/notes", token);
    assert.equal(rest.status, 401);
    assert.equal((await rest.json()).code, code);
    assert.match(rest.headers.get("www-authenticate")!, /^Bearer error="invalid_token"/);
    const auth = await call("/auth/v1/user", token);
    assert.equal(auth.status, 403);
    assert.equal((await auth.json()).error_code, "bad_jwt");
    const storage = await call("/storage/v1/bucket", token);
    assert.equal(storage.status, 400);
    assert.equal((await storage.json()).statusCode, "403");
  });
}

Deno.test("tokens: alg none, nonsense and half a token are refused, never anonymous", async () => {
  const { id } = await fixture.user();
  const part = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({
      alphabet: "base64url",
      omitPadding: true,
    });
  const none = `${part({ alg: "none" })}.${part({ sub: id, role: "service_role" })}.`;
  for (const token of [none, "nonsense", "a.b", "a.b.c", fixture.keys.secretKey, "sb_secret_x"]) {
    const reply = await call("/rest/v1/notes", token);
    assert.equal(reply.status, 401, token);
    assert.match((await reply.json()).code, /^PGRST30[13]$/);
  }
});

Deno.test("api keys: missing and wrong ones are 401 everywhere but where a browser cannot send one", async () => {
  for (const path of ["/rest/v1/notes", "/auth/v1/settings", "/storage/v1/bucket"]) {
    const missing = await call(path, undefined, null);
    assert.equal(missing.status, 401);
    assert.equal(missing.headers.get("sb-error-code"), "UNAUTHORIZED_MISSING_API_KEY");
    assert.equal((await missing.json()).message, "No API key found in request");
    const wrong = await call(path, undefined, "sb_publishable_wrong");
    assert.equal(wrong.status, 401);
    assert.equal((await wrong.json()).message, "Invalid API key");
  }
  const { token } = await fixture.user();
  assert.equal((await call("/rest/v1/notes", token, null)).status, 401);
  const verify = await fetch(`${url}/auth/v1/verify?type=signup&token=x`, { redirect: "manual" });
  await verify.body?.cancel();
  assert.equal(verify.status, 303);
});

Deno.test("api keys: the secret one is refused from a browser", async () => {
  const reply = await fetch(`${url}/rest/v1/notes`, {
    headers: { apikey: fixture.keys.secretKey, "user-agent": "Mozilla/5.0 (X11; Linux)" },
  });
  assert.equal(reply.status, 401);
  assert.match((await reply.json()).message, /secret API key in browser/);
});

Deno.test("api keys: the secret one acts for a user when it carries his token", async () => {
  const { token, id } = await fixture.user();
  const client = createClient(url, fixture.keys.secretKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { headers: { authorization: `Bearer ${token}` } },
  });
  assert.equal((await client.rpc("whoami")).data.uid, id);
});
