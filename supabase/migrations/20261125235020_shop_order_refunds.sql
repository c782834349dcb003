-- Refunds of orders. The row is written before Stripe is asked and counts as given back until Stripe has
-- said no: so requests at once, ours and the dashboard's, cannot give back more than was paid.

create function private.order_left(order_id uuid, currency text default null)
returns bigint
language sql
stable
set search_path = ''
as $$
  select case when ordered.currency = sought.currency
      then ordered.paid_amount - ordered.refunded_amount - ordered.disputed_amount
      else coalesce((
        select sum(moved.amount) from private.money_movements as moved
        where moved.order_id = ordered.id and moved.currency = sought.currency
      ), 0) end
    - coalesce((
      select sum(pending.amount) from public.order_refunds as pending
      where pending.order_id = ordered.id and pending.state = 'open' and pending.currency = sought.currency
    ), 0)
    - extra.waiting
  from public.orders as ordered
  cross join lateral (select coalesce(order_left.currency, ordered.currency) as currency) as sought
  cross join lateral private.order_extra(ordered.id, sought.currency) as extra
  where ordered.id = order_left.order_id;
$$;
comment on function private.order_left(uuid, text) is
  'What of an order''s own payment is still to be refunded, in its currency or another in which it was paid: neither back nor on its way back, nor disputed.';
grant execute on function private.order_left(uuid, text) to service_role;

create function private.order_refund_lines(order_id uuid, lines jsonb)
returns table (order_item_id uuid, quantity integer, net_amount bigint, tax_amount bigint)
language plpgsql
stable
set search_path = ''
as $$
declare
  step constant integer := (
    select private.charge_step(ordered.currency) from public.orders as ordered where ordered.id = order_refund_lines.order_id
  );
  wanted record;
begin
  for wanted in
    select asked.item, asked.units, asked.shipping, worth.net_amount as net, worth.tax_amount as tax,
      line.quantity as had, line.refunded_quantity as gone, line.refunded_amount as net_gone,
      -- From the refunds that hold: one that failed took with it what its units were worth then.
      coalesce((
        select sum((part ->> 'tax_amount')::bigint)
        from public.order_refunds as earlier, jsonb_array_elements(earlier.lines) as part
        where earlier.order_id = order_refund_lines.order_id and earlier.state <> 'failed'
          and (part ->> 'order_item_id')::uuid = line.id
      ), 0)::bigint as tax_gone
    from (
      select (one ->> 'order_item_id')::uuid as item, coalesce((one ->> 'shipping')::boolean, false) as shipping,
        sum((one ->> 'quantity')::integer)::integer as units
      from jsonb_array_elements(order_refund_lines.lines) as one group by 1, 2
    ) as asked
    left join private.order_worth(order_refund_lines.order_id) as worth
      on worth.order_item_id is not distinct from asked.item and asked.shipping = (asked.item is null)
    left join public.order_items as line on line.id = worth.order_item_id
    order by asked.item
  loop
    if wanted.net is null then
      perform private.problem(422, 'order_line_unknown', 'No line of this order has this id.');
    end if;
    if wanted.shipping then
      -- Given back once, and then all that is left of it.
      return query select null::uuid, 1, wanted.net, wanted.tax
      where not exists (
        select from public.order_refunds as earlier
        where earlier.order_id = order_refund_lines.order_id and earlier.state <> 'failed' and earlier.shipping_amount > 0
      );
      continue;
    end if;
    if wanted.units is null or wanted.units < 1 or wanted.units > wanted.had - wanted.gone then
      perform private.problem(422, 'refund_exceeds_order', format(
        'Of line %s %s of %s are left to refund.', wanted.item, wanted.had - wanted.gone, wanted.had
      ));
    end if;
    order_item_id := wanted.item;
    quantity := wanted.units;
    -- Of what is left of the line, and the last units take all of it.
    net_amount := private.share_of(wanted.net - wanted.net_gone, wanted.had - wanted.gone, wanted.units, 1);
    -- Net and tax together come in steps that can be charged.
    tax_amount := private.share_of(
      wanted.net + wanted.tax - wanted.net_gone - wanted.tax_gone, wanted.had - wanted.gone, wanted.units, step
    ) - net_amount;
    return next;
  end loop;
end;
$$;
comment on function private.order_refund_lines(uuid, jsonb) is
  'What units of lines [{order_item_id, quantity} or {shipping: true}] are worth: their share of what is left of the line, so that over all refunds that hold it is the line''s worth, to the last minor unit.';
grant execute on function private.order_refund_lines(uuid, jsonb) to service_role;

