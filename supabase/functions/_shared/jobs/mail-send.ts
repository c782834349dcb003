import { Resend } from "resend";
import { z } from "zod";
import { env, optionalEnv } from "../env.ts";
import { Locale } from "../accounts/fields.ts";
import { sendMail } from "../mail/send.ts";
import { MAIL_NAMES, type PropsOf } from "../mail/templates.ts";
import { sitePage } from "../redirects.ts";
import { jobKind, succeeded } from "./kind.ts";

let resend: Resend | undefined;

/** Where mails lead in the application: what enqueues them does not know its address. */
const pages: Record<string, string> = {
  welcome: "/",
  subscription_started: "/billing",
  subscription_ending: "/billing",
  subscription_ended: "/billing",
  trial_started: "/billing",
  trial_ending: "/billing",
  trial_ended_early: "/billing",
  plan_changed: "/billing",
  plan_change_planned: "/billing",
  subscription_paused: "/billing",
  subscription_resumed: "/billing",
  payment_failed: "/billing",
  payment_action_required: "/billing",
  payment_reminder: "/billing",
  tax_id_refused: "/billing",
  access_read_only: "/billing",
  access_locked: "/billing",
  access_restored: "/billing",
  card_expiring: "/billing",
};

function withPage(template: string, props: Record<string, unknown>): Record<string, unknown> {
  if (template === "invitation") {
    const { token, ...others } = props;
    return { url: sitePage(`/invitation?token=${token}`), ...others };
  }
  const page = pages[template];
  return page === undefined ? props : { url: sitePage(page), ...props };
}

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
  async handle({ cause }, { template, to, locale, props }) {
    resend ??= new Resend(env("RESEND_API_KEY"));
    const sent = await sendMail({ resend, brand: optionalEnv("BRAND_NAME") }, {
      to,
      from: env("MAIL_FROM"),
      template,
      locale,
      // Checked against the template's own schema by sendMail.
      props: withPage(template, props) as PropsOf<typeof template>,
      idempotencyKey: `mail:${cause}`,
    });
    if (sent.ok) return succeeded;
    if (!sent.retry) return { outcome: "fatal", reason: sent.reason };
    return { outcome: "retry", reason: sent.reason, afterSeconds: sent.retryAfterSeconds };
  },
});
