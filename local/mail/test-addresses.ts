/**
 * Resend's addresses for tests, each with an optional +label
 * (https://resend.com/docs/dashboard/emails/send-test-emails), and the events that follow a mail to one.
 * Mails to other addresses cause no event here: nobody would look at a delivery a mail.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import type { Log } from "../log.ts";

export interface MailWebhook {
  url: string;
  /** `whsec_<base64>` */
  secret: string;
}

/** A mail as emulate keeps it. */
interface SentMail {
  uuid: string;
  from: string;
  to: string[];
  subject: string;
}

type Consequence = { type: string; details?: Record<string, unknown> };

const consequences: Record<string, Consequence> = {
  delivered: { type: "email.delivered" },
  bounced: {
    type: "email.bounced",
    details: {
      bounce: { type: "Permanent", subType: "General", message: "The address does not exist" },
    },
  },
  complained: { type: "email.complained" },
  suppressed: {
    type: "email.suppressed",
    details: { suppressed: { type: "OnAccountSuppressionList", message: "It bounced before" } },
  },
};

function consequenceOf(recipient: string): Consequence | undefined {
  const found = /(?:^|<)([a-z]+)(?:\+[^@<>]*)?@resend\.dev>?$/i.exec(recipient.trim())?.[1];
  return found === undefined ? undefined : consequences[found.toLowerCase()];
}

/** Tries again for as long as a function takes to start; the real one goes on for a day. */
const waits = [500, 2_000, 5_000];

async function deliver(
  { url, secret }: MailWebhook,
  event: unknown,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify(event);
  const id = `msg_${crypto.randomUUID().replaceAll("-", "")}`;
  for (let attempt = 0;; attempt++) {
    const now = new Date();
    const reply = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "svix-id": id,
        "svix-timestamp": String(Math.floor(now.getTime() / 1000)),
        "svix-signature": new Webhook(secret).sign(id, now, body),
      },
      body,
      signal,
    });
    await reply.body?.cancel();
    if (reply.ok) return;
    const wait = waits[attempt];
    if (wait === undefined) throw new Error(`the webhook answered ${reply.status}`);
    await delay(wait, undefined, { signal });
  }
}

/** Tells the webhook what became of mails to Resend's test addresses. */
export function startMailEvents(webhook: MailWebhook, log: Log) {
  const stopped = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    sent(mail: SentMail): void {
      for (const recipient of mail.to) {
        const consequence = consequenceOf(recipient);
        if (consequence === undefined) continue;
        const at = new Date().toISOString();
        const { uuid, from, subject } = mail;
        const run: Promise<void> = deliver(webhook, {
          type: consequence.type,
          created_at: at,
          data: {
            created_at: at,
            email_id: uuid,
            message_id: `<${uuid}@socle.local>`,
            from,
            to: [recipient],
            subject,
            ...consequence.details,
          },
        }, stopped.signal).catch((error) => {
          if (!stopped.signal.aborted) log("mail", `webhook: ${(error as Error).message}`, "warn");
        }).finally(() => running.delete(run));
        running.add(run);
      }
    },
    async stop(): Promise<void> {
      stopped.abort();
      await Promise.all(running);
    },
  };
}
