/** A mail as the local mail service keeps it. */
export interface MailboxMail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  html: string | null;
  text: string | null;
  /** ISO 8601, when it was sent. */
  created_at: string;
}

/**
 * The mails sent so far, oldest first; with `to`, those that name the address among their
 * recipients, with or without a display name. It reads `GET /emails` of the local service, whose
 * list, unlike Resend's own, holds the bodies too. Throws where the service does not answer 200.
 */
export async function listMails(
  mailUrl: string,
  apiKey: string,
  filter: { to?: string } = {},
): Promise<MailboxMail[]> {
  const reply = await fetch(new URL("/emails", mailUrl), {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  if (!reply.ok) throw new Error(`cannot list mails: ${reply.status} ${await reply.text()}`);
  const { data }: { data: MailboxMail[] } = await reply.json();
  const wanted = filter.to?.toLowerCase();
  return data
    .filter(({ to }) => !wanted || to.some((recipient) => addressOf(recipient) === wanted))
    .map(({ id, from, to, subject, html, text, created_at }) => ({
      id,
      from,
      to,
      subject,
      html,
      text,
      created_at,
    }));
}

function addressOf(recipient: string): string {
  return (/<([^<>]+)>\s*$/.exec(recipient)?.[1] ?? recipient).trim().toLowerCase();
}
