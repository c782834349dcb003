/**
 * The token behind a key: 60 seconds, signed by a signing key that we imported into the project, and never
 * told to anyone. With it a function is an ordinary caller to the database, whom RLS binds.
 */
import { importJWK, type JWK, SignJWT } from "jose";
import { env, tokenIssuer } from "../env.ts";
import type { ApiKey } from "./authenticate-key.ts";

const lifetimeSeconds = 60;

let signing: Promise<{ key: Awaited<ReturnType<typeof importJWK>>; kid: string }> | undefined;

function signingJwk(text: string): JWK | undefined {
  try {
    return JSON.parse(text) as JWK;
  } catch {
    return undefined; // Its message would quote the key.
  }
}

async function importSigningKey() {
  const jwk = signingJwk(env("API_KEY_SIGNING_JWK"));
  if (jwk?.kty !== "EC" || jwk.kid === undefined || jwk.d === undefined) {
    throw new Error(
      "API_KEY_SIGNING_JWK is not a private ES256 key with a kid: see docs/api-keys.md",
    );
  }
  const { kty, kid, crv, x, y, d } = jwk;
  // Without key_ops: the CLI writes sign and verify, and WebCrypto takes no private key that verifies.
  return { key: await importJWK({ kty, crv, x, y, d } as JWK, "ES256"), kid };
}

async function sign(key: ApiKey): Promise<string> {
  signing ??= importSigningKey();
  const { key: signingKey, kid } = await signing;
  return await new SignJWT({
    role: "authenticated",
    workspace_id: key.workspaceId,
    // By this claim endpoints know that it is no user's token (authentication.ts).
    api_key: { id: key.id, role: key.role, scopes: key.scopes },
  })
    .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
    .setSubject(key.id)
    .setIssuer(tokenIssuer())
    .setAudience("authenticated")
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds} s`)
    .sign(signingKey);
}

/** Gives a request its tokens: the same one for half of its life, since a handler may run for longer. */
export function keyTokens(key: ApiKey): () => Promise<string> {
  let token: Promise<string> | undefined;
  let renewAt = 0;
  return () => {
    if (token === undefined || Date.now() >= renewAt) {
      token = sign(key);
      renewAt = Date.now() + lifetimeSeconds * 500;
    }
    return token;
  };
}
