/** Supabase Auth as our functions call it: with the secret key, on behalf of a caller's address. */
import { type AuthError, createClient } from "@supabase/supabase-js";
import { env, secretKey } from "../env.ts";
import { type Problem, problem } from "../problem.ts";

/**
 * A fresh Auth client. Fresh, because signing in leaves the session in the client, and a session must
 * never reach another request.
 *
 * @param address the caller's address: with the secret key, Auth's own limits count it instead of ours
 *   (https://supabase.com/docs/guides/auth/rate-limits)
 */
export function authClient(address: string) {
  return createClient(env("SUPABASE_URL"), secretKey(), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { headers: address === "" ? {} : { "sb-forwarded-for": address } },
  }).auth;
}

/**
 * The problem that an error of Auth is to the caller
 * (https://supabase.com/docs/guides/auth/debugging/error-codes).
 */
export function authProblem(error: AuthError): Problem {
  switch (error.code) {
    case "user_already_exists":
    case "email_exists":
      return problem("email_taken");
    case "invalid_credentials":
      return problem("invalid_credentials");
    case "email_not_confirmed":
      return problem("email_not_confirmed", {
        detail: "Open the link in the mail that was sent to it.",
      });
    case "weak_password":
      return problem("weak_password", { detail: error.message });
    case "over_request_rate_limit":
    case "over_email_send_rate_limit":
      return problem("rate_limited", { retryAfterSeconds: 60 });
    case "validation_failed":
    case "email_address_invalid":
      return problem("invalid_body", { errors: [{ pointer: "/email", detail: error.message }] });
  }
  if (error.status === undefined || error.status === 0 || error.status >= 500) {
    return problem("auth_unavailable", { retryAfterSeconds: 5, cause: error });
  }
  return problem("internal_error", { cause: error });
}
