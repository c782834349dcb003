import { z } from "zod";
import { authClient, authProblem } from "../_shared/accounts/auth-client.ts";
import { DisplayName, Email, Locale, Password } from "../_shared/accounts/fields.ts";
import { Session, SessionUser } from "../_shared/accounts/session.ts";
import { wakeJobs } from "../_shared/background.ts";
import { endpoint } from "../_shared/endpoint.ts";

/**
 * Signs a user up. `session` is null while the address waits for confirmation; then an address that
 * already has an account gets the same answer, so that nobody learns who is a member.
 */
export default endpoint({
  summary: "Sign up with an e-mail address and a password.",
  method: "POST",
  auth: "publishable",
  limit: "signup",
  body: z.strictObject({
    email: Email,
    password: Password,
    name: DisplayName,
    locale: Locale.default("en"),
  }),
  status: 201,
  reply: z.object({ user: SessionUser, session: Session.nullable() }),
  problems: ["email_taken", "weak_password", "auth_unavailable"],
}, async ({ body: { email, password, name, locale }, address }) => {
  const { data, error } = await authClient(address).signUp({
    email,
    password,
    options: { data: { name, locale } },
  });
  if (error !== null) throw authProblem(error);
  wakeJobs();
  const id = data.user?.id ?? crypto.randomUUID();
  return { user: { id, email, name }, session: data.session };
});
