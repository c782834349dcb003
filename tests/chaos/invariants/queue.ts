/** Of events and jobs: nothing is lost, and nothing waits for ever. */
import type { Invariant, Offence } from "./invariant.ts";

export const queue: Invariant[] = [
  {
    name: "acknowledged events are kept and handled",
    says: "Each event whose delivery was answered by 200 is in the inbox, once, and was handled.",
    async offences({ sql, ledger }) {
      const rows = await sql<{ event: string; handled: boolean }[]>`
        select event_id as event, handled_at is not null as handled from private.webhook_events
        where provider = 'stripe'`;
      const handled = new Map(rows.map((row) => [row.event, row.handled]));
      return [...ledger.events].filter(([event]) => handled.get(event) !== true)
        .map(([event, deliveries]) => ({
          event,
          deliveries,
          in_the_inbox: handled.has(event) ? "not handled" : "missing",
        }));
    },
  },
  {
    name: "no event waits",
    says:
      "The inbox holds no event that is not handled, whether or not its storing was acknowledged.",
    offences: async ({ sql }) =>
      await sql`
        select event_id as event, type, received_at from private.webhook_events where handled_at is null`,
  },
  {
    name: "no job is stuck",
    says:
      "No job has been due for a minute, or waits for another attempt: only what the calendar wants is pending.",
    offences: async ({ sql }) =>
      await sql`
        select id, kind, dedupe_key as cause, attempts, run_at, locked_until, last_error
        from private.jobs
        where state = 'pending' and (
          run_at <= private.now() - interval '1 minute' or (run_at > private.now() and attempts > 0)
        )`,
  },
  {
    name: "no dead letter",
    says: "Nothing was given up: faults that end are no reason to.",
    offences: async ({ sql }) =>
      await sql`
        select id, kind, dedupe_key as cause, attempts, last_error from private.jobs
        where state = 'dead'`,
  },
  {
    name: "no object is behind an event",
    says: "Every object of Stripe that an event names was looked at since that event came.",
    offences: async ({ sql }) =>
      await sql`
        select event.event_id as event, named.type, named.id, named.seq, target.synced_seq
        from private.webhook_events as event
        cross join lateral jsonb_to_recordset(event.targets) as named (type text, id text, seq bigint)
        left join private.sync_targets as target on target.provider = event.provider
          and target.object_type = named.type and target.object_id = named.id
        where event.provider = 'stripe' and (target.synced_seq is null or target.synced_seq < named.seq)`,
  },
  {
    name: "no cancellation waits",
    says: "No subscription has ended without the money that it gives back.",
    // A change of a subscription may stay open, once its request is dead: whether Stripe made it stands in
    // Stripe's metadata, where the quote's next use looks, and the next change takes its place.
    offences: async ({ sql }) =>
      await sql`
        select id, 'not given back' as state from private.subscription_cancellations
        where refunded_at is null`,
  },
  {
    name: "no purchase is behind Stripe",
    says:
      "No purchase of a subscription is open whose subscription or page at Stripe was paid or has ended.",
    async offences({ sql, stripe }) {
      const over = new Map<string, string>();
      for (const { id, status, metadata } of stripe.subscriptions) {
        if (status !== "incomplete") over.set(metadata["intent_id"] ?? "", `${id} ${status}`);
      }
      for (const { id, status, metadata } of stripe.sessions) {
        if (status !== "open") over.set(metadata?.["intent_id"] ?? "", `${id} ${status}`);
      }
      // One of which Stripe has nothing was never made: whoever wants it goes on with it under its key.
      const open = await sql<{ id: string }[]>`
        select id from private.subscription_intents where state = 'open'`;
      return open.filter(({ id }) => over.has(id))
        .map(({ id }): Offence => ({ purchase: id, at_stripe: over.get(id) }));
    },
  },
  {
    name: "health is ok",
    says: "GET health says that all is well.",
    offences: ({ health }) => health.status === 200 ? [] : [{ ...health }],
  },
];
