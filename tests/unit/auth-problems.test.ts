import assert from "node:assert/strict";
import { AuthApiError, AuthRetryableFetchError } from "@supabase/supabase-js";
import {
  authProblem,
  isPassing,
  wasJustMailed,
} from "../../supabase/functions/_shared/accounts/auth-client.ts";

Deno.test("authProblem: each refusal of Auth has its code, and what may pass says when to retry", () => {
  const cases: [status: number, code: string, problem: string, retry: boolean][] = [
    [422, "user_already_exists", "email_taken", false],
    [422, "email_exists", "email_taken", false],
    [400, "invalid_credentials", "invalid_credentials", false],
    [400, "user_banned", "invalid_credentials", false],
    [400, "email_not_confirmed", "email_not_confirmed", false],
    [422, "weak_password", "weak_password", false],
    [429, "over_request_rate_limit", "rate_limited", true],
    [429, "over_email_send_rate_limit", "rate_limited", true],
    [400, "validation_failed", "invalid_body", false],
    [400, "email_address_invalid", "invalid_body", false],
    [500, "unexpected_failure", "auth_unavailable", true],
    [504, "request_timeout", "auth_unavailable", true],
    [422, "hook_timeout", "auth_unavailable", true],
    [422, "hook_timeout_after_retry", "auth_unavailable", true],
    [422, "signup_disabled", "internal_error", false],
  ];
  for (const [status, code, wanted, retry] of cases) {
    const problem = authProblem(new AuthApiError("as Auth says", status, code));
    assert.equal(problem.code, wanted, code);
    assert.equal(problem.options.retryAfterSeconds !== undefined, retry, code);
  }
  assert.equal(authProblem(new AuthRetryableFetchError("gone", 0)).code, "auth_unavailable");
});

Deno.test("isPassing: no answer, limits, failures and a slow hook; not a refusal", () => {
  for (const status of [0, 429, 500, 502, 503, 504]) {
    assert.ok(isPassing(new AuthApiError("", status, undefined)));
  }
  assert.ok(isPassing(new AuthApiError("", 422, "hook_payload_over_size_limit")));
  for (const status of [400, 401, 403, 422]) {
    assert.equal(isPassing(new AuthApiError("", status, "validation_failed")), false);
  }
});

Deno.test("wasJustMailed: the pause between two mails to one address, not the limit on all mails", () => {
  const limited = (message: string) =>
    wasJustMailed(new AuthApiError(message, 429, "over_email_send_rate_limit"));
  assert.ok(limited("For security purposes, you can only request this after 58 seconds."));
  assert.equal(limited("email rate limit exceeded"), false);
});
