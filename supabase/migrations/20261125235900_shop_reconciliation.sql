-- The shop against Stripe, both ways, and against its own ledgers. Unlike billing's comparison it looks
-- back a week beyond the last one and not at everything: what an order was paid by is never changed later,
-- only refunded or disputed, and those are objects of their own with a time of their own.

create table private.shop_reconciliations (
  id          bigint generated always as identity primary key,
  repair      boolean not null,
  cause       text,
  since       timestamptz,
  phase       text not null default 'checkout_session',
  cursor      text,
  checked     integer not null default 0,
  started_at  timestamptz not null default private.now(),
  finished_at timestamptz,
  constraint shop_reconciliations_once_per_cause unique (cause),
  constraint shop_reconciliations_phase_known check (
    phase in ('checkout_session', 'charge', 'refund', 'dispute', 'ledger', 'hold', 'books', 'done')
  ),
  constraint shop_reconciliations_done_when_finished check ((phase = 'done') = (finished_at is not null))
);
comment on table private.shop_reconciliations is 'Runs that compare orders with Stripe and with the ledgers. A run goes on where it was cut off.';
comment on column private.shop_reconciliations.since is 'What was made before it is not looked at; null: everything.';
comment on column private.shop_reconciliations.phase is
  'Four kinds as Stripe lists them; ledger: movements of ours that it did not list; hold: orders past their hold; books: counters against ledgers.';
comment on column private.shop_reconciliations.cursor is 'The last object of the phase that was compared.';
create index shop_reconciliations_started on private.shop_reconciliations (started_at);

create table private.shop_drifts (
  id                bigint generated always as identity primary key,
  reconciliation_id bigint not null references private.shop_reconciliations (id) on delete cascade,
  kind              text not null,
  object_type       text not null,
  object_id         text not null,
  order_id          uuid,
  detail            jsonb not null default '{}',
  found_at          timestamptz not null default private.now(),
  repaired_at       timestamptz,
  constraint shop_drifts_kind_format check (kind ~ '^[a-z][a-z_]{0,39}$'),
  constraint shop_drifts_once_a_run unique (reconciliation_id, object_type, object_id, kind)
);
comment on table private.shop_drifts is 'What a comparison of the shop found to differ; docs/operations.md says what each kind means.';
comment on column private.shop_drifts.order_id is 'The order concerned. No foreign key: it may be the one that is missing.';

create table private.shop_reconciliation_seen (
  reconciliation_id bigint not null references private.shop_reconciliations (id) on delete cascade,
  stripe_id         text not null,
  constraint shop_reconciliation_seen_pkey primary key (reconciliation_id, stripe_id)
);
comment on table private.shop_reconciliation_seen is 'What a running comparison has met at Stripe, or looked for there; emptied when it ends.';

alter table private.shop_reconciliations enable row level security;
alter table private.shop_drifts enable row level security;
alter table private.shop_reconciliation_seen enable row level security;
grant select, insert, update, delete
  on private.shop_reconciliations, private.shop_drifts, private.shop_reconciliation_seen to service_role;

