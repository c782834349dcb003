/** What machines call: schedules, operators' scripts, providers. */
import { Webhook } from "standardwebhooks";
import { stripeSdk } from "../../support/stack.ts";
import type { Asked, Chapter } from "./example.ts";
import type { Story } from "./story.ts";

/** A body signed as the Standard Webhooks say. */
function standard(
  secret: string,
  prefix: "svix" | "webhook",
  payload: unknown,
  now = new Date(),
): Asked {
  const signed = JSON.stringify(payload);
  const id = `msg_${crypto.randomUUID().replaceAll("-", "").slice(0, 27)}`;
  return {
    signed,
    headers: {
      [`${prefix}-id`]: id,
      [`${prefix}-timestamp`]: String(Math.floor(now.getTime() / 1000)),
      [`${prefix}-signature`]: new Webhook(secret).sign(id, now, signed),
    },
  };
}

/** Stripe tells that a card was attached to a customer, which we have no use for. */
async function stripeEvent({ at }: Story): Promise<Asked> {
  const signed = JSON.stringify({
    id: "evt_1SocleExample0001",
    object: "event",
    type: "payment_method.attached",
    api_version: "2026-10-28.endive",
    created: 1772442000,
    livemode: false,
    pending_webhooks: 1,
    request: null,
    data: { object: { id: "pm_1SocleExample0001", object: "payment_method", type: "card" } },
  });
  const signature = await stripeSdk(at).webhooks.generateTestHeaderStringAsync({
    payload: signed,
    secret: at.stripeWebhookSecret,
  });
  return { signed, headers: { "stripe-signature": signature } };
}

export const machines: Chapter = {
  name: "machines",
  examples: [
    {
      operation: "billingReconcile",
      title: "One subscription, the same on both sides",
      async ask(story) {
        await story.payer();
        return { body: {} };
      },
    },
    {
      operation: "jobsRun",
      title: "Nothing is due",
      async ask(story) {
        await story.settled();
        return { body: {} };
      },
    },
    { operation: "alertsRun", title: "Nothing to tell", ask: () => ({ body: {} }) },
    {
      operation: "health",
      title: "All is well",
      async ask(story) {
        await story.settled();
        return {};
      },
    },
    { operation: "stripeWebhook", title: "An event that changes nothing", ask: stripeEvent },
    {
      operation: "resendWebhook",
      title: "A mail was delivered",
      ask: ({ at }) =>
        standard(at.mailWebhookSecret, "svix", {
          type: "email.delivered",
          created_at: "2026-03-02T09:00:00.000Z",
          data: {
            email_id: "56761188-7520-42d8-8898-ff6fc54ce618",
            created_at: "2026-03-02T08:59:58.000Z",
            from: "Socle <hello@example.com>",
            to: ["ada@example.com"],
            subject: "Welcome",
          },
        }),
    },
    {
      operation: "authEmailHook",
      title: "A link to choose a new password",
      ask: (story) =>
        standard(story.secret("SEND_EMAIL_HOOK_SECRET").replace("v1,", ""), "webhook", {
          user: {
            id: "2f1c3a5e-8d0b-4c7a-9e64-b1d2f3a40516",
            email: "ada@example.com",
            user_metadata: { name: "Ada Lovelace", locale: "en" },
          },
          email_data: {
            email_action_type: "recovery",
            token: "305805",
            token_hash: "c7f1a2b3d4e5f60718293a4b5c6d7e8f",
            redirect_to: `${story.at.siteUrl}/new-password`,
          },
        }),
    },
    {
      operation: "mailUnsubscribe",
      title: "One click in a mail program",
      async ask(story) {
        const { id } = await story.ada();
        return {
          query: { token: story.signed("unsubscribe", `${id}.tips`) },
          form: { "List-Unsubscribe": "One-Click" },
        };
      },
    },
    {
      operation: "mailUnsubscribePage",
      title: "The link of a mail, opened",
      async ask(story) {
        const { id } = await story.ada();
        return { query: { token: story.signed("unsubscribe", `${id}.tips`) } };
      },
    },
  ],
};
