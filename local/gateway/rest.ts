/** `/rest/v1`: the caller's token checked and translated, then Lite's PostgREST. */
import { bearerToken, type Refusal, TokenRefused, type Tokens } from "./tokens.ts";
import { restError } from "./rest-errors.ts";

const refusals: Record<Refusal, readonly [code: string, message: string]> = {
  malformed: ["PGRST301", "JWT could not be decoded"],
  algorithm: ["PGRST301", "Wrong or unsupported encoding algorithm"],
  key: ["PGRST301", "No suitable key or wrong key type"],
  signature: ["PGRST301", "JWT cryptographic operation failed"],
  expired: ["PGRST303", "JWT expired"],
  future: ["PGRST303", "JWT issued at future"],
  claims: ["PGRST303", "JWT claims are not accepted"],
};

function refuse(refusal: Refusal): Response {
  const [code, message] = refusals[refusal];
  return restError(401, code, message, null, null, {
    "www-authenticate": `Bearer error="invalid_token", error_description="${message}"`,
  });
}

/**
 * The headers with which Lite shall see the request: an outer token becomes an inner one, an API key
 * sent as bearer (supabase-js does, without a session) goes away.
 *
 * @returns a 401 reply for any other bearer: a bad token never counts as no token
 */
export async function restHeaders(
  request: Request,
  apiKey: string | undefined,
  tokens: Tokens,
): Promise<Headers | Response> {
  const headers = new Headers(request.headers);
  const token = bearerToken(headers);
  if (token === undefined || token === apiKey) {
    headers.delete("authorization");
    return headers;
  }
  try {
    headers.set("authorization", `Bearer ${await tokens.toInner(token)}`);
    return headers;
  } catch (error) {
    if (error instanceof TokenRefused) return refuse(error.refusal);
    throw error;
  }
}

/** The reply while Postgres cannot be reached. */
export function restUnavailable(message: string): Response {
  return restError(
    503,
    "PGRST000",
    "Database connection error. Retrying the connection.",
    message,
    null,
    { "retry-after": "1" },
  );
}
