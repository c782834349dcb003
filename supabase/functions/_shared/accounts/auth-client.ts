/** Supabase Auth as our functions call it: with the secret key, on behalf of a caller's address. */
import { type AuthError, createClient } from "@supabase/supabase-js";
import type { Db } from "../database.ts";
import type { Database } from "../database.types.ts";
import { env, secretKey } from "../env.ts";
import { type Problem, problem } from "../problem.ts";

/**
 * A fresh client for Auth. Fresh, because signing in leaves the session in the client, and a session
 * must never reach another request. After that, its queries are the user's, under RLS.
 *
 * @param address the caller's address: with the secret key, Auth's own limits count it instead of ours
 *   (https://supabase.com/docs/guides/auth/rate-limits)
 */
export function authClient(address: string): Db {
  return createClient<Database>(env("SUPABASE_URL"), secretKey(), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { headers: address === "" ? {} : { "sb-forwarded-for": address } },
  });
}

/**
 * Whether the same call may succeed later: no answer, a limit, a failure of Auth's own, or of the
 * send-email hook, which Auth words as 422 when it did not answer in time.
 */
export function isPassing({ status, code }: AuthError): boolean {
  return status === undefined || status === 0 || status === 429 || status >= 500 ||
    code?.startsWith("hook_") === true;
}

/** Whether Auth mailed this address a moment ago, so that it would not again yet. */
export function wasJustMailed({ code, message }: AuthError): boolean {
  // Auth's limit on all mails together has the same code and another text.
  return code === "over_email_send_rate_limit" && message.startsWith("For security purposes");
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
    // Auth says so before it looks at the password: told apart, it would tell who has an account.
    case "user_banned":
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
  if (isPassing(error)) return problem("auth_unavailable", { retryAfterSeconds: 5, cause: error });
  return problem("internal_error", { cause: error });
}
