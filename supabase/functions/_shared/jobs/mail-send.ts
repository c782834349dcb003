import { Resend } from "resend";
import { z } from "zod";
import { env, optionalEnv } from "../env.ts";
import { Locale } from "../accounts/fields.ts";
import { sendMail } from "../mail/send.ts";
import { MAIL_NAMES, type PropsOf } from "../mail/templates.ts";
import { jobKind, succeeded } from "./kind.ts";

let resend: Resend | undefined;

/** Mails that lead to the application: SQL, which enqueues them, does not know its address. */
const leadsToSite: ReadonlySet<string> = new Set(["welcome"]);

/** Sends one mail. Resend keeps an idempotency key for 24 hours, longer than a job's attempts last. */
export const mailSend = jobKind({
  schema: z.object({
    template: z.enum(MAIL_NAMES),
    to: z.string(),
    locale: Locale,
    props: z.record(z.string(), z.unknown()),
  }),
  timeoutMs: 20_000,
  forgetPayload: true,
  async handle({ jobId }, { template, to, locale, props }) {
    resend ??= new Resend(env("RESEND_API_KEY"));
    const sent = await sendMail({ resend, brand: optionalEnv("BRAND_NAME") }, {
      to,
      from: env("MAIL_FROM"),
      template,
      locale,
      // Checked against the template's own schema by sendMail.
      props: (leadsToSite.has(template) ? { url: env("SITE_URL"), ...props } : props) as PropsOf<
        typeof template
      >,
      idempotencyKey: `mail:${jobId}`,
    });
    if (sent.ok) return succeeded;
    if (!sent.retry) return { outcome: "fatal", reason: sent.reason };
    return { outcome: "retry", reason: sent.reason, afterSeconds: sent.retryAfterSeconds };
  },
});
