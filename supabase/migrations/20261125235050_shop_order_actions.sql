-- What buyers and staff do with orders: cancel, send, refund. Each begins with the order's row, so that
-- whatever comes at the same moment (a payment, a shipment, another cancellation) is before or after it.

create function private.order_for(order_id uuid, buyer uuid, by_token boolean)
returns public.orders
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
begin
  select * into ordered from public.orders as held
  where held.id = order_for.order_id and (order_for.by_token or held.user_id = order_for.buyer)
  for no key update;
  if ordered.id is null then
    perform private.problem(404, 'order_not_found', 'No order of yours has this id.');
  end if;
  return ordered;
end;
$$;
comment on function private.order_for(uuid, uuid, boolean) is
  'An order, locked, for its buyer: the user who placed it, or whoever holds its signed link (`by_token`, which the caller has verified).';
grant execute on function private.order_for(uuid, uuid, boolean) to service_role;

create function private.order_cancel(ordered public.orders, by_staff boolean)
returns void
language plpgsql
set search_path = ''
as $$
declare
  base constant text := private.order_base(ordered.id);
  back bigint;
  foreign_money record;
  given jsonb := '{}';
begin
  if base = 'cancelled' then
    return;
  end if;
  if ordered.status not in ('paid', 'partially_refunded', 'fulfilling', 'review')
    or base not in ('paid', 'fulfilling', 'review')
    or not by_staff and base <> 'paid' then
    perform private.problem(409, 'order_not_cancellable', case
      when base in ('shipped', 'delivered') then 'The order is on its way: it can be returned.'
      when base = 'fulfilling' then 'The order is being packed: it can be returned once it has come.'
      when ordered.status = 'disputed' then 'The payment is disputed.'
      else 'The order is ' || ordered.status || '.' end);
  end if;
  update public.orders set status = 'cancelled' where id = ordered.id;
  back := private.order_left(ordered.id);
  if back > 0 then
    perform private.order_refund_open(ordered.id, null, 'cancelled', '[]', true, 'cancel:' || ordered.id);
    given := jsonb_build_object('refund', private.money(back, ordered.currency));
  end if;
  -- Paid in another currency than was asked for: exactly that goes back.
  for foreign_money in
    select moved.currency, private.order_left(ordered.id, moved.currency) as amount
    from private.money_movements as moved
    where moved.order_id = ordered.id and moved.currency <> ordered.currency
    group by moved.currency order by moved.currency
  loop
    continue when foreign_money.amount <= 0;
    perform private.order_payment_return(ordered.id, null, foreign_money.amount, foreign_money.currency, 'cancelled',
      'cancel:' || foreign_money.currency);
    given := jsonb_build_object('refund', private.money(foreign_money.amount, foreign_money.currency)) || given;
  end loop;
  -- Nothing was sent: what was refunded before without coming back is in stock all the same.
  perform private.order_restock(ordered.id, (
    select jsonb_agg(jsonb_build_object('order_item_id', line.id, 'quantity', line.quantity - line.restocked_quantity))
    from public.order_items as line where line.order_id = ordered.id
  ));
  perform private.order_mail(ordered.id, 'order_cancelled', 'order_cancelled:' || ordered.id, given);
end;
$$;
comment on function private.order_cancel(public.orders, boolean) is
  'Cancels a paid order, which must be locked: everything goes back, money and stock. Buyers may until it is packed, staff until it is sent.';
grant execute on function private.order_cancel(public.orders, boolean) to service_role;

create function public.order_cancel(
  order_id uuid, buyer uuid, by_token boolean, staff_reason text, session_ended boolean
)
returns text
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
begin
  if staff_reason is not null then
    perform private.staff_acts(buyer, staff_reason);
    ordered := private.order_for(order_cancel.order_id, null, true);
  else
    ordered := private.order_for(order_cancel.order_id, buyer, by_token);
    perform private.act_as(buyer);
  end if;
  if ordered.status = 'pending' then
    -- Somebody could still pay: Stripe's page is closed first.
    if not session_ended then
      return 'session_open';
    end if;
    perform private.order_release(
      ordered.id, 'cancelled', case when staff_reason is null then 'cancelled_by_buyer' else 'cancelled_by_staff' end
    );
    perform private.order_mail(ordered.id, 'order_cancelled', 'order_cancelled:' || ordered.id);
  elsif ordered.status = 'expired' and session_ended and ordered.paid_at is null then
    -- Stripe's word that the page is closed was faster: it is closed because the order was given up.
    update public.orders set status = 'cancelled' where id = ordered.id;
    perform private.order_mail(ordered.id, 'order_cancelled', 'order_cancelled:' || ordered.id);
  elsif ordered.status not in ('expired', 'cancelled') then
    perform private.order_cancel(ordered, staff_reason is not null);
  end if;
  if staff_reason is not null then
    perform private.audit_note('orders.cancel', ordered.id::text, null, jsonb_build_object(
      'status', jsonb_build_object('old', ordered.status, 'new', 'cancelled')
    ));
  end if;
  return (select held.status from public.orders as held where held.id = ordered.id);
