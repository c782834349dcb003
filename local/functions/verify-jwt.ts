import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, type JWTVerifyGetKey } from "jose";

/**
 * What `verify_jwt = true` checks before the function runs: a user's JWT signed by a key of
 * `SUPABASE_JWKS`, or one of the project's API keys, in `Authorization` or `apikey`. Returns
 * undefined when the request may pass, else why it may not. It authenticates nobody: the
 * publishable key passes too.
 */
export function jwtVerifier(
  environment: Record<string, string>,
): (headers: Headers) => Promise<string | undefined> {
  const apiKeys = new Set<string>();
  for (const name of ["SUPABASE_PUBLISHABLE_KEYS", "SUPABASE_SECRET_KEYS"]) {
    const keys: Record<string, string> = JSON.parse(environment[name] ?? "{}");
    Object.values(keys).forEach((key) => apiKeys.add(key));
  }
  const jwks: JSONWebKeySet | JSONWebKeySet["keys"] = JSON.parse(
    environment["SUPABASE_JWKS"] ?? "[]",
  );
  const key: JWTVerifyGetKey = createLocalJWKSet(Array.isArray(jwks) ? { keys: jwks } : jwks);

  return async (headers) => {
    // A bad token is not excused by a good key: supabase-js sends both.
    const token = /^bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1] ??
      headers.get("apikey");
    if (!token) return "Missing authorization header";
    if (apiKeys.has(token)) return;
    return await jwtVerify(token, key).then(() => undefined, () => "Invalid JWT");
  };
}