create function public.shop_reconciliation_begin(run_id bigint, repair boolean, cause text default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  run private.shop_reconciliations;
begin
  if run_id is null then
    insert into private.shop_reconciliations (repair, cause, since)
    values (shop_reconciliation_begin.repair, shop_reconciliation_begin.cause, (
      select max(earlier.started_at) - interval '7 days' from private.shop_reconciliations as earlier
      where earlier.finished_at is not null
    ))
    on conflict on constraint shop_reconciliations_once_per_cause do nothing
    returning * into run;
    if run.id is null then
      select * into run from private.shop_reconciliations as known where known.cause = shop_reconciliation_begin.cause;
    end if;
  else
    select * into run from private.shop_reconciliations as known where known.id = run_id;
    if run.id is null then
      perform private.problem(404, 'not_found', 'There is no reconciliation ' || run_id || '.');
    end if;
  end if;
  return jsonb_build_object(
    'id', run.id, 'repair', run.repair, 'phase', run.phase, 'cursor', run.cursor,
    'since', private.epoch(run.since)
  );
end;
$$;
comment on function public.shop_reconciliation_begin(bigint, boolean, text) is
  'Server RPC: a new run (null; with a cause, the one that this cause began) or one to go on with: {id, repair, phase, cursor, since: seconds}.';
grant execute on function public.shop_reconciliation_begin(bigint, boolean, text) to service_role;

create function private.session_drift(record jsonb)
returns table (kind text, order_id uuid, detail jsonb)
language sql
stable
set search_path = ''
as $$
  with told as (
    select private.uuid_or_null(record ->> 'order_id') as order_id,
      record ->> 'status' = 'complete' and record ->> 'payment_status' in ('paid', 'no_payment_required') as paid,
      (record ->> 'amount_total')::bigint as total
  ), seen as (
    select told.*, held.id as held_id, held.status, held.paid_at, held.currency, held.stripe_session_id,
      coalesce((
        select sum(moved.amount) from private.money_movements as moved
        where moved.order_id = held.id and moved.kind = 'charge'
          -- This session's alone: what another one paid goes back by itself.
          and moved.stripe_id in (record ->> 'charge_id', record ->> 'payment_intent_id', record ->> 'id')
      ), 0) as charged
    from told left join public.orders as held on held.id = told.order_id
  ), judged as (
    select seen.*, case
      -- Of an order that is not here only money matters.
      when held_id is null then case when paid then 'order_missing' end
      when paid and (charged = 0 and total > 0
        or paid_at is null and coalesce(stripe_session_id, record ->> 'id') = record ->> 'id') then 'paid_not_settled'
      when paid and stripe_session_id = record ->> 'id'
        and (charged <> total or record ->> 'currency' <> currency) then 'amount'
      when record ->> 'status' = 'expired' and status = 'pending' and coalesce(stripe_session_id, record ->> 'id') = record ->> 'id'
        then 'not_released'
      when stripe_session_id is null and (paid or record ->> 'status' = 'open') then 'session_unknown'
    end as found
    from seen
  )
  select found, judged.order_id, jsonb_build_object(
    'status', jsonb_build_object('stripe', coalesce(record ->> 'payment_status', record ->> 'status'), 'ours', status),
    'amount', jsonb_build_object('stripe', total, 'ours', charged),
    'currency', jsonb_build_object('stripe', record ->> 'currency', 'ours', currency)
  )
  from judged where found is not null;
$$;
comment on function private.session_drift(jsonb) is
  'How an order differs from its checkout session, a record of checkoutSessionRecord(): a row, or none.';
grant execute on function private.session_drift(jsonb) to service_role;

create function private.movement_drift(object_type text, record jsonb)
returns table (kind text, order_id uuid, detail jsonb)
language sql
stable
set search_path = ''
as $$
  with concerned as (
    select coalesce(
      private.order_of_payment(record ->> 'payment_id', record ->> 'charge_id'),
      (select held.id from public.orders as held where held.id = private.uuid_or_null(record ->> 'order_id'))
    ) as order_id, (record ->> 'net')::bigint as net
  ), counted as (
    select concerned.*, coalesce((
      select sum(moved.amount) from private.money_movements as moved
      where moved.order_id = concerned.order_id and case object_type
        when 'charge' then moved.kind = 'charge' and moved.stripe_id in (record ->> 'id', record ->> 'payment_id')
        when 'refund' then moved.kind in ('refund', 'refund_failed') and moved.stripe_id = record ->> 'id'
        else moved.kind in ('dispute', 'dispute_won') and moved.stripe_id = record ->> 'id'
      end
    ), 0) as ours
    from concerned
  )
  select object_type || case when ours = 0 then '_missing' else '_amount' end, counted.order_id,
    jsonb_build_object('amount', jsonb_build_object('stripe', net, 'ours', ours))
  from counted where counted.order_id is not null and net <> ours;
$$;
comment on function private.movement_drift(text, jsonb) is
  'How the ledger differs from a charge, refund or dispute {id, payment_id, charge_id, order_id, net: what it moves, to us positive}: a row, or none. What is for no order is not ours.';
grant execute on function private.movement_drift(text, jsonb) to service_role;

create function public.shop_reconciliation_compare(run_id bigint, object_type text, objects jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', found.kind, 'object_type', object_type, 'object_id', record ->> 'id',
      'order_id', found.order_id, 'detail', found.detail
    )), '[]')
    from jsonb_array_elements(objects) as record
    cross join lateral (
      select * from private.session_drift(record) where object_type = 'checkout_session'
      union all
      select * from private.movement_drift(object_type, record) where object_type <> 'checkout_session'
    ) as found
    -- Told of by an event that is not handled yet: late, not wrong. Health tells when it stays so.
    where not exists (
      select from private.sync_targets as target
      where run_id is not null and target.provider = 'stripe' and target.synced_seq < target.wanted_seq
        and target.object_type = shop_reconciliation_compare.object_type and target.object_id = record ->> 'id'
    )
  );
end;
$$;
comment on function public.shop_reconciliation_compare(bigint, text, jsonb) is
  'Server RPC: of records of Stripe''s objects those that our rows differ from: [{kind, object_type, object_id, order_id, detail}]. Within a run, what an event is on its way about is left out.';
grant execute on function public.shop_reconciliation_compare(bigint, text, jsonb) to service_role;

create function public.shop_reconciliation_unlisted(run_id bigint, batch integer)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'kind', moved.kind, 'stripe_id', moved.stripe_id, 'order_id', moved.order_id, 'amount', moved.amount
  )), '[]')
  from (
    select distinct on (held.stripe_id) held.* from private.money_movements as held
    join private.shop_reconciliations as run on run.id = run_id
    where (run.since is null or held.created_at >= run.since) and held.created_at < run.started_at
      and not exists (
        select from private.shop_reconciliation_seen as seen
        where seen.reconciliation_id = run_id and seen.stripe_id = held.stripe_id
      )
    order by held.stripe_id, held.id
    limit batch
  ) as moved;
$$;
comment on function public.shop_reconciliation_unlisted(bigint, integer) is
  'Server RPC: movements of the ledger whose object a run has neither met at Stripe nor looked for there: [{kind, stripe_id, order_id, amount}].';
