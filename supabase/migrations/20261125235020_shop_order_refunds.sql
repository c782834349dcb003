-- Refunds of orders. The row is written before Stripe is asked and counts as given back until Stripe has
-- said no: so requests at once, ours and the dashboard's, cannot give back more than was paid.

create function private.order_left(order_id uuid)
returns bigint
language sql
stable
set search_path = ''
as $$
  select ordered.paid_amount - ordered.refunded_amount - ordered.disputed_amount - coalesce((
    select sum(pending.amount) from public.order_refunds as pending
    where pending.order_id = ordered.id and pending.state = 'open'
  ), 0)
  from public.orders as ordered where ordered.id = order_left.order_id;
$$;
comment on function private.order_left(uuid) is
  'What of an order is still to be refunded: neither back nor on its way back, nor disputed.';
grant execute on function private.order_left(uuid) to service_role;

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
  hash constant text := encode(sha256(convert_to(order_refund_open.cause, 'UTF8')), 'hex');
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
  set state = 'failed', closed_at = coalesce(refund.closed_at, private.now()), failure = left(order_refund_fail.failure, 500)
  where refund.id = order_refund_fail.refund_id and refund.state <> 'failed'
  returning * into failed;
  if failed.id is null then
    return;
  end if;
  perform private.order_refund_count(failed.id, -1);
  if failed.restock and private.order_base(failed.order_id) in ('paid', 'fulfilling') then
    perform private.order_restock_undo(failed.order_id);
  end if;
  insert into public.order_events (order_id, kind) values (failed.order_id, 'refund_failed');
end;
$$;
comment on function private.order_refund_fail(uuid, text) is
  'Nothing goes back by this refund: Stripe refused it, or it failed at the bank. Of an order that is still to be sent, what was restocked is taken out again.';
grant execute on function private.order_refund_fail(uuid, text) to service_role;

create function private.order_apply_refund(ordered public.orders, given jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  refund public.order_refunds;
  at_stripe constant text := given ->> 'id';
  given_amount constant bigint := (given ->> 'amount')::bigint;
  failed constant boolean := given ->> 'status' in ('failed', 'canceled');
begin
  select * into refund from public.order_refunds as known
  where known.order_id = ordered.id
    and (known.stripe_refund_id = at_stripe
      or known.stripe_refund_id is null and known.id = private.uuid_or_null(given ->> 'order_refund_id'));
  if refund.id is null then
    -- Made in Stripe's dashboard.
    insert into public.order_refunds (
      order_id, user_id, amount, currency, reason, state, stripe_refund_id, cause, created_at, closed_at
    )
    values (
      ordered.id, ordered.user_id, given_amount, ordered.currency, 'stripe', 'done', at_stripe,
      encode(sha256(convert_to('stripe:' || at_stripe, 'UTF8')), 'hex'), private.at(given -> 'created'), private.now()
    )
    returning * into refund;
  else
    update public.order_refunds as held
    set stripe_refund_id = at_stripe, amount = given_amount, shipping_amount = least(held.shipping_amount, given_amount),
        -- Taken for refused, and made after all: the money counts, its lines may be another's by now.
        state = 'done', lines = case held.state when 'failed' then '[]' else held.lines end,
        failure = null, closed_at = coalesce(held.closed_at, private.now())
    where held.id = refund.id and held.stripe_refund_id is null;
  end if;
  if failed then
    if exists (
      select from private.money_movements as moved where moved.kind = 'refund' and moved.stripe_id = at_stripe
    ) and private.order_money(ordered.id, 'refund_failed', given_amount, at_stripe) then
      perform private.order_restand(ordered.id);
    end if;
    perform private.order_refund_fail(refund.id, coalesce(given ->> 'failure', given ->> 'status'));
    return;
  end if;
  if private.order_money(ordered.id, 'refund', -given_amount, at_stripe) then
    perform private.order_restand(ordered.id);
  end if;
  -- Whose payment came too late has been told that it goes back.
  if given ->> 'status' = 'succeeded' and refund.reason <> 'late_payment' then
    perform private.order_mail(ordered.id, 'order_refunded', 'order_refunded:' || at_stripe, jsonb_build_object(
      'amount', private.money(given_amount, ordered.currency), 'refunded_at', private.at(given -> 'created')
    ));
  end if;
end;
$$;
comment on function private.order_apply_refund(public.orders, jsonb) is
  'What Stripe says of one refund of an order, however often and in whatever order: the ledger, the counters, the status, one mail.';
grant execute on function private.order_apply_refund(public.orders, jsonb) to service_role;

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
    if coalesce(given ->> 'currency', ordered.currency) = ordered.currency then
      perform private.order_apply_refund(ordered, given);
    elsif given ->> 'status' not in ('failed', 'canceled') then
      -- Of money in another currency than the order's: the ledger has it, no counter can.
      insert into private.money_movements (order_id, kind, amount, currency, stripe_id)
      values (ordered.id, 'refund', -(given ->> 'amount')::bigint, given ->> 'currency', given ->> 'id')
      on conflict on constraint money_movements_once_per_cause do nothing;
    end if;
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
    'shipping_amount', refund.shipping_amount, 'restock', refund.restock, 'failure', refund.failure,
    'stripe_refund_id', refund.stripe_refund_id, 'stripe_payment_intent_id', ordered.stripe_payment_intent_id,
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
