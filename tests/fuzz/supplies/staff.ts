/** What staff work on: jobs, events, deliveries. */
import { freshAddress } from "../../support/users.ts";
import type { Supply } from "../world.ts";

const states = ["pending", "succeeded", "dead"] as const;

export const staff: Record<string, Supply> = {
  job: {
    every: 2,
    async make({ world: { ground: { sql } }, pick }) {
      const state = states[pick % states.length]!;
      // A kind of no worker, far in the future: nothing runs it meanwhile.
      const [row] = await sql`
        insert into private.jobs (kind, state, run_at, finished_at)
        values ('usage', ${state}, now() + interval '1 year',
          ${state === "pending" ? null : new Date()})
        returning id`;
      return Number(row!["id"]);
    },
  },
  webhook_event: {
    every: 3,
    async make({ world: { ground: { sql } }, pick }) {
      const [row] = await sql`
        insert into private.webhook_events (provider, event_id, type, payload, handled_at)
        values ('resend', ${crypto.randomUUID()}, 'email.opened', '{"type": "email.opened"}',
          ${pick % 2 === 0 ? new Date() : null})
        returning id`;
      return Number(row!["id"]);
    },
  },
  webhook_endpoint: {
    every: 20,
    async make({ world: { ground: { sql } } }) {
      // Nobody listens there: sending fails at once and is tried again later.
      const [row] = await sql`
        insert into public.webhook_endpoints (url, events)
        values ('http://127.0.0.1:9/hook', '{webhook.ping}') returning id`;
      return row!["id"];
    },
  },
  webhook_delivery: {
    every: 2,
    async make({ world, user, pick, named }) {
      const endpoint = await world.supplied("webhook_endpoint", user, pick, named);
      const failed = pick % 2 === 0;
      const [row] = await world.ground.sql`
        insert into public.webhook_deliveries (endpoint_id, event_id, type, payload, state, finished_at)
        values (${String(endpoint)}, ${crypto.randomUUID()}, 'webhook.ping', '{}',
          ${failed ? "failed" : "delivered"}, now())
        returning id`;
      return Number(row!["id"]);
    },
  },
  /** An address that mails are not sent to. */
  suppressed_address: {
    every: 1,
    async make({ world: { ground: { sql } }, pick }) {
      const address = freshAddress("bounced");
      if (pick % 8 === 0) return address;
      await sql`
        insert into private.mail_suppressions (address_hash, scope, cause, since)
        values (private.mail_address_hash(${address}), 'all', 'hard_bounce', now())`;
      return address;
    },
  },
};
