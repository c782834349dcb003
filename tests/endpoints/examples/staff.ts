/** What staff work with: the queue, the inbox, what is told to others, the catalogue's files. */
import type { Chapter } from "./example.ts";
import type { Story } from "./story.ts";

/** A mail that no attempt got out. */
async function deadMail({ sql }: Story): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into private.jobs (kind, state, attempts, payload, last_error, finished_at)
    values ('mail_send', 'dead', 20, '{"template": "welcome"}',
      'Resend answered 422: the address is not one', now())
    returning id::int`;
  return row!.id;
}

/** An event that Resend sent and that was handled. */
async function bounce({ sql }: Story): Promise<number> {
  const payload = {
    type: "email.bounced",
    created_at: "2026-03-02T09:00:00.000Z",
    data: { email_id: "56761188-7520-42d8-8898-ff6fc54ce618", to: ["gone@example.com"] },
  };
  const [row] = await sql<{ id: number }[]>`
    insert into private.webhook_events (provider, event_id, type, payload, handled_at)
    values ('resend', ${`msg_${crypto.randomUUID().replaceAll("-", "")}`}, ${payload.type},
      ${sql.json(payload)}, now())
    returning id::int`;
  return row!.id;
}

/** A system that is told of what happens, and did not take one event. */
async function failedDelivery({ sql }: Story): Promise<{ endpoint: string; delivery: number }> {
  const [row] = await sql<{ endpoint: string; delivery: number }[]>`
    with endpoint as (
      insert into public.webhook_endpoints (url, events)
      values ('http://127.0.0.1:9/events', '{webhook.ping}') returning id
    )
    insert into public.webhook_deliveries (
      endpoint_id, event_id, type, payload, state, attempts, last_status, finished_at
    )
    select id, 'evt_' || left(md5(id::text), 16), 'webhook.ping', '{}', 'failed', 20, 503, now()
    from endpoint returning endpoint_id as endpoint, id::int as delivery`;
  return row!;
}

async function suppressed(story: Story): Promise<string> {
  const address = story.address("gone");
  await story.sql`
    insert into private.mail_suppressions (address_hash, scope, cause, since)
    values (private.mail_address_hash(${address}), 'all', 'hard_bounce', now())`;
  return address;
}

export const staff: Chapter = {
  name: "staff",
  examples: [
    {
      operation: "jobsList",
      title: "Mails that were given up",
      async ask(story) {
        await deadMail(story);
        return { query: { kind: "mail_send", state: "dead" } };
      },
    },
    {
      operation: "jobsDecide",
      title: "One is discarded",
      ask: async (story) => ({
        body: {
          action: "discard",
          reason: "The address was mistyped",
          ids: [await deadMail(story)],
        },
      }),
    },
    {
      operation: "webhookEventsList",
      title: "One event, with all that it changed",
      ask: async (story) => ({ query: { id: String(await bounce(story)) } }),
    },
    {
      operation: "webhookEventsReplay",
      title: "Handled anew",
      ask: async (story) => ({
        body: { reason: "The handler was mended since", ids: [await bounce(story)] },
      }),
    },
    {
      operation: "webhookDeliveriesList",
      title: "What an endpoint did not take",
      async ask(story) {
        const { endpoint } = await failedDelivery(story);
        return { query: { endpoint_id: endpoint, state: "failed" } };
      },
    },
    {
      operation: "webhookDeliveriesSend",
      title: "Sent anew",
      ask: async (story) => ({
        body: {
          action: "replay",
          reason: "Their server is back",
          ids: [(await failedDelivery(story)).delivery],
        },
      }),
    },
    {
      operation: "mailSuppressionsList",
      title: "Why somebody gets no mail",
      ask: async (story) => ({ query: { address: await suppressed(story) } }),
    },
    {
      operation: "mailSuppressionsLift",
      title: "Mail again",
      ask: async (story) => ({
        body: { address: await suppressed(story), reason: "Their mailbox works again" },
      }),
    },
    {
      operation: "featureOverrideSet",
      title: "More than the plan includes, for a while",
      ask: async (story) => ({
        body: {
          workspace_id: (await story.ada()).workspaceId,
          feature: "members",
          enabled: true,
          limit: 8,
          expires_at: "2099-01-01T00:00:00Z",
          reason: "Agreed with sales",
        },
      }),
    },
    {
      operation: "featureOverrideLift",
      title: "What the plan includes, again",
      async ask(story) {
        const { workspaceId: workspace_id } = await story.ada();
        const feature = "members";
        await story.call("PUT", "feature-override", await story.staff(), {
          workspace_id,
          feature,
          enabled: true,
          limit: 8,
          reason: "Agreed with sales",
        });
        return { body: { workspace_id, feature, reason: "The agreement has ended" } };
      },
    },
  ],
};
