-- The money of an order: each movement once, the counters beside it, and what the order is by them.

create function private.order_money(order_id uuid, kind text, amount bigint, stripe_id text, currency text default null)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  insert into private.money_movements (order_id, kind, amount, currency, stripe_id)
  select ordered.id, order_money.kind, order_money.amount, coalesce(order_money.currency, ordered.currency), order_money.stripe_id
  from public.orders as ordered where ordered.id = order_money.order_id
  on conflict on constraint money_movements_once_per_cause do nothing;
  if not found then
    return false;
  end if;
  update public.orders as ordered
  set paid_amount = ordered.paid_amount + case when order_money.kind = 'charge' then order_money.amount else 0 end,
      refunded_amount = ordered.refunded_amount
        - case when order_money.kind in ('refund', 'refund_failed') then order_money.amount else 0 end,
      disputed_amount = ordered.disputed_amount
        - case when order_money.kind in ('dispute', 'dispute_won') then order_money.amount else 0 end
  where ordered.id = order_money.order_id and ordered.currency = coalesce(order_money.currency, ordered.currency);
  return true;
end;
$$;
comment on function private.order_money(uuid, text, bigint, text, text) is
  'Writes a movement of an order''s money and counts it, in one transaction; what is in another currency than the order''s, no counter can hold. False, and nothing is written, when this charge, refund or dispute has moved it already.';
grant execute on function private.order_money(uuid, text, bigint, text, text) to service_role;

create table private.order_disputes (
  stripe_dispute_id text primary key,
  order_id          uuid not null references public.orders (id) on delete restrict,
  status            text not null,
  amount            bigint not null,
  currency          text not null,
  reason            text,
  evidence_due_by   timestamptz,
  created_at        timestamptz not null,
  updated_at        timestamptz not null default now(),
  constraint order_disputes_amount_positive check (amount > 0),
  constraint order_disputes_currency_iso check (currency ~ '^[A-Z]{3}$')
);
comment on table private.order_disputes is 'Disputes of orders, as Stripe holds them. Staff read them; evidence is given in Stripe''s dashboard.';
comment on column private.order_disputes.status is
  'needs_response and under_review hold the money; warning_* do not; won, lost, prevented end it. https://docs.stripe.com/api/disputes/object';
create index order_disputes_order on private.order_disputes (order_id);
create trigger order_disputes_touch before update on private.order_disputes
  for each row execute function private.touch();
alter table private.order_disputes enable row level security;
grant select, insert, update, delete on private.order_disputes to service_role;
insert into private.retention_reasons (relation, reason) values
  ('private.order_disputes', 'the books: why money of an order went back');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('private.order_disputes', 'none', '{}', '{}', 'disputes of orders by ids and amounts: what was disputed is in the orders');

create function private.order_base(order_id uuid)
returns text
language sql
stable
set search_path = ''
as $$
  -- The timeline knows; a column would forget what was before the state before.
  select event.to_status from public.order_events as event
  where event.order_id = order_base.order_id and event.kind = 'status'
    and event.to_status not in ('refunded', 'partially_refunded', 'disputed')
  order by event.id desc limit 1;
$$;
comment on function private.order_base(uuid) is
  'What an order was last besides what its money makes of it: paid, fulfilling, shipped, delivered, cancelled, expired, review or pending.';
grant execute on function private.order_base(uuid) to service_role;

create function private.order_extra(order_id uuid, currency text, out paid bigint, out back bigint, out waiting bigint)
language sql
stable
set search_path = ''
as $$
  select coalesce(sum(payment.paid), 0), coalesce(sum(least(payment.back, payment.paid)), 0),
    coalesce(sum(greatest(payment.paid - payment.back - payment.opened, 0)), 0)
  from (
    select coalesce(max(refund.amount) filter (where refund.reason = 'paid_twice'), 0) as paid,
      coalesce(sum(refund.amount) filter (where refund.state = 'done'), 0) as back,
      coalesce(sum(refund.amount) filter (where refund.state = 'open'), 0) as opened
    from public.order_refunds as refund
    where refund.order_id = order_extra.order_id and refund.currency = order_extra.currency
      and refund.stripe_payment_intent_id is not null
    group by refund.stripe_payment_intent_id
  ) as payment;
