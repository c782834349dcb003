/** Of mails. */
import type { Invariant, Offence } from "./invariant.ts";

/** To whom the local stack's alerts go. */
const operator = "operator@socle.local";

export const mails: Invariant[] = [
  {
    name: "one mail a cause",
    says:
      "Each mail that Resend accepted is the one of a cause in the mail log, and each that the log says is sent is there.",
    async offences({ sql, mails }) {
      // Alerts go out without the queue, which may be what they tell of.
      const ofQueue = mails.filter(({ to }) => !to.includes(operator));
      const logged = await sql<{ cause: string; id: string }[]>`
        select cause, provider_id as id from private.mail_log where outcome = 'sent'`;
      const known = new Map(logged.map(({ id, cause }) => [id, cause]));
      const sent = new Set(mails.map(({ id }) => id));
      return [
        ...ofQueue.filter(({ id }) => !known.has(id))
          .map(({ id, to, subject }): Offence => ({ sent_but_not_logged: id, to, subject })),
        ...logged.filter(({ id }) => !sent.has(id))
          .map(({ id, cause }): Offence => ({ logged_but_not_sent: id, cause })),
      ];
    },
  },
  {
    name: "no mail twice",
    says: "Nobody got two mails that say the same.",
    offences({ mails }) {
      return [...Map.groupBy(mails, ({ to, subject, text }) => `${to} ${subject} ${text}`)]
        .filter(([, found]) => found.length > 1)
        .map(([, found]) => ({
          to: found[0]!.to,
          subject: found[0]!.subject,
          ids: found.map(({ id }) => id),
        }));
    },
  },
  {
    name: "what happened was mailed",
    says:
      "A paid invoice has its receipt, an account its welcome: each one job, which has succeeded.",
    async offences({ sql }) {
      return await sql`
        with causes as (
          select 'receipt:' || stripe_invoice_id as cause from public.invoices
          where status = 'paid' and amount_paid > 0
          union all
          select 'welcome:' || id from auth.users
        )
        select causes.cause, coalesce(job.state, 'no job') as state, job.last_error from causes
        left join private.jobs as job on job.kind = 'mail_send' and job.dedupe_key = causes.cause
        where job.state is distinct from 'succeeded'`;
    },
  },
];
