/**
 * What only the hosted platform and `supabase start` have of Auth. Answered as GoTrue answers while the
 * feature is switched off, in words that say where it is and what works here instead.
 */
import { authError } from "./auth-errors.ts";

const where = "On the hosted platform and with `supabase start` it works: docs/sign-in.md.";

/** The refusal of a call that the local stack cannot serve; undefined for what it can. */
export function onlyElsewhere(method: string, path: string, url: URL): Response | undefined {
  if (method === "GET" && path === "/authorize") {
    const provider = url.searchParams.get("provider") ?? "";
    return authError(
      400,
      "validation_failed",
      `Unsupported provider: the local stack signs nobody in by ${
        provider.slice(0, 40) || "OAuth"
      }. ` +
        `Here use a password or a magic link. ${where}`,
    );
  }
  if (path === "/factors" || path.startsWith("/factors/")) {
    return authError(
      422,
      "mfa_totp_enroll_not_enabled",
      "The local stack has no second factor. Here tests sign tokens with aal2 themselves " +
        `(tests/endpoints/tokens.test.ts). ${where}`,
    );
  }
  if (path.startsWith("/user/identities")) {
    return authError(
      422,
      "manual_linking_disabled",
      `The local stack links no identities, for it signs in by address alone. ${where}`,
    );
  }
  if (path === "/sso") {
    return authError(404, "sso_provider_not_found", `The local stack has no SSO. ${where}`);
  }
  if (path.startsWith("/admin/") || path === "/invite") {
    return authError(
      404,
      "unexpected_failure",
      "The local stack has no admin API of Auth. Here change auth.users by SQL, as the tests do. " +
        where,
    );
  }
  return undefined;
}

/** The same for a sign-up or a code without an address: an anonymous user, or one of a telephone. */
export function withoutAddress(body: Record<string, unknown>): Response | undefined {
  if (typeof body["email"] === "string" && body["email"] !== "") return undefined;
  if (typeof body["phone"] === "string" && body["phone"] !== "") {
    return authError(
      400,
      "phone_provider_disabled",
      `The local stack sends no text messages. Here use an e-mail address. ${where}`,
    );
  }
  return undefined;
}

/** The refusal of an anonymous sign-up: neither address nor password. */
export function anonymousElsewhere(body: Record<string, unknown>): Response | undefined {
  if (body["email"] || body["phone"] || body["password"]) return undefined;
  return authError(
    422,
    "anonymous_provider_disabled",
    `The local stack has no anonymous sign-in. Here sign up with an address (auth-signup). ${where}`,
  );
}
