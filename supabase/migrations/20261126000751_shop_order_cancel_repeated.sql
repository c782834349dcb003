-- An unpaid order is cancelled in two steps, with Stripe in between. A request that dies there is repeated when
-- Stripe has told that the page is closed: then the order is expired, by that very request.

drop function public.order_cancel(uuid, uuid, boolean, text, boolean);
create function public.order_cancel(
  order_id uuid, buyer uuid, by_token boolean, staff_reason text, session_ended boolean,
  cause uuid default null
)
returns text
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
  became text;
  asked private.order_acts;
begin
  if staff_reason is not null then
    perform private.staff_acts(buyer, staff_reason);
    ordered := private.order_for(order_cancel.order_id, null, true);
  else
    ordered := private.order_for(order_cancel.order_id, buyer, by_token);
    perform private.act_as(buyer);
  end if;
  select * into asked from private.order_acts as known
  where known.order_id = ordered.id and known.cause = order_cancel.cause;
  if asked.is_done then
    return ordered.status;
  end if;
  if ordered.status = 'pending' then
    -- Somebody could still pay: Stripe's page is closed first.
    if not session_ended then
      if order_cancel.cause is not null then
        insert into private.order_acts (order_id, cause, is_done) values (ordered.id, order_cancel.cause, false)
        on conflict on constraint order_acts_pkey do nothing;
      end if;
      return 'session_open';
    end if;
    perform private.order_release(
      ordered.id, 'cancelled', case when staff_reason is null then 'cancelled_by_buyer' else 'cancelled_by_staff' end
    );
    perform private.order_mail(ordered.id, 'order_cancelled', 'order_cancelled:' || ordered.id);
  elsif ordered.status = 'expired' and ordered.paid_at is null and (session_ended or asked.cause is not null) then
    -- Stripe's word that the page is closed was faster: it is closed because the order was given up.
    update public.orders set status = 'cancelled' where id = ordered.id;
    perform private.order_mail(ordered.id, 'order_cancelled', 'order_cancelled:' || ordered.id);
  elsif ordered.status not in ('expired', 'cancelled') then
    perform private.order_cancel(ordered, staff_reason is not null);
  end if;
  if order_cancel.cause is not null then
    insert into private.order_acts (order_id, cause) values (ordered.id, order_cancel.cause)
    on conflict on constraint order_acts_pkey do update set is_done = true;
  end if;
  became := (select held.status from public.orders as held where held.id = ordered.id);
  if staff_reason is not null and became <> ordered.status then
    perform private.audit_note('orders.cancel', ordered.id::text, null, jsonb_build_object(
      'status', jsonb_build_object('old', ordered.status, 'new', became)
    ));
  end if;
  return became;
end;
$$;
comment on function public.order_cancel(uuid, uuid, boolean, text, boolean, uuid) is
  'Server RPC: cancels an order for its buyer, or with a reason for staff (`buyer` is then the member of staff); the status that it has then, or `session_open` where its session at Stripe must be ended first. Again is the same: with the same cause also where Stripe''s word of that end was faster.';
grant execute on function public.order_cancel(uuid, uuid, boolean, text, boolean, uuid) to service_role;