create function private.order_restock(order_id uuid, lines jsonb, note text default null, actor_id uuid default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  back record;
begin
  for back in
    -- In the order in which everybody takes variants. Never more than this order has taken from the stock.
    select line.id, line.variant_id, least(
      units.quantity, line.quantity - line.restocked_quantity,
      -(select coalesce(sum(moved.on_hand_delta), 0) from private.stock_movements as moved
        where moved.order_id = order_restock.order_id and moved.variant_id = line.variant_id)
    )::integer as quantity
    from (
      select (one ->> 'order_item_id')::uuid as item, sum((one ->> 'quantity')::integer) as quantity
      from jsonb_array_elements(order_restock.lines) as one where one ? 'order_item_id' group by 1
    ) as units
    join public.order_items as line on line.id = units.item
    where line.order_id = order_restock.order_id and line.variant_id is not null
    order by line.variant_id
  loop
    continue when back.quantity < 1;
    perform private.stock_change(
      back.variant_id, 'restocked', back.quantity, 0, order_restock.order_id, order_restock.note, order_restock.actor_id
    );
    update public.order_items as line
    set restocked_quantity = line.restocked_quantity + back.quantity where line.id = back.id;
  end loop;
end;
$$;
comment on function private.order_restock(uuid, jsonb, text, uuid) is
  'Puts units of an order''s lines [{order_item_id, quantity}] back into stock; each at most once, and none that was never taken out.';
grant execute on function private.order_restock(uuid, jsonb, text, uuid) to service_role;

create function private.order_unsold(order_id uuid)
returns void
language sql
set search_path = ''
as $$
  -- Written as if it had been sold and come back, which is what the lines' counters then say.
  with back as (
    select line.id, line.variant_id, line.refunded_quantity - line.restocked_quantity as quantity
    from public.order_items as line
    where line.order_id = order_unsold.order_id and line.refunded_quantity > line.restocked_quantity
      and line.variant_id is not null
    order by line.variant_id
  ), free as (
    select back.*, private.stock_change(back.variant_id, 'restocked', back.quantity, 0, order_unsold.order_id) as done
    from back
  )
  update public.order_items as line set restocked_quantity = line.restocked_quantity + free.quantity
  from free where line.id = free.id and free.done;
$$;
comment on function private.order_unsold(uuid) is
  'Before an order that people have looked at is sold: what was refunded of it stays in stock.';
grant execute on function private.order_unsold(uuid) to service_role;

create function private.refund_cause(order_id uuid, cause text)
returns text
language sql
immutable
set search_path = ''
as $$ select encode(sha256(convert_to(refund_cause.order_id || ':' || refund_cause.cause, 'UTF8')), 'hex') $$;
comment on function private.refund_cause(uuid, text) is 'What asked for a refund of an order, hashed.';
grant execute on function private.refund_cause(uuid, text) to service_role;

create function private.order_refund_open(
  order_id uuid, amount bigint, reason text, lines jsonb, restock boolean, cause text
)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
  made uuid;
  -- With the order: the same request key of another order's is another refund.
  hash constant text := private.refund_cause(order_refund_open.order_id, order_refund_open.cause);
  remaining bigint;
  whole boolean;
  given bigint := order_refund_open.amount;
  asked jsonb := coalesce(nullif(order_refund_open.lines, 'null'), '[]');
  covered jsonb := '[]';
  worth bigint;
  shipping bigint := 0;
begin
  -- One at a time an order: refunds, cancellations, disputes and shipments all begin with its row.
  select * into ordered from public.orders as held where held.id = order_refund_open.order_id for no key update;
  if ordered.id is null then
    perform private.problem(404, 'order_not_found', 'There is no such order.');
  end if;
  select known.id into made from public.order_refunds as known where known.cause = hash;
  if made is not null then
    return made;
  end if;
  remaining := private.order_left(ordered.id);
  if remaining <= 0 then
    perform private.problem(409, 'order_not_refundable', case
      when ordered.paid_amount = 0 then 'Nothing was paid for this order.'
      else 'All of this order was refunded, or is on its way back.' end);
  end if;
  whole := asked = '[]' and coalesce(given, remaining) = remaining;
  if given > remaining then
    perform private.problem(422, 'refund_exceeds_order', format(
      'Of this order %s %s in minor units are left to refund.', remaining, ordered.currency
    ));
  end if;
  if whole then
    given := remaining;
    select coalesce(jsonb_agg(jsonb_build_object('order_item_id', line.id, 'quantity', line.quantity - line.refunded_quantity)), '[]')
      || '[{"shipping": true}]'
    into asked
    from public.order_items as line
    where line.order_id = ordered.id and line.quantity > line.refunded_quantity;
  end if;
  if given % private.charge_step(ordered.currency) <> 0 then
    perform private.problem(422, 'invalid_body', format(
      'An amount of %s goes in steps of %s.', ordered.currency, private.charge_step(ordered.currency)
    ));
  end if;
  if asked <> '[]' then
    select coalesce(sum(part.net_amount + part.tax_amount), 0),
      coalesce(sum(part.net_amount + part.tax_amount) filter (where part.order_item_id is null), 0),
      coalesce(jsonb_agg(jsonb_build_object(
        'order_item_id', part.order_item_id, 'quantity', part.quantity,
        'amount', part.net_amount, 'tax_amount', part.tax_amount
      ) order by part.order_item_id) filter (where part.order_item_id is not null), '[]')
    into worth, shipping, covered
    from private.order_refund_lines(ordered.id, asked) as part;
    if not whole and coalesce(given, worth) > least(worth, remaining) then
      perform private.problem(422, 'refund_exceeds_order', format(
        'These lines are worth %s, and of this order %s %s in minor units are left to refund.',
        worth, remaining, ordered.currency
      ));
    end if;
    given := coalesce(given, worth);
    if given = 0 then
      perform private.problem(409, 'order_not_refundable', 'These lines cost nothing: there is nothing to give back.');
    end if;
  elsif order_refund_open.restock then
    perform private.problem(422, 'invalid_body', 'Say which lines come back into stock.');
  end if;

  insert into public.order_refunds (order_id, user_id, amount, currency, reason, lines, shipping_amount, restock, cause)
  values (ordered.id, ordered.user_id, given, ordered.currency, order_refund_open.reason, covered,
          least(shipping, given), coalesce(order_refund_open.restock, false), hash)
  returning id into made;
  perform private.order_refund_count(made, 1);
  if order_refund_open.restock then
    perform private.order_restock(ordered.id, covered);
  end if;
  insert into public.order_events (order_id, kind) values (ordered.id, 'refund_opened');
  perform private.enqueue('order_refund', jsonb_build_object('refund_id', made), 'order_refund:' || made);
  return made;
end;
$$;
comment on function private.order_refund_open(uuid, bigint, text, jsonb, boolean, text) is
  'Opens a refund: `amount` of an order (null: what is left, or what its lines are worth), for lines [{order_item_id, quantity} or {shipping: true}], and enqueues asking Stripe; its id. The same cause is the same refund.';
grant execute on function private.order_refund_open(uuid, bigint, text, jsonb, boolean, text) to service_role;

create function private.order_payment_return(
  order_id uuid, payment_intent_id text, amount bigint, currency text, reason text, cause text
)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  made uuid;
begin
  insert into public.order_refunds (order_id, user_id, amount, currency, reason, stripe_payment_intent_id, cause)
  select ordered.id, ordered.user_id, order_payment_return.amount, order_payment_return.currency,
    order_payment_return.reason, order_payment_return.payment_intent_id,
    private.refund_cause(ordered.id, order_payment_return.cause)
  from public.orders as ordered where ordered.id = order_payment_return.order_id
  on conflict on constraint order_refunds_once_per_cause do nothing
  returning id into made;
  if made is null then
    return (
      select known.id from public.order_refunds as known
      where known.cause = private.refund_cause(order_payment_return.order_id, order_payment_return.cause)
    );
  end if;
  insert into public.order_events (order_id, kind) values (order_payment_return.order_id, 'refund_opened');
  perform private.enqueue('order_refund', jsonb_build_object('refund_id', made), 'order_refund:' || made);
  return made;
end;
$$;
comment on function private.order_payment_return(uuid, text, bigint, text, text, text) is
  'Opens a refund of money that is for no line of an order, which must be locked: of a payment besides its own, or (payment null) of its own in another currency. The same cause is the same refund.';
grant execute on function private.order_payment_return(uuid, text, bigint, text, text, text) to service_role;

create function private.order_paid_again(ordered public.orders, record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  received constant bigint := coalesce((record ->> 'amount_received')::bigint, (record ->> 'amount_total')::bigint, 0);
begin
  -- By any of its ids: what was told with one of them is not counted again with another.
  if received <= 0 or exists (
    select from private.money_movements as moved
    where moved.kind = 'charge' and moved.stripe_id in (record ->> 'charge_id', record ->> 'payment_intent_id', record ->> 'id')
  ) then
    return;
  end if;
  perform private.order_money(ordered.id, 'charge', received,
    coalesce(record ->> 'charge_id', record ->> 'payment_intent_id', record ->> 'id'), record ->> 'currency');
  perform private.order_note(ordered.id, 'paid_by_another_session');
  if record ->> 'payment_intent_id' is null then
    perform private.order_review(ordered.id, 'payment_unknown');
  else
    perform private.order_payment_return(ordered.id, record ->> 'payment_intent_id', received, record ->> 'currency',
      'paid_twice', 'paid_twice:' || (record ->> 'id'));
  end if;
end;
$$;
comment on function private.order_paid_again(public.orders, jsonb) is
  'Money by another session than the order''s, which must be locked: it is in the books and goes back by itself, and the order stays what it is.';
grant execute on function private.order_paid_again(public.orders, jsonb) to service_role;
