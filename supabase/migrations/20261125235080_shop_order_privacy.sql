-- Orders and the people behind them. The books stay, the person goes: with the account, once the order is
-- over; a guest, after three years, in which a defect may still be claimed and a court asked.

alter table public.orders add column forget boolean not null default false;
comment on column public.orders.forget is
  'Its buyer''s account is gone: who it was is forgotten 30 days after the order is over, when nobody waits for a parcel or a refund any more.';

alter table public.order_events add column user_id uuid references auth.users (id) on delete set null;
comment on column public.order_events.user_id is 'The order''s, beside it for policies and exports.';
create index order_events_user on public.order_events (user_id);

create function private.order_event_owner()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  select ordered.user_id into new.user_id from public.orders as ordered where ordered.id = new.order_id;
  return new;
end;
$$;
comment on function private.order_event_owner() is 'Trigger: an entry of a timeline is read by whose order it is.';
create trigger order_events_owner before insert on public.order_events
  for each row execute function private.order_event_owner();

drop policy "Buyers read the timeline of their own orders" on public.order_events;
create policy "Buyers read the timeline of their own orders"
  on public.order_events for select to authenticated using (user_id = (select auth.uid()));

update private.personal_data
set scope = 'user', owner_columns = '{user_id}', note = 'what became of orders'
where relation = 'public.order_events';

create function private.order_over(held public.orders, at timestamptz default private.now())
returns boolean
language sql
stable
set search_path = ''
as $$
  select held.status in ('delivered', 'cancelled', 'expired', 'refunded')
    or held.status not in ('disputed', 'review') and (
      held.delivered_at is not null
      -- Nobody says of every parcel that it has come, and what is not sent at all is never delivered.
      or held.shipped_at < order_over.at - interval '60 days'
      or held.shipping_rate is null and held.paid_at < order_over.at - interval '60 days'
    )
$$;
comment on function private.order_over(public.orders, timestamptz) is
  'Whether nothing of an order is to be sent or paid back any more: it ended, or has come, or 60 days ago was sent, or paid where nothing is sent.';
grant execute on function private.order_over(public.orders, timestamptz) to service_role;

create function private.order_buyer_leaves()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if private.order_over(new) then
    new.customer_email := null;
    new.shipping_address := null;
  else
    -- What was paid for is still sent, and told of.
    new.forget := true;
  end if;
  return new;
end;
$$;
comment on function private.order_buyer_leaves() is
  'Trigger: with the account of its buyer an order that is over forgets who it was; one that is not, when it is.';
create trigger orders_buyer_leaves before update of user_id on public.orders
  for each row when (old.user_id is not null and new.user_id is null)
  execute function private.order_buyer_leaves();

create function private.order_return_forget()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.reason := null;
  return new;
end;
$$;
comment on function private.order_return_forget() is 'Trigger: the words of whose account is gone are forgotten.';
create trigger order_returns_forget before update of user_id on public.order_returns
  for each row when (old.user_id is not null and new.user_id is null)
  execute function private.order_return_forget();

create index orders_to_forget on public.orders (updated_at) where forget;
create index orders_of_guests on public.orders (created_at)
  where user_id is null and (customer_email is not null or shipping_address is not null);
insert into private.retention_rules (name, relation, condition, action, keep, description) values
  ('orders_of_deleted_accounts', 'public.orders',
   $$forget and private.order_over(orders, $1) and updated_at < $1$$,
   $$customer_email = null, shipping_address = null, forget = false$$, '30 days',
   'who placed an order, after the account is gone and the order over'),
  ('orders_of_guests', 'public.orders',
   $$user_id is null and (customer_email is not null or shipping_address is not null) and created_at < $1$$,
   $$customer_email = null, shipping_address = null$$, '3 years', 'who placed an order as a guest'),
  ('order_returns_of_guests', 'public.order_returns',
   $$user_id is null and reason is not null and created_at < $1$$,
   $$reason = null$$, '3 years', 'the words with which guests asked to send something back');
create index order_returns_words on public.order_returns (created_at) where reason is not null;
