import { Resend } from "resend";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { env, optionalEnv } from "../env.ts";
import { Locale } from "../accounts/fields.ts";
import { causeTag, sendMail } from "../mail/send.ts";
import { MAIL_NAMES, type PropsOf, templates } from "../mail/templates.ts";
import { topics } from "../mail/topics.ts";
import { unsubscribeLinks } from "../mail/unsubscribe.ts";
import { sitePage } from "../redirects.ts";
import { isShopMail, withOrderPage } from "../shop/mail/page.ts";
import { jobKind, succeeded } from "./kind.ts";

let resend: Resend | undefined;

/** Where mails lead in the application: what enqueues them does not know its address. */
const pages: Record<string, string> = {
  account_export: "/account/export",
  account_delete_scheduled: "/account/delete",
  account_delete_blocked: "/account/delete",
  account_delete_cancelled: "/",
  welcome: "/",
  getting_started: "/",
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
  if (isShopMail(template)) return withOrderPage(props);
  if (template === "invitation") {
    const { token, ...others } = props;
    return { url: sitePage(`/invitation?token=${token}`), ...others };
  }
  const page = pages[template];
  return page === undefined ? props : { url: sitePage(page), ...props };
}

/** Why a mail is not sent: nobody is there any more, or its reader does not want it. */
type Stopped = { outcome: "suppressed" | "unsubscribed"; reason: string };

/**
 * Why it is not sent at once: the database was taken back, and may have forgotten that it was. `sent` are the
 * mails to its address of that time: Resend's id by cause.
 */
type Restored =
  | { outcome: "wait"; reason: string }
  | { outcome: "perhaps_sent"; sent: Record<string, string> };

const Mail = z.object({
  template: z.enum(MAIL_NAMES),
  to: z.string(),
  /** Whom it is for, where it is for a user: a mail about a topic is for nobody else. */
  user_id: z.guid().optional(),
  locale: Locale,
  props: z.record(z.string(), z.unknown()),
});

async function note(
  admin: Db,
  cause: string,
  { template, to, user_id }: z.infer<typeof Mail>,
  became: { outcome: string; reason?: string; providerId?: string },
): Promise<void> {
  await rows(admin.rpc("mail_log_write", {
    cause,
    template,
    purpose: templates[template].purpose,
    address: to,
    user_id: (user_id ?? null) as string,
    outcome: became.outcome,
    reason: (became.reason ?? null) as string,
    provider_id: (became.providerId ?? null) as string,
  }));
}

/**
 * Sends one mail, unless its address is suppressed or its topic turned off at this moment: that is
 * success, with the reason as the job's note and in the mail log. Resend keeps an idempotency key for 24
 * hours, longer than a job's attempts last.
 */
export const mailSend = jobKind({
  schema: Mail,
  timeoutMs: 20_000,
  forgetPayload: true,
  async handle({ admin, cause }, mail) {
    const { template, to, user_id, locale, props } = mail;
    const { purpose } = templates[template];
    const topic = purpose === "transactional" ? null : purpose;
    const stopped = await rows(admin.rpc("mail_gate", {
      address: to,
      user_id: (user_id ?? null) as string,
      topic: topic as string,
      on_by_default: topic !== null && topics[topic].onByDefault,
    })) as Stopped | Restored | null;
    resend ??= new Resend(env("RESEND_API_KEY"));
    const idempotencyKey = `mail:${cause}`;
    if (stopped?.outcome === "wait") return { outcome: "retry", reason: stopped.reason };
    if (stopped?.outcome === "perhaps_sent") {
      const providerId = stopped.sent[causeTag(idempotencyKey)];
      if (providerId !== undefined) {
        await note(admin, cause, mail, { outcome: "sent", providerId });
        return { ...succeeded, note: "it was sent before the database was taken back" };
      }
    } else if (stopped !== null) {
      await note(admin, cause, mail, stopped);
      return { ...succeeded, note: `${stopped.outcome}: ${stopped.reason}` };
    }
    const sent = await sendMail({ resend, brand: optionalEnv("BRAND_NAME") }, {
      to,
      from: env("MAIL_FROM"),
      template,
      locale,
      // Checked against the template's own schema by sendMail.
      props: withPage(template, props) as PropsOf<typeof template>,
      unsubscribe: topic === null || user_id === undefined
        ? undefined
        : unsubscribeLinks({ userId: user_id, topic }),
      idempotencyKey,
    });
    if (sent.ok) {
      await note(admin, cause, mail, { outcome: "sent", providerId: sent.id });
      return succeeded;
    }
    if (!sent.retry) return { outcome: "fatal", reason: sent.reason };
    return { outcome: "retry", reason: sent.reason, afterSeconds: sent.retryAfterSeconds };
  },
});
