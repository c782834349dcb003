-- The books against the counters. Whatever this returns is a bug, or somebody wrote past the RPCs.

create function private.shop_imbalances()
returns table (kind text, id uuid, expected bigint, actual bigint)
language sql
stable
set search_path = ''
as $$
  with money as (
    select ordered.id, ordered.paid_amount, ordered.refunded_amount, ordered.disputed_amount,
      coalesce(sum(moved.amount) filter (where moved.kind = 'charge'), 0)::bigint as charged,
      coalesce(-sum(moved.amount) filter (where moved.kind in ('refund', 'refund_failed')), 0)::bigint as refunded,
      coalesce(-sum(moved.amount) filter (where moved.kind in ('dispute', 'dispute_won')), 0)::bigint as disputed
    from public.orders as ordered
    -- What came in another currency stopped the order for people to look at; no counter can hold it.
    left join private.money_movements as moved
      on moved.order_id = ordered.id and moved.currency = ordered.currency
    group by ordered.id
  ), stock as (
    select held.variant_id, held.on_hand, held.reserved, held.shortage,
      coalesce(sum(moved.on_hand_delta), 0) as on_hand_sum,
      coalesce(sum(moved.reserved_delta), 0) as reserved_sum,
      coalesce(sum(moved.shortage_delta), 0) as shortage_sum
    from private.stock as held
    left join private.stock_movements as moved on moved.variant_id = held.variant_id
    group by held.variant_id
  ), lines as (
    select line.order_id, sum(line.subtotal_amount)::bigint as subtotal, sum(line.discount_amount)::bigint as discount
    from public.order_items as line group by line.order_id
  ), taken as (
    select ordered.id as order_id, ordered.status, line.variant_id, line.quantity, line.restocked_quantity,
      coalesce(moved.reserved, 0) as reserved, -coalesce(moved.on_hand, 0) as taken, coalesce(moved.restocked, 0) as restocked
    from public.order_items as line
    join public.orders as ordered on ordered.id = line.order_id
    left join (
      select movement.order_id, movement.variant_id, sum(movement.reserved_delta) as reserved,
        sum(movement.on_hand_delta) as on_hand,
        sum(movement.on_hand_delta) filter (where movement.kind = 'restocked') as restocked
      from private.stock_movements as movement where movement.order_id is not null
      group by movement.order_id, movement.variant_id
    ) as moved on moved.order_id = line.order_id and moved.variant_id = line.variant_id
    where line.variant_id is not null
  ), refunds as (
    select line.id, line.refunded_quantity, coalesce(sum(part.quantity), 0) as quantity
    from public.order_items as line
    left join public.order_refunds as refund on refund.order_id = line.order_id and refund.state <> 'failed'
    left join lateral jsonb_to_recordset(refund.lines) as part (order_item_id uuid, quantity integer)
      on part.order_item_id = line.id
    group by line.id
  )
  select 'order_paid', money.id, money.charged, money.paid_amount from money where money.charged <> money.paid_amount
  union all
  select 'order_refunded', money.id, money.refunded, money.refunded_amount from money where money.refunded <> money.refunded_amount
  union all
  select 'order_disputed', money.id, money.disputed, money.disputed_amount from money where money.disputed <> money.disputed_amount
  union all
  select 'stock_on_hand', stock.variant_id, stock.on_hand_sum, stock.on_hand from stock where stock.on_hand_sum <> stock.on_hand
  union all
  select 'stock_reserved', stock.variant_id, stock.reserved_sum, stock.reserved from stock where stock.reserved_sum <> stock.reserved
  union all
  select 'stock_shortage', stock.variant_id, stock.shortage_sum, stock.shortage from stock where stock.shortage_sum <> stock.shortage
  union all
  select 'order_subtotal', ordered.id, coalesce(lines.subtotal, 0), ordered.subtotal_amount
  from public.orders as ordered left join lines on lines.order_id = ordered.id
  where coalesce(lines.subtotal, 0) <> ordered.subtotal_amount
  union all
  select 'order_discount', ordered.id, lines.discount, ordered.discount_amount
  from public.orders as ordered join lines on lines.order_id = ordered.id
  where lines.discount <> ordered.discount_amount
  union all
  -- What a pending order holds, and nothing else holds but one that people are to look at.
  select 'order_held', taken.order_id, case taken.status when 'pending' then taken.quantity else 0 end, taken.reserved
  from taken
  where case taken.status
    when 'pending' then taken.reserved <> taken.quantity
    when 'review' then taken.reserved not in (0, taken.quantity)
    else taken.reserved <> 0 end
  union all
  select 'order_restocked', taken.order_id, taken.restocked, taken.restocked_quantity
  from taken where taken.restocked <> taken.restocked_quantity
  union all
  -- What is to be sent has left the stock, but for what came back.
  select 'order_sold', taken.order_id, taken.quantity - taken.restocked_quantity, taken.taken
  from taken
  where taken.status in ('paid', 'fulfilling', 'shipped', 'delivered', 'partially_refunded')
    and taken.taken <> taken.quantity - taken.restocked_quantity
  union all
  select 'line_refunded', refunds.id, refunds.quantity, refunds.refunded_quantity
  from refunds where refunds.quantity <> refunds.refunded_quantity
  union all
  -- What the counters of refunds and of their rows say is the same money.
  select 'order_refunds', money.id, coalesce(made.amount, 0), money.refunded_amount
  from money
  left join (
    select refund.order_id, sum(refund.amount)::bigint as amount
    from public.order_refunds as refund
    join public.orders as ordered on ordered.id = refund.order_id and ordered.currency = refund.currency
    where refund.state = 'done' group by refund.order_id
  ) as made on made.order_id = money.id
  where coalesce(made.amount, 0) <> money.refunded_amount;
$$;
comment on function private.shop_imbalances() is
  'Every order and variant whose counters differ from the ledgers: nothing, or something is wrong. `id` is the order''s, the line''s or the variant''s.';
grant execute on function private.shop_imbalances() to service_role;
