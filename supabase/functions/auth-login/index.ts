import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { authClient, authProblem } from "../_shared/accounts/auth-client.ts";
import { Email } from "../_shared/accounts/fields.ts";
import { Session, SessionUser, sessionUser } from "../_shared/accounts/session.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { countRequest, forgetRequests } from "../_shared/limits.ts";
import { deletionDueAt } from "../_shared/privacy/deletion.ts";

/** Auth compares no hash for an unknown address and answers at once: no refusal comes sooner than this. */
const refusalMs = 400;

/** Signs a user in. Each try counts for the account it names, until one succeeds. */
export default endpoint({
  summary: "Sign in with an e-mail address and a password.",
  method: "POST",
  auth: "publishable",
  limit: "login",
  body: z.strictObject({ email: Email, password: z.string().min(1).max(1000) }),
  reply: z.object({
    user: SessionUser,
    session: Session,
    /** When the account is deleted, unless its user changes his mind: see account-delete. */
    deletion_due_at: z.string().nullable(),
  }),
  problems: ["invalid_credentials", "email_not_confirmed", "auth_unavailable"],
}, async ({ body: { email, password }, address }) => {
  const earliestRefusal = delay(refusalMs);
  // Counted before the try: many at once must not all see the same number of earlier failures.
  await countRequest("login_account", email);
  const client = authClient(address);
  const { data, error } = await client.auth.signInWithPassword({ email, password });
  if (error !== null) {
    await earliestRefusal;
    throw authProblem(error);
  }
  const [user, deletionDue] = await Promise.all([
    sessionUser(client, data.user),
    deletionDueAt(client, data.user.id),
    forgetRequests("login_account", email),
  ]);
  return { user, session: data.session, deletion_due_at: deletionDue };
});
