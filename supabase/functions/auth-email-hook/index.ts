import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { rows } from "../_shared/database.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { env, publicUrl } from "../_shared/env.ts";
import { SendEmailHook } from "../_shared/mail/auth-hook.ts";
import { authMails } from "../_shared/mail/auth-mails.ts";
import { problem } from "../_shared/problem.ts";
import { validate } from "../_shared/request-body.ts";
import { verifyStandardWebhook } from "../_shared/webhooks/standard.ts";

/**
 * Supabase Auth's send-email hook (https://supabase.com/docs/guides/auth/auth-hooks/send-email-hook):
 * its mails become jobs, so that Resend being down fails no sign-up. Auth repeats a call that took
 * longer than five seconds; the same mail is then enqueued once.
 */
export default endpoint({
  summary: "Supabase Auth hands a mail over to be sent.",
  method: "POST",
  auth: "signature",
  signatureHeader: "webhook-signature",
  elevated: "enqueues mails for any user; the caller is Auth, by its signature",
  limit: "none",
  reply: z.object({}),
  problems: ["invalid_signature", "invalid_json", "invalid_body"],
}, async ({ raw, request, admin }) => {
  const json = verifyStandardWebhook(new TextDecoder().decode(raw), request.headers, secrets());
  const payload = validate(SendEmailHook, json, "invalid_body");
  let mails;
  try {
    mails = authMails(payload, { supabaseUrl: publicUrl(), siteUrl: env("SITE_URL") });
  } catch (error) {
    throw problem("invalid_body", { detail: (error as Error).message });
  }
  await rows(admin.rpc("mails_enqueue", {
    user_id: payload.user.id,
    mails: mails.map(({ dedupeKey, ...mail }) => ({ ...mail, dedupe_key: dedupeKey })),
  }));
  wakeJobs();
  return {};
});

/** One secret as Supabase shows it (`v1,whsec_<base64>`), or several with `|` between them while rotating. */
function secrets(): string[] {
  return env("SEND_EMAIL_HOOK_SECRET").split("|").map((secret) =>
    secret.trim().replace(/^v1,/, "")
  );
}
