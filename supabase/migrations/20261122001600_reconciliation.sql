-- Reconciliation: walks all that Stripe holds and all that we hold, and writes down each difference.
-- A run is resumable: it keeps the kind and stage it is at and the last object it has seen.

create table private.reconciliations (
  id          bigint generated always as identity primary key,
  repair      boolean not null,
  cause       text,
  phase       text not null default 'product',
  stage       text not null default 'listing',
  cursor      text,
  checked     integer not null default 0,
  started_at  timestamptz not null default now(),
  finished_at timestamptz,
  constraint reconciliations_once_per_cause unique (cause),
  constraint reconciliations_phase_known check (
    phase in ('product', 'price', 'subscription', 'invoice', 'charge', 'done')
  ),
  constraint reconciliations_stage_known check (stage in ('listing', 'extras')),
  constraint reconciliations_done_when_finished check ((phase = 'done') = (finished_at is not null))
);
comment on table private.reconciliations is 'Runs that compare Stripe with our tables.';
comment on column private.reconciliations.repair is 'Whether differences are mended: Stripe is right.';
comment on column private.reconciliations.cause is
  'The job that began it: one that is tried again goes on with its own run. Null when begun by hand.';
comment on column private.reconciliations.stage is
  'listing: page by page of what Stripe lists of the phase''s kind; then extras: our rows that it did not list.';
comment on column private.reconciliations.cursor is
  'The last object of the phase that was compared; null in the stage of extras.';

create table private.billing_drifts (
  id                bigint generated always as identity primary key,
  reconciliation_id bigint not null references private.reconciliations (id) on delete cascade,
  kind              text not null,
  object_type       text not null,
  object_id         text not null,
  detail            jsonb not null default '{}',
  found_at          timestamptz not null default now(),
  repaired_at       timestamptz,
  constraint billing_drifts_kind_known check (kind in (
    'paid_not_active', 'active_not_paid', 'amount', 'missing', 'extra', 'differs', 'two_live'
  )),
  constraint billing_drifts_once_a_run unique (reconciliation_id, object_type, object_id, kind)
);
comment on table private.billing_drifts is 'What a reconciliation found to differ.';
comment on column private.billing_drifts.kind is
  'paid_not_active and active_not_paid: access does not follow payment; amount; missing: Stripe has it, we do not; extra: we have it, Stripe does not; differs: another field; two_live: Stripe truly holds two running subscriptions of one workspace.';
comment on column private.billing_drifts.detail is 'Field by field: {field: {stripe, ours}}.';

create table private.reconciliation_seen (
  reconciliation_id bigint not null references private.reconciliations (id) on delete cascade,
  object_type       text not null,
  object_id         text not null,
  constraint reconciliation_seen_pkey primary key (reconciliation_id, object_type, object_id)
);
comment on table private.reconciliation_seen is 'What a running reconciliation has met at Stripe, or looked for there; emptied when it ends.';

alter table private.reconciliations enable row level security;
alter table private.billing_drifts enable row level security;
alter table private.reconciliation_seen enable row level security;
grant select, insert, update, delete
  on private.reconciliations, private.billing_drifts, private.reconciliation_seen to service_role;

create function private.epoch(moment timestamptz)
returns bigint
language sql
immutable
set search_path = ''
as $$ select extract(epoch from moment)::bigint $$;
comment on function private.epoch(timestamptz) is 'Whole seconds since 1970, as Stripe counts.';
grant execute on function private.epoch(timestamptz) to service_role;

