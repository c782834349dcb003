-- Nothing depends on a webhook: the sweep looks at orders that are still pending, first after five minutes,
-- and asks Stripe. And who ends a review decides about what it holds.

create function public.orders_to_look_at(batch integer)
returns jsonb
language sql
set search_path = ''
as $$
  with due as (
    select request.order_id from private.order_requests as request
    where request.closed_at is null and request.look_at <= private.now()
    order by request.look_at
    limit orders_to_look_at.batch
    for update skip locked
  ), looked as (
    update private.order_requests as request
    -- After 5, 10, 20, 40 minutes, then each hour; and when the hold ends, whatever comes first. Noted
    -- before Stripe is asked: whoever dies at it does not keep the others from their turn.
    set look_at = case
      when placed.expires_at > private.now() then least(placed.expires_at + interval '5 seconds', waited.until)
      else waited.until
    end
    from due join public.orders as placed on placed.id = due.order_id
    cross join lateral (
      select private.now() + least(greatest(private.now() - placed.created_at, interval '5 minutes'), interval '1 hour') as until
    ) as waited
    where request.order_id = due.order_id
    returning request.order_id
  )
  select coalesce(jsonb_agg(order_id), '[]') from looked;
$$;
comment on function public.orders_to_look_at(integer) is
  'Server RPC: pending orders of which Stripe is to be asked now, each to one caller; the next time is noted.';
grant execute on function public.orders_to_look_at(integer) to service_role;

create function public.order_checkout_record(order_id uuid, session_id text)
returns boolean
language sql
set search_path = ''
as $$
  with recorded as (
    update public.orders as placed set stripe_session_id = order_checkout_record.session_id
    where placed.id = order_checkout_record.order_id and placed.stripe_session_id is null
    returning 1
  )
  select exists (select from recorded);
$$;
comment on function public.order_checkout_record(uuid, text) is
  'Server RPC: notes which session at Stripe an order is paid by; false when one is noted already.';
grant execute on function public.order_checkout_record(uuid, text) to service_role;

create function public.order_find(order_id uuid, session_id text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.order_checkout(placed.id) from public.orders as placed
  where case when order_find.order_id is not null then placed.id = order_find.order_id
    else placed.stripe_session_id = order_find.session_id end;
$$;
comment on function public.order_find(uuid, text) is
  'Server RPC: the order of an id or else of a checkout session, as private.order_checkout tells it; null when there is none.';
grant execute on function public.order_find(uuid, text) to service_role;

create function private.order_review_ends()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  holds constant boolean := coalesce((
    select sum(moved.reserved_delta) > 0 from private.stock_movements as moved where moved.order_id = new.id
  ), false);
begin
  if new.status <> 'paid' then
    perform private.order_stock_release(new.id);
  elsif not exists (
    select from private.stock_movements as moved where moved.order_id = new.id and moved.kind = 'sold'
  ) then
    -- What was refunded meanwhile is not sent: it is free again, whatever is left.
    perform private.order_unsold(new.id);
    if not private.order_stock_sell(new.id, from_hold => holds) then
      perform private.problem(409, 'out_of_stock', 'What was ordered is no longer there: refund the order instead.');
    end if;
    perform private.order_mail(new.id, 'order_confirmed', 'paid:' || new.id);
  end if;
  return null;
end;
$$;
comment on function private.order_review_ends() is
  'Trigger: an order that people have looked at takes what it holds of the stock, or frees it. Security definer: whoever decides may not move stock otherwise.';
create trigger orders_review_ends after update of status on public.orders
  for each row when (old.status = 'review' and new.status in ('paid', 'cancelled', 'refunded'))
  execute function private.order_review_ends();

insert into private.schedule_rules (kind, every) values ('orders_sweep', '1 minute');
