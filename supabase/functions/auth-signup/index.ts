import * as z from "zod";
import { authClient, authProblem, wasJustMailed } from "../_shared/accounts/auth-client.ts";
import { DisplayName, Email, Locale, Password } from "../_shared/accounts/fields.ts";
import { Session, SessionUser } from "../_shared/accounts/session.ts";
import { wakeJobs } from "../_shared/background.ts";
import { CaptchaToken } from "../_shared/captcha.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { sitePage } from "../_shared/redirects.ts";

/**
 * Signs a user up. `session` is null while the address waits for confirmation; then an address that
 * already has an account gets the same answer, so that nobody learns who is a member.
 */
export default endpoint({
  summary: "Sign up with an e-mail address and a password.",
  method: "POST",
  auth: "publishable",
  limit: "signup",
  captcha: { whenDown: "pass" },
  body: z.strictObject({
    email: Email,
    password: Password,
    name: DisplayName,
    locale: Locale.default("en"),
    captcha_token: CaptchaToken,
  }),
  status: 201,
  reply: z.object({ user: SessionUser, session: Session.nullable() }),
  problems: ["email_taken", "weak_password", "auth_unavailable"],
}, async ({ body: { email, password, name, locale }, address }) => {
  const { data, error } = await authClient(address).auth.signUp({
    email,
    password,
    options: { data: { name, locale }, emailRedirectTo: sitePage("/confirm") },
  });
  // Only an address that waits for its confirmation is refused another mail so soon: a 429 would tell
  // it from one that has an account. It gets that one's answer; its mail is under way.
  if (error !== null && !wasJustMailed(error)) throw authProblem(error);
  wakeJobs();
  const id = data.user?.id ?? crypto.randomUUID();
  return { user: { id, email, name }, session: data.session };
});
