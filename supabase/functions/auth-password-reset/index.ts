import * as z from "zod";
import { Email } from "../_shared/accounts/fields.ts";
import { wakeJobs } from "../_shared/background.ts";
import { CaptchaToken } from "../_shared/captcha.ts";
import { rows } from "../_shared/database.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { countRequest } from "../_shared/limits.ts";
import { Problem } from "../_shared/problem.ts";
import { allowedRedirect } from "../_shared/redirects.ts";

/**
 * Sends a mail by which a new password is chosen, if the address has an account. The answer and the
 * time it takes are the same if it has none. The link leads to the site's page for it, or to redirect_to.
 */
export default endpoint({
  summary: "Ask for a mail to choose a new password.",
  method: "POST",
  auth: "publishable",
  elevated: "enqueues the job that asks Auth, so that the reply tells nothing of the account",
  limit: "password_reset",
  captcha: { whenDown: "pass" },
  body: z.strictObject({
    email: Email,
    redirect_to: z.string().max(2000).optional(),
    captcha_token: CaptchaToken,
  }),
  status: 202,
  reply: z.object({}),
  problems: ["redirect_not_allowed"],
}, async ({ body, address, admin }) => {
  const redirectTo = body.redirect_to === undefined ? null : allowedRedirect(body.redirect_to);
  try {
    await countRequest("password_reset_account", body.email);
  } catch (error) {
    // The mails that went out are enough; a stranger must not be able to take the answer away.
    if (error instanceof Problem && error.code === "rate_limited") return {};
    throw error;
  }
  await rows(admin.rpc("job_enqueue", {
    kind: "password_reset",
    payload: { email: body.email, redirect_to: redirectTo, address },
  }));
  wakeJobs();
  return {};
});
