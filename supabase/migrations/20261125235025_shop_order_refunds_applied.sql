-- What Stripe says of refunds, ours and the dashboard's: made, refused, failed at the bank days later.

create table private.order_refund_failures (
  refund_id uuid primary key references public.order_refunds (id) on delete cascade,
  failure   text not null,
  failed_at timestamptz not null default private.now(),
  constraint order_refund_failures_failure_length check (char_length(failure) <= 500)
);
comment on table private.order_refund_failures is
  'Why Stripe refused a refund, or how it failed at the bank later: Stripe''s own words, which are for staff and no column of the row that the buyer reads.';
alter table private.order_refund_failures enable row level security;
grant select, insert, update, delete on private.order_refund_failures to service_role;
insert into private.retention_reasons (relation, reason) values
  ('private.order_refund_failures', 'goes with its refund in public.order_refunds');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('private.order_refund_failures', 'none', '{}', '{}', 'why refunds failed at Stripe, for staff');

create function private.order_refund_count(refund_id uuid, sign integer)
returns void
language sql
set search_path = ''
as $$
  update public.order_items as line
  set refunded_quantity = line.refunded_quantity + sign * part.quantity,
      refunded_amount = line.refunded_amount + sign * part.amount
  from public.order_refunds as refund,
    jsonb_to_recordset(refund.lines) as part (order_item_id uuid, quantity integer, amount bigint)
  where refund.id = order_refund_count.refund_id and line.id = part.order_item_id;
$$;
comment on function private.order_refund_count(uuid, integer) is
  'Counts a refund''s lines in the order''s (1), or no longer (-1).';
grant execute on function private.order_refund_count(uuid, integer) to service_role;