$$;
comment on function private.order_extra(uuid, text) is
  'Of payments besides an order''s own: what they came to, what of it is back, and what nobody gives back at the moment, since its refund failed.';
grant execute on function private.order_extra(uuid, text) to service_role;

create function private.order_restand(order_id uuid)
returns void
language sql
set search_path = ''
as $$
  update public.orders as ordered
  set status = stands.status
  from (
    select held.id, case
      when exists (
        select from private.order_disputes as dispute
        where dispute.order_id = held.id and dispute.status in ('needs_response', 'under_review')
      ) then 'disputed'
      when own.paid > 0 and own.back >= own.paid then 'refunded'
      -- Paid in another currency, and all of that is back.
      when own.paid = 0 and other.charges > 0 and other.net <= 0 then 'refunded'
      when own.back > 0
        and base.status in ('paid', 'fulfilling', 'shipped', 'delivered') then 'partially_refunded'
      else base.status
    end as status
    from public.orders as held
    cross join lateral (select private.order_base(held.id) as status) as base
    cross join lateral private.order_extra(held.id, held.currency) as extra
    cross join lateral (
      select held.paid_amount - extra.paid as paid, held.refunded_amount + held.disputed_amount - extra.back as back
    ) as own
    cross join lateral (
      select count(*) filter (where moved.kind = 'charge') as charges, coalesce(sum(moved.amount), 0) as net
      from private.money_movements as moved
      where moved.order_id = held.id and moved.currency <> held.currency and held.paid_at is not null
    ) as other
    where held.id = order_restand.order_id
  ) as stands
  where ordered.id = stands.id and ordered.status <> stands.status;
$$;
comment on function private.order_restand(uuid) is
  'Makes an order''s status what its money says: disputed, refunded, partially refunded, or what it was before.';
grant execute on function private.order_restand(uuid) to service_role;

create function private.order_worth(order_id uuid)
returns table (order_item_id uuid, quantity integer, net_amount bigint, tax_amount bigint)
language sql
stable
set search_path = ''
as $$
  -- What was paid for it, spread over what its lines and its shipping cost without tax by largest remainder,
  -- in steps that Stripe takes: in dinars a line's own total need not be one, and it must be refundable alone.
  with parts as (
    select line.id, line.quantity, line.total_amount as net, line.position
    from public.order_items as line where line.order_id = order_worth.order_id
    union all
    select null, 1, ordered.shipping_amount, 2147483647
    from public.orders as ordered where ordered.id = order_worth.order_id
  ), whole as (
    select ordered.total_amount / steps.step as units, steps.step, nullif((select sum(parts.net) from parts), 0) as net
    from public.orders as ordered
    cross join lateral (
      select case when ordered.total_amount % private.charge_step(ordered.currency) = 0
        then private.charge_step(ordered.currency) else 1 end as step
    ) as steps
    where ordered.id = order_worth.order_id
  ), shares as (
    select parts.*, whole.step,
      coalesce(div(whole.units * parts.net::numeric, whole.net), 0)::bigint as units,
      whole.units - sum(coalesce(div(whole.units * parts.net::numeric, whole.net), 0)) over () as missing,
      row_number() over (
        order by mod(whole.units * parts.net::numeric, whole.net) desc nulls last, parts.position
      ) as turn
    from parts cross join whole
  )
  select shares.id, shares.quantity, shares.net,
    (shares.units + case when shares.turn <= shares.missing then 1 else 0 end) * shares.step - shares.net
  from shares;
$$;
comment on function private.order_worth(uuid) is
  'What each line of an order is worth, and its shipping (null), without and of tax: their sums are the order''s total.';
grant execute on function private.order_worth(uuid) to service_role;

create function private.share_of(remaining bigint, quantity integer, units integer, step integer)
returns bigint
language sql
immutable
set search_path = ''
as $$
  select case when units >= quantity then remaining
    else (div(remaining::numeric * units, quantity::numeric * step) * step)::bigint end;
$$;
comment on function private.share_of(bigint, integer, integer, integer) is
  'What `units` of `quantity` are worth of what remains, in whole steps; the last ones all of it.';
grant execute on function private.share_of(bigint, integer, integer, integer) to service_role;
