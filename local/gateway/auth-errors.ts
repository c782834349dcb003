/** GoTrue's error replies: `{ code, error_code, msg }`. */
import type { Refusal } from "./tokens.ts";

/** @param code one of https://supabase.com/docs/guides/auth/debugging/error-codes */
export function authError(
  status: number,
  code: string,
  msg: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ code: status, error_code: code, msg }, {
    status,
    headers: { ...headers, "x-sb-error-code": code },
  });
}

const refusals: Record<Refusal, string> = {
  malformed: "token is malformed: token contains an invalid number of segments",
  algorithm: "token signature is invalid: signing method is invalid",
  key: "token is unverifiable: error while executing keyfunc: unrecognized JWT kid",
  signature: "token signature is invalid: crypto/ecdsa: verification error",
  expired: "token has invalid claims: token is expired",
  future: "token used before issued",
  claims: "token has invalid claims",
};

/** The reply to a bearer token that is not accepted. */
export function badJwt(refusal: Refusal): Response {
  const reason = refusals[refusal];
  return authError(
    403,
    "bad_jwt",
    `invalid JWT: unable to parse or verify signature, ${reason}`,
  );
}

/** The reply to a second mail within `emailMaxFrequency`. */
export function mailTooSoon(seconds: number): Response {
  return authError(
    429,
    "over_email_send_rate_limit",
    `For security purposes, you can only request this after ${seconds} seconds.`,
    { "retry-after": String(seconds) },
  );
}
