-- What staff do with an order is done once for each request, however often the request is repeated: not
-- refused because it was done, and not done again to what has come meanwhile.

create table private.order_acts (
  order_id uuid not null references public.orders (id) on delete cascade,
  cause    uuid not null,
  acted_at timestamptz not null default now(),
  is_done  boolean not null default true,
  primary key (order_id, cause)
);
comment on table private.order_acts is
  'Which requests have acted on an order, in the transactions that acted: a repetition is answered and does nothing.';
comment on column private.order_acts.cause is 'The request, as it is noted under its Idempotency-Key.';
comment on column private.order_acts.is_done is
  'False between the two steps of a cancellation, while Stripe closes the page.';
create index order_acts_acted on private.order_acts (acted_at);
alter table private.order_acts enable row level security;
grant select, insert, update, delete on private.order_acts to service_role;
insert into private.retention_rules (name, relation, condition, keep, description) values
  ('order_acts', 'private.order_acts', 'acted_at < $1', '24 hours', 'which requests have acted on an order, for as long as their keys are kept');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('private.order_acts', 'none', '{}', '{}', 'which requests have acted on an order: random numbers');

create function private.order_act(order_id uuid, cause uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if order_act.cause is null then
    return true;
  end if;
  insert into private.order_acts (order_id, cause) values (order_act.order_id, order_act.cause)
  on conflict on constraint order_acts_pkey do nothing;
  return found;
end;
$$;
comment on function private.order_act(uuid, uuid) is
  'Notes that a request acts on an order, which must be locked; false when it has done so already. What is refused afterwards is not noted: its transaction ends.';
grant execute on function private.order_act(uuid, uuid) to service_role;

drop function public.order_advance(uuid, uuid, text, text, text, text, text);
create function public.order_advance(
  staff uuid, order_id uuid, to_status text, carrier text, tracking_number text, tracking_url text, reason text,
  cause uuid default null
)
returns text
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
  base text;
begin
  perform private.staff_acts(staff, coalesce(order_advance.reason, 'fulfilment'));
  ordered := private.order_for(order_advance.order_id, null, true);
  if not private.order_act(ordered.id, order_advance.cause) then
    return ordered.status;
  end if;
  base := private.order_base(ordered.id);
  if ordered.paid_at is null or ordered.status not in ('paid', 'partially_refunded', 'fulfilling', 'shipped', 'delivered') then
    perform private.problem(409, 'order_state_conflict', format(
      'The order is %s: it cannot become %s.', ordered.status, order_advance.to_status
    ));
  end if;
  -- All of it is on its way back to the buyer, though Stripe has not said so yet.
  if ordered.paid_amount > 0 and private.order_left(ordered.id) <= 0 then
    perform private.problem(409, 'order_state_conflict', 'All of this order is being refunded.');
  end if;
  if base in ('paid', 'fulfilling') and exists (
    select from public.order_items as line
    where line.order_id = ordered.id and line.restocked_quantity > line.refunded_quantity
  ) then
    perform private.problem(409, 'order_state_conflict',
      'Units of this order are on sale again, though their refund failed: refund them.');
  end if;
  if base in ('paid', 'fulfilling') and not exists (
    select from public.order_items as line
    where line.order_id = ordered.id and line.quantity > line.refunded_quantity
  ) then
    perform private.problem(409, 'order_state_conflict', 'Nothing of this order is left to send.');
  end if;
  if (base, order_advance.to_status) not in (
    ('paid', 'fulfilling'), ('paid', 'shipped'), ('fulfilling', 'fulfilling'), ('fulfilling', 'shipped'),
    ('shipped', 'shipped'), ('shipped', 'delivered'), ('delivered', 'delivered')
  ) then
    perform private.problem(409, 'order_state_conflict', format(
      'The order is %s: it cannot become %s.', base, order_advance.to_status
    ));
  end if;
  if order_advance.to_status = 'shipped' and (base <> 'shipped'
    or (ordered.carrier, ordered.tracking_number, ordered.tracking_url)
      is distinct from (order_advance.carrier, order_advance.tracking_number, order_advance.tracking_url)) then
    update public.orders as held
    set carrier = order_advance.carrier, tracking_number = order_advance.tracking_number,
        tracking_url = order_advance.tracking_url, shipped_at = coalesce(held.shipped_at, private.now()),
        status = case when base = 'shipped' then held.status else 'shipped' end
    where held.id = ordered.id;
    -- A correction is told as well: the buyer would look for the wrong parcel.
    perform private.order_mail(ordered.id, 'order_shipped', 'order_shipped:' || ordered.id || ':' || md5(concat_ws(
      '|', order_advance.carrier, order_advance.tracking_number, order_advance.tracking_url
    )));
  elsif base <> order_advance.to_status then
    update public.orders as held
    set status = order_advance.to_status,
        delivered_at = case when order_advance.to_status = 'delivered' then private.now() end
    where held.id = ordered.id;
  else
    return ordered.status;
  end if;
  perform private.audit_note('orders.' || order_advance.to_status, ordered.id::text, null, jsonb_strip_nulls(jsonb_build_object(
    'status', jsonb_build_object('old', ordered.status, 'new', order_advance.to_status),
    'carrier', order_advance.carrier, 'tracking_number', order_advance.tracking_number
  )));
  return order_advance.to_status;
end;
$$;
comment on function public.order_advance(uuid, uuid, text, text, text, text, text, uuid) is
  'Server RPC: staff say that an order is packed (fulfilling), sent (shipped) or has come (delivered); its status then. Again is the same; another tracking number is told to the buyer. Nothing unpaid, disputed or wholly refunded is sent. The same cause acts once.';
grant execute on function public.order_advance(uuid, uuid, text, text, text, text, text, uuid) to service_role;

drop function public.order_review_end(uuid, text, uuid);
create function public.order_review_end(staff uuid, reason text, order_id uuid, cause uuid default null)
returns text
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
begin
  perform private.staff_acts(staff, reason);
  ordered := private.order_for(order_review_end.order_id, null, true);
  if not private.order_act(ordered.id, order_review_end.cause) then
    return ordered.status;
  end if;
  if ordered.status <> 'review' or ordered.paid_at is null then
    perform private.problem(409, 'order_state_conflict', format(
      'Only an order in review whose payment has come can be accepted: this one is %s.', ordered.status
    ));
  end if;
  update public.orders set status = 'paid' where id = ordered.id;
  -- What was refunded or disputed while people looked at it.
  perform private.order_restand(ordered.id);
  perform private.audit_note('orders.accept', ordered.id::text);
  return (select held.status from public.orders as held where held.id = ordered.id);
end;
$$;
comment on function public.order_review_end(uuid, text, uuid, uuid) is
  'Server RPC: staff accept an order whose money differed from it: it is paid, or partially refunded; its status then. To refuse it, cancel it. The same cause accepts once: not what is looked at again afterwards.';
grant execute on function public.order_review_end(uuid, text, uuid, uuid) to service_role;
