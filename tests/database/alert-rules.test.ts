/** Each alert rule: what crosses its threshold, and what does not. A rule without a sample here fails. */
import assert from "node:assert/strict";
import type { TransactionSql } from "postgres";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

/** Rows that make a rule's measure so much. */
interface Sample {
  /** `value` as the measure counts it: rows, or seconds. */
  make(call: TransactionSql, value: number): Promise<unknown>;
  /** Rows like them that the measure must leave out, however many and old. */
  beside(call: TransactionSql): Promise<unknown>;
}

const samples: Record<string, Sample> = {
  dead_letters: {
    make: (call, jobs) =>
      call`
        insert into private.jobs (kind, state, finished_at)
        select 'mail_send', 'dead', now() from generate_series(1, ${jobs}::int)`,
    beside: (call) =>
      call`
        insert into private.jobs (kind, state, finished_at, note)
        values ('mail_send', 'succeeded', now(), null), ('mail_send', 'discarded', now(), 'by hand')`,
  },
  queue_stuck: {
    make: (call, seconds) =>
      call`
        insert into private.jobs (kind, run_at)
        values ('mail_send', private.now() - make_interval(secs => ${seconds}))`,
    beside: (call) =>
      call`
        insert into private.jobs (kind, state, run_at, finished_at)
        values ('mail_send', 'succeeded', now() - interval '1 day', now()),
          ('mail_send', 'pending', now() + interval '1 day', null)`,
  },
  inbox_stuck: {
    make: (call, seconds) =>
      call`
        insert into private.webhook_events (provider, event_id, type, payload, received_at)
        values ('stripe', 'evt_stuck', 'invoice.paid', '{}', now() - make_interval(secs => ${seconds}))`,
    beside: (call) =>
      call`
        insert into private.webhook_events
          (provider, event_id, type, payload, received_at, handled_at, discarded_at)
        values ('stripe', 'evt_handled', 't', '{}', now() - interval '1 day', now(), null),
          ('resend', 'evt_discarded', 't', '{}', now() - interval '1 day', null, now())`,
  },
  // #region shop
  orders_in_review: {
    make: (call, orders) =>
      call`
        insert into public.orders
          (status, price_list_id, currency, subtotal_amount, total_amount, expires_at)
        select 'review', 'eur', 'EUR', 100, 100, now() from generate_series(1, ${orders}::int)`,
    beside: (call) =>
      call`
        insert into public.orders
          (status, price_list_id, currency, subtotal_amount, total_amount, expires_at)
        values ('pending', 'eur', 'EUR', 100, 100, now()), ('cancelled', 'eur', 'EUR', 100, 100, now())`,
  },
  // #endregion shop
  drift: {
    make: async (call, drifts) => {
      const [run] = await call<{ id: string }[]>`
        insert into private.reconciliations (repair, phase, finished_at)
        values (false, 'done', now()) returning id`;
      await call`
        insert into private.billing_drifts (reconciliation_id, kind, object_type, object_id, repaired_at)
        select ${run!.id}::bigint, 'missing', 'invoice', 'in_' || number, null::timestamptz
        from generate_series(1, ${drifts}::int) as number
        union all select ${run!.id}::bigint, 'amount', 'invoice', 'in_mended', now()`;
    },
    beside: (call) =>
      call`
        with earlier as (
          insert into private.reconciliations (repair, phase, finished_at)
          values (false, 'done', now()) returning id
        )
        insert into private.billing_drifts (reconciliation_id, kind, object_type, object_id)
        select id, 'missing', 'invoice', 'in_earlier' from earlier`,
  },
  reconciliation_late: {
    make: (call, seconds) =>
      call`
        insert into private.reconciliations (repair, phase, finished_at)
        values (false, 'done', now() - make_interval(secs => ${seconds}))`,
    // One that ended longer ago; and one that runs has not ended, so that it neither counts nor heals.
    beside: (call) =>
      call`
        insert into private.reconciliations (repair, phase, started_at, finished_at)
        values (false, 'done', now() - interval '9 days', now() - interval '9 days'),
          (false, 'invoice', now(), null)`,
  },
  bounces: {
    make: (call, addresses) =>
      call`
        insert into private.mail_suppressions (address_hash, scope, cause, since)
        select 'told ' || number, 'all',
          case when number % 2 = 0 then 'hard_bounce' else 'complaint' end,
          now() - interval '23 hours'
        from generate_series(1, ${addresses}::int) as number`,
    beside: (call) =>
      call`
        insert into private.mail_suppressions (address_hash, scope, cause, since)
        select cause || number, 'all', cause, since
        from generate_series(1, 50) as number, (values
          ('soft_bounces', now()), ('provider', now()), ('hard_bounce', now() - interval '25 hours')
        ) as other (cause, since)`,
  },
  // #region shop
  shop_drift: {
    make: async (call, drifts) => {
      const [run] = await call<{ id: string }[]>`
        insert into private.shop_reconciliations (repair, phase, finished_at)
        values (true, 'done', now()) returning id`;
      await call`
        insert into private.shop_drifts (reconciliation_id, kind, object_type, object_id, repaired_at)
        select ${
        run!.id
      }::bigint, 'paid_not_settled', 'checkout_session', 'cs_' || number, null::timestamptz
        from generate_series(1, ${drifts}::int) as number
        union all select ${run!.id}::bigint, 'hold_overdue', 'order', 'mended', now()`;
    },
    // Of an earlier run, and of one that still runs.
    beside: (call) =>
      call`
        with others as (
          insert into private.shop_reconciliations (repair, phase, finished_at)
          values (true, 'done', now()), (true, 'books', null) returning id
        )
        insert into private.shop_drifts (reconciliation_id, kind, object_type, object_id)
        select id, 'shortage', 'variant', 'another' from others
        where id = (select min(id) from others)`,
  },
  shop_reconciliation_late: {
    make: (call, seconds) =>
      call`
        insert into private.shop_reconciliations (repair, phase, finished_at)
        values (true, 'done', private.now() - make_interval(secs => ${seconds}))`,
    beside: (call) =>
      call`
        insert into private.shop_reconciliations (repair, phase, started_at, finished_at)
        values (true, 'done', now() - interval '9 days', now() - interval '9 days'),
          (true, 'charge', now(), null)`,
  },
  orders_disputed: {
    make: (call, disputes) =>
      call`
        with ordered as (
          insert into public.orders (price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('eur', 'EUR', 100, 100, now()) returning id
        )
        insert into private.order_disputes (stripe_dispute_id, order_id, status, amount, currency, created_at)
        select 'dp_' || number, ordered.id, case when number % 2 = 0 then 'warning_needs_response' else 'needs_response' end,
          100, 'EUR', now()
        from ordered, generate_series(1, ${disputes}::int) as number`,
    // Answered, and decided: nobody has to do anything.
    beside: (call) =>
      call`
        with ordered as (
          insert into public.orders (price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('eur', 'EUR', 100, 100, now()) returning id
        )
        insert into private.order_disputes (stripe_dispute_id, order_id, status, amount, currency, created_at)
        select 'dp_' || status, ordered.id, status, 100, 'EUR', now()
        from ordered, unnest(array['under_review', 'won', 'lost', 'warning_closed']) as status`,
  },
  order_refunds_failed: {
    make: (call, refunds) =>
      call`
        with ordered as (
          insert into public.orders (price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('eur', 'EUR', 100, 100, now()) returning id
        )
        insert into public.order_refunds (order_id, amount, currency, reason, state, cause, closed_at)
        select ordered.id, 100, 'EUR', 'goodwill', 'failed', 'failed ' || number, now() - interval '29 days'
        from ordered, generate_series(1, ${refunds}::int) as number`,
    // One that was followed by another, and one of long ago.
    beside: (call) =>
      call`
        with ordered as (
          insert into public.orders (price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('eur', 'EUR', 100, 100, now()), ('eur', 'EUR', 100, 100, now()) returning id
        )
        insert into public.order_refunds (order_id, amount, currency, reason, state, cause, created_at, closed_at)
        select id, 100, 'EUR', 'goodwill', 'failed', 'former ' || id, now() - interval '40 days', now() - interval '31 days'
        from ordered
        union all
        select first.id, 100, 'EUR', 'goodwill', made.state, made.state || ' beside', now() - made.ago, now()
        from (select id from ordered limit 1) as first,
          (values ('failed', interval '2 hours'), ('done', interval '1 hour')) as made (state, ago)`,
  },
  // #endregion shop
  webhook_endpoint_disabled: {
    make: (call, endpoints) =>
      call`
        insert into public.webhook_endpoints (url, events, enabled, disabled_reason)
        select 'https://example.com/', '{webhook.ping}', false, 'answered 410 Gone'
        from generate_series(1, ${endpoints}::int)`,
    // Disabled by somebody, and one that fails for now.
    beside: (call) =>
      call`
        insert into public.webhook_endpoints (url, events, enabled, failing_since)
        values ('https://example.com/', '{webhook.ping}', false, null),
          ('https://example.com/', '{webhook.ping}', true, now() - interval '2 days')`,
  },
};

