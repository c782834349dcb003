/** Resend's webhooks (https://resend.com/docs/dashboard/webhooks/event-types): what became of our mails. */
import * as z from "zod";
import { rows } from "../database.ts";
import { env } from "../env.ts";
import { problem } from "../problem.ts";
import type { InboundAdapter } from "./adapter.ts";
import { verifyStandardWebhook } from "./standard.ts";

/** What we read of an event; others than those about mails and suppressions say nothing to us. */
const ResendEvent = z.looseObject({
  type: z.string().min(1).max(100),
  /** When it happened; `data.created_at` is when the mail was made. */
  created_at: z.iso.datetime({ offset: true }),
  data: z.looseObject({
    email_id: z.string().optional(),
    to: z.array(z.string()).optional(),
    /** Of a suppression: its address. */
    email: z.string().optional(),
    bounce: z.looseObject({ type: z.string(), subType: z.string(), message: z.string() }).partial()
      .optional(),
    suppressed: z.looseObject({ type: z.string(), message: z.string() }).partial().optional(),
    failed: z.looseObject({ reason: z.string() }).partial().optional(),
  }),
});
type ResendEvent = z.infer<typeof ResendEvent>;

type Kind = "hard_bounce" | "soft_bounce" | "complaint" | "provider" | "lifted";
type Delivery = "delivered" | "delayed" | "bounced" | "complained" | "suppressed" | "failed";

/** What an event says of its addresses and of its mail. */
export interface MailFeedback {
  kind: Kind | null;
  delivery: Delivery | null;
  addresses: string[];
  detail: string | null;
}

/** "Ada <ada@example.com>" or the address alone. */
function addressOf(recipient: string): string {
  return /<([^<>]+)>\s*$/.exec(recipient)?.[1] ?? recipient;
}

/** Only a bounce that Resend calls permanent is one: "Transient" and "Undetermined" may pass. */
export function mailFeedback({ type, data }: ResendEvent): MailFeedback {
  const of = (kind: Kind | null, delivery: Delivery | null, detail?: string): MailFeedback => ({
    kind,
    delivery,
    addresses: (data.email === undefined ? data.to ?? [] : [data.email]).map(addressOf),
    detail: detail ?? null,
  });
  switch (type) {
    case "email.delivered":
      return of(null, "delivered");
    case "email.delivery_delayed":
      return of(null, "delayed");
    case "email.failed":
      return of(null, "failed", data.failed?.reason);
    case "email.bounced": {
      const { type: how, subType, message } = data.bounce ?? {};
      const kind = how === "Permanent" || how === undefined ? "hard_bounce" : "soft_bounce";
      return of(kind, "bounced", [how, subType, message].filter(Boolean).join(": "));
    }
    case "email.complained":
      return of("complaint", "complained");
    case "email.suppressed":
      return of("provider", "suppressed", data.suppressed?.message);
    case "suppression.added":
      return of("provider", null);
    case "suppression.removed":
      return of("lifted", null, "removed from the provider's own list");
    default:
      return { kind: null, delivery: null, addresses: [], detail: null };
  }
}

/** Resend as the inbox knows it. RESEND_WEBHOOK_SECRET holds one secret or several, comma-separated. */
export const resendWebhooks: InboundAdapter = {
  provider: "resend",
  secrets: () => env("RESEND_WEBHOOK_SECRET").split(",").map((secret) => secret.trim()),
  verify(raw, headers, secrets) {
    const text = new TextDecoder().decode(raw);
    const event = ResendEvent.safeParse(verifyStandardWebhook(text, headers, secrets));
    if (!event.success) {
      throw problem("invalid_json", { detail: "This is not an event of Resend's." });
    }
    return Promise.resolve({
      // The same on each of its attempts, and signed; the body has no id of the event.
      deliveryKey: (headers.get("webhook-id") ?? headers.get("svix-id"))!,
      type: event.data.type,
      payload: event.data,
      targets: [],
    });
  },
  async handle({ admin }, event) {
    const payload = ResendEvent.parse(event.payload);
    const { kind, delivery, addresses, detail } = mailFeedback(payload);
    if (kind === null && delivery === null) return;
    await rows(admin.rpc("mail_feedback_record", {
      source: event.deliveryKey,
      kind: kind as string,
      addresses,
      occurred_at: payload.created_at,
      detail: detail as string,
      provider_id: (payload.data.email_id ?? null) as string,
      delivery: delivery as string,
    }));
  },
};
