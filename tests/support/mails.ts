/** The mails that a stack has sent, by recipient. */
import { listMails, type MailboxMail } from "../../local/mail/mailbox.ts";
import { stack, type StackAddress } from "./stack.ts";
import { waitFor } from "./wait.ts";

/** What was sent to an address so far, oldest first. */
export function mailsTo(address: string, on: StackAddress = stack): Promise<MailboxMail[]> {
  return listMails(on.mailUrl, on.mailKey, { to: address });
}

/** The first mail to an address whose subject matches, waited for. */
export function mailTo(
  address: string,
  subject: RegExp,
  on: StackAddress = stack,
): Promise<MailboxMail> {
  return waitFor(
    `a mail to ${address} about ${subject}`,
    async () => (await mailsTo(address, on)).find((mail) => subject.test(mail.subject)),
  );
}

/** The link to Auth that a mail asks to open. */
export function authLink(mail: MailboxMail): string {
  const link = /https?:\/\/\S+\/auth\/v1\/verify\?\S+/.exec(mail.text ?? "")?.[0];
  if (link === undefined) throw new Error(`no link to Auth in the mail "${mail.subject}"`);
  return link;
}
