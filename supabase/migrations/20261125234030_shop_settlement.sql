-- What becomes of an order by what Stripe says of its checkout session: paid, released, or for people to
-- look at. Each is one transaction under the order's row lock, and nothing the second time.

create function private.order_stock_sell(order_id uuid, from_hold boolean)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  -- All or nothing: the block undoes the lines that were sold before one was missing.
  if not (
    select bool_and(private.stock_change(item.variant_id, 'sold', -item.quantity,
      case when from_hold then -item.quantity else 0 end, order_stock_sell.order_id))
    from (
      select line.variant_id, line.quantity from public.order_items as line
      where line.order_id = order_stock_sell.order_id order by line.variant_id
    ) as item
  ) then
    raise exception using errcode = 'no_data_found';
  end if;
  return true;
exception when no_data_found then
  return false;
end;
$$;
comment on function private.order_stock_sell(uuid, boolean) is
  'Takes an order''s lines off the stock, from what it holds or else from what is free; false, and nothing is taken, when one of them is not there.';
grant execute on function private.order_stock_sell(uuid, boolean) to service_role;

create function private.order_stock_release(order_id uuid)
returns void
language sql
set search_path = ''
as $$
  -- By the ledger and not by the lines: what is no longer held is not released again.
  select private.stock_change(held.variant_id, 'released', 0, -held.quantity, order_stock_release.order_id)
  from (
    select moved.variant_id, sum(moved.reserved_delta)::integer as quantity
    from private.stock_movements as moved
    where moved.order_id = order_stock_release.order_id
    group by moved.variant_id having sum(moved.reserved_delta) > 0
    order by moved.variant_id
  ) as held;
$$;
comment on function private.order_stock_release(uuid) is 'Frees what an order still holds of the stock.';
grant execute on function private.order_stock_release(uuid) to service_role;

create function private.discount_release(order_id uuid)
returns void
language sql
set search_path = ''
as $$
  with released as (
    update private.discount_redemptions as redemption set released_at = private.now()
    where redemption.order_id = discount_release.order_id and redemption.released_at is null
    returning redemption.discount_id
  )
  update public.discounts as held set redeemed = held.redeemed - 1 from released where held.id = released.discount_id;
$$;
comment on function private.discount_release(uuid) is 'Gives back the redemption of an order that was not paid.';
grant execute on function private.discount_release(uuid) to service_role;

create function private.order_note(order_id uuid, kind text, note text default null)
returns void
language sql
set search_path = ''
as $$ insert into public.order_events (order_id, kind, note) values (order_note.order_id, order_note.kind, order_note.note) $$;
comment on function private.order_note(uuid, text, text) is 'Writes into an order''s timeline what happened besides its status.';
grant execute on function private.order_note(uuid, text, text) to service_role;

create function private.order_release(order_id uuid, to_status text, reason text)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  perform from public.orders as held
  where held.id = order_release.order_id and held.status = 'pending'
  for no key update;
  if not found then
    return false;
  end if;
  perform private.order_stock_release(order_release.order_id);
  perform private.discount_release(order_release.order_id);
  perform private.order_note(order_release.order_id, order_release.reason);
  update public.orders set status = order_release.to_status where id = order_release.order_id;
  return true;
end;
$$;
comment on function private.order_release(uuid, text, text) is
  'Ends a pending order as `expired` or `cancelled`: frees its stock and its discount, and notes the reason, a kind of order_events. False when it is no longer pending. Its session at Stripe must be expired, or never have been, before: a hold is not released while somebody can still pay.';
grant execute on function private.order_release(uuid, text, text) to service_role;

create function public.order_release(order_id uuid, to_status text, reason text)
returns boolean
language sql
set search_path = ''
as $$ select private.order_release(order_release.order_id, order_release.to_status, order_release.reason) $$;
comment on function public.order_release(uuid, text, text) is 'Server RPC: private.order_release.';
grant execute on function public.order_release(uuid, text, text) to service_role;

