import type { StoredRecord } from "./record-store.ts";

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

/** Where the local service lists what was sent, bodies included; `?to=` an address. */
export const mailListPath = "/_local/mails";

/**
 * The mails sent so far, oldest first; with `to`, those that name the address among their
 * recipients, with or without a display name. Throws where the service does not answer 200.
 */
export async function listMails(
  mailUrl: string,
  apiKey: string,
  filter: { to?: string } = {},
): Promise<MailboxMail[]> {
  const url = new URL(mailListPath, mailUrl);
  if (filter.to !== undefined) url.searchParams.set("to", filter.to);
  const reply = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } });
  if (!reply.ok) throw new Error(`cannot list mails: ${reply.status} ${await reply.text()}`);
  return (await reply.json()).data;
}

/** Those of the kept mails that name the address; all without one. */
export function mailsFor(kept: StoredRecord[], to: string | null): MailboxMail[] {
  const wanted = to?.toLowerCase();
  const mails = kept as unknown as (MailboxMail & { uuid: string })[];
  return mails
    .filter((mail) => !wanted || mail.to.some((recipient) => addressOf(recipient) === wanted))
    .map(({ uuid, from, to, subject, html, text, created_at }) => (
      { id: uuid, from, to, subject, html, text, created_at }
    ));
}

function addressOf(recipient: string): string {
  return (/<([^<>]+)>\s*$/.exec(recipient)?.[1] ?? recipient).trim().toLowerCase();
}