create function private.order_restock_undo(order_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  back record;
begin
  for back in
    select line.id, line.variant_id, line.restocked_quantity - line.refunded_quantity as quantity
    from public.order_items as line
    where line.order_id = order_restock_undo.order_id and line.restocked_quantity > line.refunded_quantity
      and line.variant_id is not null
    order by line.variant_id
  loop
    -- Sold to somebody else meanwhile, they stay where they are, and order_advance does not send the order.
    if private.stock_change(back.variant_id, 'restocked', -back.quantity, 0, order_restock_undo.order_id, 'refund failed') then
      update public.order_items as line
      set restocked_quantity = line.restocked_quantity - back.quantity where line.id = back.id;
    end if;
  end loop;
end;
$$;
comment on function private.order_restock_undo(uuid) is
  'Takes out of the stock again what an order that is still to be sent put back by a refund that failed, as far as it is still there.';
grant execute on function private.order_restock_undo(uuid) to service_role;

create function private.order_refund_fail(refund_id uuid, failure text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  failed public.order_refunds;
begin
  update public.order_refunds as refund
  set state = 'failed', closed_at = coalesce(refund.closed_at, private.now())
  where refund.id = order_refund_fail.refund_id and refund.state <> 'failed'
  returning * into failed;
  if failed.id is null then
    return;
  end if;
  insert into private.order_refund_failures as known (refund_id, failure)
  values (failed.id, left(coalesce(order_refund_fail.failure, 'unknown'), 500))
  on conflict on constraint order_refund_failures_pkey do update set failure = excluded.failure, failed_at = excluded.failed_at;
  perform private.order_refund_count(failed.id, -1);
  if private.order_base(failed.order_id) in ('paid', 'fulfilling') then
    perform private.order_restock_undo(failed.order_id);
  end if;
  insert into public.order_events (order_id, kind) values (failed.order_id, 'refund_failed');
end;
$$;
comment on function private.order_refund_fail(uuid, text) is
  'Nothing goes back by this refund: Stripe refused it, or it failed at the bank. Of an order that is still to be sent, what was restocked is taken out again.';
grant execute on function private.order_refund_fail(uuid, text) to service_role;

create function private.order_apply_refund(ordered public.orders, given jsonb, payment_intent_id text default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  refund public.order_refunds;
  at_stripe constant text := given ->> 'id';
  given_amount constant bigint := (given ->> 'amount')::bigint;
  given_currency constant text := coalesce(given ->> 'currency', ordered.currency);
  failed constant boolean := given ->> 'status' in ('failed', 'canceled');
  counted constant boolean := exists (
    select from private.money_movements as moved where moved.kind = 'refund' and moved.stripe_id = at_stripe
  );
begin
  -- More than we know to be paid: no counter can hold it, and raising would only keep it from being told.
  if not failed and not counted and given_currency = ordered.currency and not exists (
    select from public.orders as held
    where held.id = ordered.id and held.refunded_amount + given_amount <= held.paid_amount
  ) then
    if not exists (
      select from public.order_events as told where told.order_id = ordered.id and told.kind = 'refund_exceeds_paid'
    ) then
      perform private.order_review(ordered.id, 'refund_exceeds_paid');
    end if;
    return;
  end if;
  select * into refund from public.order_refunds as known
  where known.order_id = ordered.id
    and (known.stripe_refund_id = at_stripe
      or known.stripe_refund_id is null and known.id = private.uuid_or_null(given ->> 'order_refund_id'));
  if refund.id is null then
    -- Made in Stripe's dashboard.
    insert into public.order_refunds (
      order_id, user_id, amount, currency, reason, state, stripe_refund_id, stripe_payment_intent_id, cause, created_at, closed_at
    )
    values (
      ordered.id, ordered.user_id, given_amount, given_currency, 'stripe', 'done', at_stripe,
      nullif(order_apply_refund.payment_intent_id, ordered.stripe_payment_intent_id),
      encode(sha256(convert_to('stripe:' || at_stripe, 'UTF8')), 'hex'), private.at(given -> 'created'), private.now()
    )
    returning * into refund;
  else
    update public.order_refunds as held
    set stripe_refund_id = at_stripe, amount = given_amount, shipping_amount = least(held.shipping_amount, given_amount),
        -- Taken for refused, and made after all: the money counts, its lines may be another's by now.
        state = 'done', lines = case held.state when 'failed' then '[]' else held.lines end,
        closed_at = coalesce(held.closed_at, private.now())
    where held.id = refund.id and held.stripe_refund_id is null;
  end if;
  if failed then
    if counted then
      perform private.order_money(ordered.id, 'refund_failed', given_amount, at_stripe, given_currency);
    end if;
    perform private.order_refund_fail(refund.id, coalesce(given ->> 'failure', given ->> 'status'));
    perform private.order_restand(ordered.id);
    return;
  end if;
  if private.order_money(ordered.id, 'refund', -given_amount, at_stripe, given_currency) then
    perform private.order_restand(ordered.id);
  end if;
  -- Whose payment came too late has been told that it goes back.
  if given ->> 'status' = 'succeeded' and refund.reason <> 'late_payment' then
    perform private.order_mail(ordered.id, 'order_refunded', 'order_refunded:' || at_stripe, jsonb_build_object(
      'amount', private.money(given_amount, given_currency), 'refunded_at', private.at(given -> 'created')
    ));
  end if;
end;
$$;
comment on function private.order_apply_refund(public.orders, jsonb, text) is
  'What Stripe says of one refund of an order, however often and in whatever order: the ledger, the counters, the status, one mail.';
grant execute on function private.order_apply_refund(public.orders, jsonb, text) to service_role;

create function private.order_of_payment(payment_intent_id text, charge_id text)
returns uuid
language sql
stable
set search_path = ''
as $$
  -- By the ledger too: an order that was paid twice names only its first payment.
  select coalesce(
    (select ordered.id from public.orders as ordered
     where ordered.stripe_payment_intent_id = order_of_payment.payment_intent_id),
    (select moved.order_id from private.money_movements as moved
     where moved.kind = 'charge' and moved.stripe_id in (order_of_payment.payment_intent_id, order_of_payment.charge_id)
     limit 1)
  );
$$;
comment on function private.order_of_payment(text, text) is 'The order that a payment at Stripe is for; null for one of something else.';
grant execute on function private.order_of_payment(text, text) to service_role;

-- A charge is of a subscription's payment, or of an order, or of another product in the same account.
alter function private.stripe_apply_charge(jsonb) rename to stripe_apply_payment_charge;

create function private.stripe_apply_charge(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
  given jsonb;
begin
  perform private.stripe_apply_payment_charge(stripe_apply_charge.record);
  select * into ordered from public.orders as held
  where held.id = private.order_of_payment(stripe_apply_charge.record ->> 'payment_id', stripe_apply_charge.record ->> 'id')
  for no key update;
  if ordered.id is null then
    return;
  end if;
  for given in
    select one from jsonb_array_elements(stripe_apply_charge.record -> 'refunds') as one order by one ->> 'created', one ->> 'id'
  loop
    perform private.order_apply_refund(ordered, given, stripe_apply_charge.record ->> 'payment_id');
  end loop;
end;
$$;
comment on function private.stripe_apply_charge(jsonb) is 'Mirrors what was refunded of a charge: of a payment, or of an order.';
grant execute on function private.stripe_apply_charge(jsonb) to service_role;

create function public.order_refund_read(refund_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', refund.id, 'order_id', refund.order_id, 'order_number', ordered.number, 'state', refund.state,
    'amount', refund.amount, 'currency', refund.currency, 'reason', refund.reason, 'lines', refund.lines,
    'shipping_amount', refund.shipping_amount, 'restock', refund.restock, 
    'failure', (select told.failure from private.order_refund_failures as told where told.refund_id = refund.id and refund.state = 'failed'),
    'stripe_refund_id', refund.stripe_refund_id,
    'stripe_payment_intent_id', coalesce(refund.stripe_payment_intent_id, ordered.stripe_payment_intent_id),
    'created_at', refund.created_at
  )
  from public.order_refunds as refund join public.orders as ordered on ordered.id = refund.order_id
  where refund.id = order_refund_read.refund_id;
$$;
comment on function public.order_refund_read(uuid) is 'Server RPC: a refund with what Stripe must be told; null when there is none.';
grant execute on function public.order_refund_read(uuid) to service_role;

create function public.order_refund_refused(refund_id uuid, failure text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform from public.orders as held
  where held.id = (select refund.order_id from public.order_refunds as refund where refund.id = order_refund_refused.refund_id)
  for no key update;
  -- What Stripe has made meanwhile cannot be refused any more.
  perform private.order_refund_fail(refund.id, order_refund_refused.failure)
  from public.order_refunds as refund where refund.id = order_refund_refused.refund_id and refund.state = 'open';
  return public.order_refund_read(order_refund_refused.refund_id);
end;
$$;
comment on function public.order_refund_refused(uuid, text) is
  'Server RPC: Stripe has definitely refused a refund; the refund as it is now.';
grant execute on function public.order_refund_refused(uuid, text) to service_role;
