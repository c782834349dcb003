/**
 * Access tokens on both sides of the gateway.
 *
 * Outside they are what hosted Supabase issues: ES256 with a `kid`, `iss`, `aud`, `app_metadata`,
 * `aal`, `amr`. @supabase/lite knows HS256 only, so each token is verified here and handed in
 * re-signed with the inner secret, its claims unchanged.
 */
import { decodeJwt, errors, importJWK, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Keys } from "../keys.ts";

/** Why a token is not accepted. */
export type Refusal =
  | "malformed"
  | "algorithm"
  | "key"
  | "signature"
  | "expired"
  | "future"
  | "claims";

/** A bearer token that the gateway does not accept. */
export class TokenRefused extends Error {
  override name = "TokenRefused";
  constructor(readonly refusal: Refusal, message: string) {
    super(message);
  }
}

export interface Tokens {
  /** Signs claims as the outside sees them; `iss` and `aud` are added. */
  sign(claims: JWTPayload): Promise<string>;
  /**
   * Verifies an outer token and returns the inner one of the same claims.
   *
   * @throws {TokenRefused}
   */
  toInner(token: string): Promise<string>;
}

/** Claims of a token that Lite itself just made; nothing from outside comes here. */
export function claimsOfInner(token: string): JWTPayload {
  return decodeJwt(token);
}

// A verified token costs 0.3 ms the first time; clients send the same one for an hour.
const cacheSize = 1000;

// PostgREST's: a clock may be that far ahead.
const clockSkewSeconds = 30;

/** @param issuer `<gateway url>/auth/v1` */
export async function createTokens(keys: Keys, issuer: string): Promise<Tokens> {
  const { kid } = keys.signingKey;
  const privateKey = await importJWK(keys.signingKey, "ES256");
  const publicKey = await importJWK(keys.jwks.keys[0]!, "ES256");
  const innerKey = new TextEncoder().encode(keys.innerSecret);
  const known = new Map<string, { inner: string; expires: number }>();

  async function verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, (header) => {
        if (header.kid !== kid) throw new TokenRefused("key", "signing key is not known");
        return publicKey;
      }, {
        algorithms: ["ES256"],
        issuer,
        audience: "authenticated",
        requiredClaims: ["exp", "sub", "role"],
      });
      if (payload.iat !== undefined && payload.iat > Date.now() / 1000 + clockSkewSeconds) {
        throw new TokenRefused("future", "token is issued in the future");
      }
      return payload;
    } catch (error) {
      throw refused(error);
    }
  }

  return {
    sign(claims) {
      return new SignJWT({ ...claims, iss: issuer, aud: "authenticated" })
        .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
        .sign(privateKey);
    },
    async toInner(token) {
      const now = Date.now() / 1000;
      const hit = known.get(token);
      if (hit && hit.expires > now) return hit.inner;

      const payload = await verify(token);
      const inner = await new SignJWT(payload)
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .sign(innerKey);
      if (known.size >= cacheSize) known.delete(known.keys().next().value!);
      known.set(token, { inner, expires: payload.exp! });
      return inner;
    },
  };
}

function refused(error: unknown): TokenRefused {
  if (error instanceof TokenRefused) return error;
  if (error instanceof errors.JWTExpired) return new TokenRefused("expired", "token is expired");
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new TokenRefused("claims", `claim "${error.claim}" is not accepted`);
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return new TokenRefused("algorithm", "signing method is invalid");
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new TokenRefused("signature", "signature is invalid");
  }
  return new TokenRefused("malformed", "token is malformed");
}

/** The bearer token of a request, or undefined when the header holds none. */
export function bearerToken(headers: Headers): string | undefined {
  return /^bearer\s+(\S.*)$/i.exec(headers.get("authorization") ?? "")?.[1]?.trim();
}