grant execute on function public.shop_reconciliation_unlisted(bigint, integer) to service_role;

create function public.shop_holds_overdue(batch integer)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(held.id), '[]') from (
    select placed.id from public.orders as placed
    where placed.status = 'pending' and placed.expires_at < private.now() - interval '1 hour'
      -- A bank debit takes days, and its hold stays meanwhile.
      and not exists (
        select from public.order_events as told where told.order_id = placed.id and told.kind = 'payment_processing'
      )
    order by placed.expires_at limit batch
  ) as held;
$$;
comment on function public.shop_holds_overdue(integer) is
  'Server RPC: orders that hold stock an hour past the end of their hold: the sweep did not get to them.';
grant execute on function public.shop_holds_overdue(integer) to service_role;

create function public.shop_books()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'kind', found.kind, 'object_type', found.object_type, 'object_id', found.object_id, 'order_id', found.order_id,
    'detail', found.detail
  )), '[]')
  from (
    select imbalance.kind, 'books' as object_type, imbalance.id::text as object_id, null::uuid as order_id,
      jsonb_build_object('ledger', imbalance.expected, 'counter', imbalance.actual) as detail
    from private.shop_imbalances() as imbalance
    union all
    select 'rating', 'product', wrong.product_id::text, null,
      jsonb_build_object('counter', jsonb_build_array(wrong.rating_count, wrong.rating_sum),
        'recount', jsonb_build_array(wrong.reviews, wrong.ratings))
    from private.rating_imbalances() as wrong
    union all
    select 'shortage', 'variant', stock.variant_id::text, null, jsonb_build_object('units', stock.shortage)
    from private.stock as stock where stock.shortage > 0
    union all
    select 'paid_without_charge', 'order', placed.id::text, placed.id, jsonb_build_object('status', placed.status)
    from public.orders as placed
    where placed.paid_at is not null and placed.total_amount > 0 and not exists (
      select from private.money_movements as moved where moved.order_id = placed.id and moved.kind = 'charge'
    )
    union all
    select 'refund_stuck', 'order', refund.order_id::text, refund.order_id,
      jsonb_build_object('refund', refund.id, 'amount', refund.amount)
    from public.order_refunds as refund
    where refund.state = 'open' and refund.created_at < private.now() - interval '1 day'
    limit 1000
  ) as found;
$$;
comment on function public.shop_books() is
  'Server RPC: what does not add up in our own books, or waits for somebody: [{kind, object_type, object_id, order_id, detail}], at most 1,000.';
grant execute on function public.shop_books() to service_role;

create function public.shop_reconciliation_note(
  run_id bigint, phase text, cursor text, checked integer, seen text[], drifts jsonb
)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.shop_drifts (reconciliation_id, kind, object_type, object_id, order_id, detail, repaired_at)
  select run_id, drift ->> 'kind', drift ->> 'object_type', drift ->> 'object_id', (drift ->> 'order_id')::uuid,
    coalesce(drift -> 'detail', '{}'), case when (drift ->> 'repaired')::boolean then private.now() end
  from jsonb_array_elements(drifts) as drift
  on conflict on constraint shop_drifts_once_a_run do update
  set detail = excluded.detail, repaired_at = coalesce(private.shop_drifts.repaired_at, excluded.repaired_at);
  insert into private.shop_reconciliation_seen (reconciliation_id, stripe_id)
  select run_id, met from unnest(seen) as met
  on conflict on constraint shop_reconciliation_seen_pkey do nothing;
  update private.shop_reconciliations as run
  set phase = shop_reconciliation_note.phase, cursor = shop_reconciliation_note.cursor,
      checked = run.checked + shop_reconciliation_note.checked,
      finished_at = case when shop_reconciliation_note.phase = 'done' then private.now() end
  where run.id = run_id;
  if shop_reconciliation_note.phase = 'done' then
    delete from private.shop_reconciliation_seen where reconciliation_id = run_id;
  end if;
end;
$$;
comment on function public.shop_reconciliation_note(bigint, text, text, integer, text[], jsonb) is
  'Server RPC: keeps how far a run has come, what it has met at Stripe and what it found, in one transaction.';
grant execute on function public.shop_reconciliation_note(bigint, text, text, integer, text[], jsonb) to service_role;

create function public.shop_reconciliation_report(run_id bigint)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'run_id', run.id, 'done', run.phase = 'done', 'checked', run.checked,
    'drifts', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'kind', drift.kind, 'object_type', drift.object_type, 'object_id', drift.object_id,
        'order_id', drift.order_id, 'detail', drift.detail, 'repaired', drift.repaired_at is not null
      ) order by drift.id), '[]')
      from (select * from private.shop_drifts as found where found.reconciliation_id = run.id
            order by found.id limit 1000) as drift
    )
  )
  from private.shop_reconciliations as run
  where run.id = run_id;
$$;
comment on function public.shop_reconciliation_report(bigint) is
  'Server RPC: {run_id, done, checked, drifts} with the first 1,000 drifts.';
grant execute on function public.shop_reconciliation_report(bigint) to service_role;