create function private.order_paid(order_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  basket text;
begin
  select request.cart into basket from private.order_requests as request where request.order_id = order_paid.order_id;
  update public.orders set status = 'paid', paid_at = coalesce(paid_at, private.now()) where id = order_paid.order_id;
  perform private.order_mail(order_paid.order_id, 'order_confirmed', 'paid:' || order_paid.order_id);
  if basket is not null then
    perform private.enqueue('cart_take', jsonb_build_object('cart', basket, 'order_id', order_paid.order_id), 'order:' || order_paid.order_id);
  end if;
end;
$$;
comment on function private.order_paid(uuid) is
  'Makes an order paid whose stock is sold, with what follows: the confirmation, and the bought lines leave the cart.';
grant execute on function private.order_paid(uuid) to service_role;

create function private.order_settle_free(order_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- Nothing to pay: Stripe is not asked, and nobody has to type a card.
  if exists (select from public.orders as placed where placed.id = order_settle_free.order_id and placed.total_amount = 0) then
    if not private.order_stock_sell(order_settle_free.order_id, from_hold => true) then
      raise exception 'order %: its hold is gone', order_settle_free.order_id;
    end if;
    perform private.order_paid(order_settle_free.order_id);
  end if;
end;
$$;
comment on function private.order_settle_free(uuid) is 'Makes an order paid that costs nothing; others are left as they are.';
grant execute on function private.order_settle_free(uuid) to service_role;

create function private.order_review(order_id uuid, reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.order_note(order_review.order_id, order_review.reason);
  -- What was refunded or disputed already stays so; its note and the ledger tell of the money.
  update public.orders as held set status = 'review'
  where held.id = order_review.order_id and exists (
    select from private.order_transitions as allowed
    where allowed.from_status = held.status and allowed.to_status = 'review'
  );
end;
$$;
comment on function private.order_review(uuid, text) is
  'Stops an order for people to look at; what it holds of the stock stays held. The alert orders_in_review tells staff.';
grant execute on function private.order_review(uuid, text) to service_role;

create function private.order_settle(held public.orders, record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  total constant bigint := (record ->> 'amount_total')::bigint;
  tax constant bigint := coalesce((record ->> 'amount_tax')::bigint, 0);
  received constant bigint := coalesce((record ->> 'amount_received')::bigint, total);
  agrees constant boolean := record ->> 'currency' = held.currency and total - tax = held.total_amount - held.tax_amount
    and received = total and (tax = 0 or (record ->> 'automatic_tax')::boolean);
  same_currency constant boolean := record ->> 'currency' = held.currency;
  late constant text := 'late_payment:' || (record ->> 'id');
begin
  if received > 0 then
    insert into private.money_movements (order_id, kind, amount, currency, stripe_id)
    values (held.id, 'charge', received, record ->> 'currency', coalesce(record ->> 'charge_id', record ->> 'payment_intent_id', record ->> 'id'))
    on conflict on constraint money_movements_once_per_cause do nothing;
  end if;
  update public.orders as paid
  set paid_at = coalesce(paid.paid_at, private.now()),
      paid_amount = paid.paid_amount + case when same_currency then received else 0 end,
      tax_amount = case when agrees then tax else paid.tax_amount end,
      total_amount = case when agrees then total else paid.total_amount end,
      stripe_payment_intent_id = coalesce(paid.stripe_payment_intent_id, record ->> 'payment_intent_id')
  where paid.id = held.id;

  if not agrees then
    perform private.order_review(held.id, 'amount_differs');
  elsif held.status = 'pending' then
    if private.order_stock_sell(held.id, from_hold => true) then
      perform private.order_paid(held.id);
    else
      perform private.order_review(held.id, 'stock_missing');
    end if;
  elsif held.status = 'expired' and private.order_stock_sell(held.id, from_hold => false) then
    -- He pays what he was asked for: the discount counts again, over its limit if it must.
    with again as (
      update private.discount_redemptions as redemption set released_at = null
      where redemption.order_id = held.id and redemption.released_at is not null
      returning redemption.discount_id
    )
    update public.discounts as given set redeemed = given.redeemed + 1 from again where given.id = again.discount_id;
    perform private.order_note(held.id, 'paid_late');
    perform private.order_paid(held.id);
  else
    -- Its stock is somebody else's by now, or the buyer has given it up: the money goes back by itself.
    perform private.order_note(held.id, 'paid_late');
    perform private.order_refund_open(held.id, null, 'late_payment', '[]'::jsonb, false, late);
    perform private.order_mail(held.id, 'order_expired_paid', late,
      jsonb_build_object('amount', private.money(received, held.currency)));
  end if;
end;
$$;
comment on function private.order_settle(public.orders, jsonb) is
  'Settles a paid session with the order that it is for, which must be locked: stock, ledger, counters, mail. Money that differs from the order''s makes it `review`; money that came after its end, an order again where the stock is still there, else a refund.';
grant execute on function private.order_settle(public.orders, jsonb) to service_role;

create function private.order_apply_session(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  held public.orders;
  paid constant boolean := record ->> 'status' = 'complete' and record ->> 'payment_status' in ('paid', 'no_payment_required');
begin
  select * into held from public.orders as ours
  where ours.id = private.uuid_or_null(record ->> 'order_id')
  for no key update;
  if held.id is null then
    return; -- Another product's session in the same Stripe account, or a subscription's.
  end if;
  if held.stripe_session_id is null then
    -- Its creation was never answered.
    update public.orders as ours set stripe_session_id = record ->> 'id' where ours.id = held.id;
  elsif held.stripe_session_id <> record ->> 'id' then
    -- One order has one session, by Stripe's idempotency key. What another one paid goes back.
    if paid then
      perform private.order_paid_again(held, record);
    end if;
    return;
  end if;

  if paid then
    if held.paid_at is null then
      perform private.order_settle(held, record);
    end if;
  elsif record ->> 'status' = 'expired' then
    perform private.order_release(held.id, 'expired', 'session_expired');
  elsif record ->> 'status' = 'complete' and held.status = 'pending' then
    -- A bank debit: the session is complete, and the money takes days, or does not come.
    if record ->> 'payment_intent_status' in ('requires_payment_method', 'canceled') then
      if private.order_release(held.id, 'cancelled', 'payment_failed') then
        perform private.order_mail(held.id, 'order_cancelled', 'payment_failed:' || (record ->> 'id'));
      end if;
    elsif not exists (
      select from public.order_events as told where told.order_id = held.id and told.kind = 'payment_processing'
    ) then
      perform private.order_note(held.id, 'payment_processing');
    end if;
  end if;
end;
$$;
comment on function private.order_apply_session(jsonb) is
  'Brings an order to what its checkout session is now, as checkoutSessionRecord() of _shared/billing/records.ts tells it. A session that is no order''s is left alone.';
grant execute on function private.order_apply_session(jsonb) to service_role;

create or replace function private.stripe_apply_checkout_session(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if record ->> 'order_id' is not null then
    perform private.order_apply_session(record);
    return;
  end if;
  -- Paid: its subscription's own sync closes the purchase. Expired: nothing was bought.
  update private.subscription_intents as intent
  set state = case when record ->> 'status' = 'expired' then 'abandoned' else intent.state end,
      closed_at = case when record ->> 'status' = 'expired' then now() else intent.closed_at end,
      stripe_session_id = record ->> 'id',
      stripe_subscription_id = coalesce(record ->> 'subscription_id', intent.stripe_subscription_id)
  from private.billing_customers as customer
  where intent.state = 'open' and customer.stripe_customer_id = record ->> 'customer_id'
    and intent.workspace_id = customer.workspace_id
    and (intent.stripe_session_id = record ->> 'id' or intent.id = private.uuid_or_null(record ->> 'intent_id'));
end;
$$;
comment on function private.stripe_apply_checkout_session(jsonb) is
  'Tells a purchase or an order on Stripe''s page what became of it.';