/** Which rules have an open incident, once so much was made of a rule's sample; all of it is undone. */
async function openedBy(sample: Sample, value: number): Promise<Record<string, number>> {
  const undone = new Error("undone");
  let opened: Record<string, number> = {};
  await sql.begin(async (call) => {
    await call`
      truncate private.jobs, private.webhook_events, private.reconciliations,
        private.mail_suppressions, private.alert_incidents cascade`;
    // #region shop
    await call`truncate private.shop_reconciliations cascade`;
    // #endregion shop
    await sample.beside(call);
    await sample.make(call, value);
    await call`select private.alerts_evaluate()`;
    const found = await call<{ rule: string; value: string }[]>`
      select rule, value from private.alert_incidents where resolved_at is null`;
    opened = Object.fromEntries(found.map((one) => [one.rule, Number(one.value)]));
    throw undone;
  }).catch((error) => {
    if (error !== undone) throw error;
  });
  return opened;
}

Deno.test("alert rules: each has a sample here, and each sample a rule", async () => {
  const rules = await sql<{ name: string }[]>`select name from private.alert_rules order by name`;
  assert.deepEqual(rules.map(({ name }) => name), Object.keys(samples).toSorted());
});

Deno.test("alert rules: where nothing has happened nobody is told", async () => {
  const nothing = { make: () => Promise.resolve(), beside: () => Promise.resolve() };
  assert.deepEqual(await openedBy(nothing, 0), {});
});

for (const [rule, sample] of Object.entries(samples)) {
  Deno.test(`alert rules: ${rule} opens at its threshold, alone, and not one below`, async () => {
    const [held] = await sql<{ threshold: string }[]>`
      select threshold from private.alert_rules where name = ${rule}`;
    const threshold = Number(held!.threshold);
    assert.deepEqual(await openedBy(sample, threshold), { [rule]: threshold });
    assert.deepEqual(await openedBy(sample, threshold - 1), {});
  });
}