create function private.stripe_mirror(object_type text, ids text[])
returns table (id text, mirrored jsonb)
language sql
stable
set search_path = ''
as $$
  -- Of several products that name one plan, the plan's row is one's; the others are kept as claims alone.
  select claim.product_id, jsonb_build_object(
    'plan_id', claim.plan_id,
    'name', coalesce(plan.name, claim.record ->> 'name'),
    'active', coalesce(plan.active, (claim.record ->> 'active')::boolean))
  from private.plan_products as claim
  left join public.plans as plan on plan.stripe_product_id = claim.product_id
  where object_type = 'product' and claim.product_id = any (ids)
  union all
  select price.id, jsonb_build_object(
    'unit_amount', price.unit_amount, 'currency', price.currency, 'interval', price."interval",
    'lookup_key', price.lookup_key, 'active', price.active)
  from public.prices as price
  where object_type = 'price' and price.id = any (ids)
  union all
  select held.stripe_subscription_id, jsonb_build_object(
    'status', held.status, 'price_id', held.price_id, 'quantity', held.quantity,
    'cancel_at_period_end', held.cancel_at_period_end,
    'current_period_end', private.epoch(held.current_period_end))
  from public.subscriptions as held
  where object_type = 'subscription' and held.stripe_subscription_id = any (ids)
  union all
  select invoice.stripe_invoice_id, jsonb_build_object(
    'status', invoice.status, 'currency', invoice.currency, 'total', invoice.total,
    'amount_due', invoice.amount_due, 'amount_paid', invoice.amount_paid,
    'paid', (
      select coalesce(sum(payment.amount), 0) from public.payments as payment
      where payment.invoice_id = invoice.id and payment.status = 'succeeded'
    ))
  from public.invoices as invoice
  where object_type = 'invoice' and invoice.stripe_invoice_id = any (ids)
  union all
  select payment.stripe_payment_id, jsonb_build_object('amount_refunded', payment.amount_refunded)
  from public.payments as payment
  where object_type = 'charge' and payment.stripe_payment_id = any (ids);
$$;
comment on function private.stripe_mirror(text, text[]) is 'Our rows of Stripe objects, in the words and units of _shared/billing/records.ts. Charges are found by their payment intents.';
grant execute on function private.stripe_mirror(text, text[]) to service_role;