end;
$$;
comment on function public.order_cancel(uuid, uuid, boolean, text, boolean) is
  'Server RPC: cancels an order for its buyer, or with a reason for staff (`buyer` is then the member of staff); the status that it has then, or `session_open` where its session at Stripe must be ended first. Again is the same.';
grant execute on function public.order_cancel(uuid, uuid, boolean, text, boolean) to service_role;

create function public.order_advance(
  staff uuid, order_id uuid, to_status text, carrier text, tracking_number text, tracking_url text, reason text
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
comment on function public.order_advance(uuid, uuid, text, text, text, text, text) is
  'Server RPC: staff say that an order is packed (fulfilling), sent (shipped) or has come (delivered); its status then. Again is the same; another tracking number is told to the buyer. Nothing unpaid, disputed or wholly refunded is sent.';
grant execute on function public.order_advance(uuid, uuid, text, text, text, text, text) to service_role;

create function public.order_refund(
  staff uuid, why text, order_id uuid, amount bigint, reason text, lines jsonb, restock boolean, cause text
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
  refund uuid;
begin
  perform private.staff_acts(staff, why);
  ordered := private.order_for(order_refund.order_id, null, true);
  if ordered.status = 'disputed' then
    perform private.problem(409, 'order_not_refundable', 'The payment is disputed: the bank decides about it.');
  end if;
  refund := private.order_refund_open(
    ordered.id, order_refund.amount, order_refund.reason, order_refund.lines, order_refund.restock,
    coalesce(order_refund.cause, gen_random_uuid()::text)
  );
  perform private.audit_note('orders.refund', ordered.id::text, null, jsonb_build_object(
    'refund', refund, 'amount', (select made.amount from public.order_refunds as made where made.id = refund),
    'currency', ordered.currency
  ));
  return public.order_refund_read(refund);
end;
$$;
comment on function public.order_refund(uuid, text, uuid, bigint, text, jsonb, boolean, text) is
  'Server RPC: staff open a refund, see private.order_refund_open; the refund. The same cause is the same refund.';
grant execute on function public.order_refund(uuid, text, uuid, bigint, text, jsonb, boolean, text) to service_role;

create function public.order_review_end(staff uuid, reason text, order_id uuid)
returns text
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
begin
  perform private.staff_acts(staff, reason);
  ordered := private.order_for(order_review_end.order_id, null, true);
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
comment on function public.order_review_end(uuid, text, uuid) is
  'Server RPC: staff accept an order whose money differed from it: it is paid, or partially refunded; its status then. To refuse it, cancel it.';
grant execute on function public.order_review_end(uuid, text, uuid) to service_role;

create function public.order_confirmation_send(staff uuid, reason text, order_id uuid, cause text)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
begin
  perform private.staff_acts(staff, reason);
  ordered := private.order_for(order_confirmation_send.order_id, null, true);
  if ordered.paid_at is null then
    perform private.problem(409, 'order_state_conflict', 'The order is not paid: there is nothing to confirm.');
  end if;
  perform private.audit_note('orders.confirm', ordered.id::text);
  return private.order_mail(ordered.id, 'order_confirmed', 'order_confirmed:' || ordered.id || ':' || cause) is not null;
end;
$$;
comment on function public.order_confirmation_send(uuid, text, uuid, text) is
  'Server RPC: staff send the confirmation of a paid order again; once a cause, false when it was sent or nobody can be written to.';
grant execute on function public.order_confirmation_send(uuid, text, uuid, text) to service_role;