create function public.reconciliation_begin(run_id bigint, repair boolean, cause text default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  run private.reconciliations;
begin
  if run_id is null then
    insert into private.reconciliations (repair, cause)
    values (reconciliation_begin.repair, reconciliation_begin.cause)
    on conflict on constraint reconciliations_once_per_cause do nothing
    returning * into run;
    if run.id is null then
      select * into run from private.reconciliations as known where known.cause = reconciliation_begin.cause;
    end if;
  else
    select * into run from private.reconciliations as known where known.id = run_id;
    if run.id is null then
      perform private.problem(404, 'not_found', 'There is no reconciliation ' || run_id || '.');
    end if;
  end if;
  return jsonb_build_object(
    'id', run.id, 'repair', run.repair, 'phase', run.phase, 'stage', run.stage, 'cursor', run.cursor
  );
end;
$$;
comment on function public.reconciliation_begin(bigint, boolean, text) is
  'Server RPC: a new run (null; with a cause, the one that this cause began) or one to go on with: {id, repair, phase, stage, cursor}.';
grant execute on function public.reconciliation_begin(bigint, boolean, text) to service_role;

create function public.reconciliation_compare(run_id bigint, object_type text, objects jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  ids constant text[] := array(select given ->> 'id' from jsonb_array_elements(objects) as given);
  held_as constant text[] := array(
    select coalesce(given ->> 'held_as', given ->> 'id') from jsonb_array_elements(objects) as given
  );
begin
  if run_id is not null then
    insert into private.reconciliation_seen (reconciliation_id, object_type, object_id)
    select run_id, reconciliation_compare.object_type, unnest(ids)
    on conflict on constraint reconciliation_seen_pkey do nothing;
  end if;
  return jsonb_build_object(
    'mirrored', (
      select coalesce(jsonb_object_agg(held.id, held.mirrored), '{}')
      from private.stripe_mirror(reconciliation_compare.object_type, held_as) as held
    ),
    'on_their_way', (
      select coalesce(jsonb_agg(target.object_id), '[]')
      from private.sync_targets as target
      where target.provider = 'stripe' and target.object_type = reconciliation_compare.object_type
        and target.object_id = any (ids) and target.synced_seq < target.wanted_seq
    ),
    'customers', (
      select coalesce(jsonb_agg(customer.stripe_customer_id), '[]')
      from private.billing_customers as customer
      where customer.stripe_customer_id in (
        select given ->> 'customer_id' from jsonb_array_elements(objects) as given
      )
    )
  );
end;
$$;
comment on function public.reconciliation_compare(bigint, text, jsonb) is
  'Server RPC: what we hold of [{id, customer_id, held_as: the id that our row has instead}]: {mirrored: {held_as or id: fields}, on_their_way: [ids with an event not handled yet], customers: [those that are ours]}; notes them as seen by the run, if one is named.';
grant execute on function public.reconciliation_compare(bigint, text, jsonb) to service_role;

create function public.reconciliation_unseen(run_id bigint, object_type text, batch integer)
returns setof text
language sql
stable
set search_path = ''
as $$
  select held.id from (
    select claim.product_id as id, claim.created_at from private.plan_products as claim
    where object_type = 'product'
    union all
    select price.id, price.created_at from public.prices as price where object_type = 'price' and price.active
    union all
    select one.stripe_subscription_id, one.created_at from public.subscriptions as one
    where object_type = 'subscription'
    union all
    select invoice.stripe_invoice_id, invoice.created_at from public.invoices as invoice
    where object_type = 'invoice'
  ) as held
  where held.created_at < (select run.started_at from private.reconciliations as run where run.id = run_id)
    and not exists (
      select from private.reconciliation_seen as seen
      where seen.reconciliation_id = run_id and seen.object_type = reconciliation_unseen.object_type
        and seen.object_id = held.id
    )
  order by held.id
  limit batch;
$$;
comment on function public.reconciliation_unseen(bigint, text, integer) is
  'Server RPC: ids of our rows that a run has neither met at Stripe nor looked for there yet.';
grant execute on function public.reconciliation_unseen(bigint, text, integer) to service_role;

create function public.reconciliation_note(
  run_id bigint, phase text, stage text, cursor text, checked integer, seen jsonb, drifts jsonb
)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.billing_drifts (reconciliation_id, kind, object_type, object_id, detail, repaired_at)
  select run_id, drift ->> 'kind', drift ->> 'object_type', drift ->> 'object_id', drift -> 'detail',
         case when (drift ->> 'repaired')::boolean then now() end
  from jsonb_array_elements(drifts) as drift
  on conflict on constraint billing_drifts_once_a_run do update
  set detail = excluded.detail,
      repaired_at = coalesce(private.billing_drifts.repaired_at, excluded.repaired_at);
  insert into private.reconciliation_seen (reconciliation_id, object_type, object_id)
  select run_id, met ->> 'object_type', met ->> 'object_id' from jsonb_array_elements(seen) as met
  on conflict on constraint reconciliation_seen_pkey do nothing;
  update private.reconciliations as run
  set phase = reconciliation_note.phase, stage = reconciliation_note.stage, cursor = reconciliation_note.cursor,
      checked = run.checked + reconciliation_note.checked,
      finished_at = case when reconciliation_note.phase = 'done' then now() end
  where run.id = run_id;
  if reconciliation_note.phase = 'done' then
    delete from private.reconciliation_seen where reconciliation_id = run_id;
  end if;
end;
$$;
comment on function public.reconciliation_note(bigint, text, text, text, integer, jsonb, jsonb) is
  'Server RPC: keeps how far a run has come, [{object_type, object_id}] that it need not look at again, and what it found, in one transaction.';
grant execute on function public.reconciliation_note(bigint, text, text, text, integer, jsonb, jsonb) to service_role;

create function public.reconciliation_report(run_id bigint)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'run_id', run.id,
    'done', run.phase = 'done',
    'checked', run.checked,
    'drifts', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'kind', drift.kind, 'object_type', drift.object_type, 'object_id', drift.object_id,
        'detail', drift.detail, 'repaired', drift.repaired_at is not null
      ) order by drift.id), '[]')
      from (select * from private.billing_drifts as found where found.reconciliation_id = run.id
            order by found.id limit 1000) as drift
    )
  )
  from private.reconciliations as run
  where run.id = run_id;
$$;
comment on function public.reconciliation_report(bigint) is
  'Server RPC: {run_id, done, checked, drifts} with the first 1,000 drifts.';
grant execute on function public.reconciliation_report(bigint) to service_role;

create function public.workspaces_with_two_live()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('workspace_id', held.workspace_id, 'subscriptions', held.ids)), '[]')
  from (
    select workspace_id, jsonb_agg(stripe_subscription_id order by created_at) as ids
    from public.subscriptions
    where status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
    group by workspace_id
    having count(*) > 1
  ) as held;
$$;
comment on function public.workspaces_with_two_live() is
  'Server RPC: workspaces for which Stripe holds more than one running subscription: [{workspace_id, subscriptions}].';
grant execute on function public.workspaces_with_two_live() to service_role;
