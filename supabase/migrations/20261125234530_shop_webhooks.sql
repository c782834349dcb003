-- The shop's events for webhooks out: order.paid, order.shipped, order.refunded, stock.low.

insert into public.webhook_event_types (type, description) values
  ('order.paid', 'An order was paid: once for each order.'),
  ('order.shipped', 'An order was sent: once for each order.'),
  ('order.refunded', 'Money went back for an order, all of it or a part: once for each refund.'),
  ('stock.low', 'A variant fell to few left, or to none: once for each fall, not for each sale, and of a kind once an hour.');

create function private.order_facts(order_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', placed.id, 'number', placed.number, 'status', placed.status, 'currency', placed.currency,
    'subtotal_amount', placed.subtotal_amount, 'discount_amount', placed.discount_amount,
    'shipping_amount', placed.shipping_amount, 'tax_amount', placed.tax_amount,
    'total_amount', placed.total_amount, 'paid_amount', placed.paid_amount,
    'refunded_amount', placed.refunded_amount, 'created_at', placed.created_at, 'paid_at', placed.paid_at,
    'shipped_at', placed.shipped_at, 'carrier', placed.carrier, 'tracking_number', placed.tracking_number,
    'items', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', item.id, 'sku', item.sku, 'product_id', item.product_id, 'variant_id', item.variant_id,
        'quantity', item.quantity, 'unit_amount', item.unit_amount, 'total_amount', item.total_amount,
        'refunded_quantity', item.refunded_quantity
      ) order by item.position), '[]')
      from public.order_items as item where item.order_id = placed.id
    )
  )
  from public.orders as placed
  where placed.id = order_facts.order_id;
$$;
comment on function private.order_facts(uuid) is
  'An order as events tell it: ids, states and amounts, and nothing of who bought or where it goes.';

create function private.order_told()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  event constant text := 'order.' || new.status;
begin
  perform private.webhook_emit(event, new.id::text, private.order_facts(new.id));
  return null;
end;
$$;
comment on function private.order_told() is
  'Trigger: tells that an order was paid or shipped. Security definer: whoever changes an order may not read endpoints.';
-- At the end of the transaction, when all of it is written. Not again when a dispute is won, or when the
-- rest of an order that was refunded in part goes on.
create constraint trigger orders_told_paid after update of status on public.orders
  deferrable initially deferred for each row
  when (new.status = 'paid' and old.status in ('pending', 'expired', 'review'))
  execute function private.order_told();
create constraint trigger orders_told_shipped after update of status on public.orders
  deferrable initially deferred for each row
  when (new.status = 'shipped' and old.status <> 'shipped' and old.shipped_at is null)
  execute function private.order_told();

create function private.refund_told()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.webhook_emit('order.refunded', new.stripe_id, private.order_facts(new.order_id)
    || jsonb_build_object('refund', jsonb_build_object(
      'id', new.stripe_id, 'amount', -new.amount, 'currency', new.currency)));
  return null;
end;
$$;
comment on function private.refund_told() is
  'Trigger of the ledger: tells each refund. Security definer: whoever writes the ledger may not read endpoints.';
create constraint trigger money_movements_told after insert on private.money_movements
  deferrable initially deferred for each row when (new.kind = 'refund')
  execute function private.refund_told();

create function private.stock_told()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Once an hour: holds that come and go at the threshold fall with each, in a transaction that has the
  -- stock's lock.
  perform private.webhook_emit('stock.low', concat_ws(' ', new.variant_id, new.band, date_trunc('hour', private.now())), (
    select jsonb_build_object(
      'id', variant.id, 'product_id', variant.product_id, 'sku', variant.sku,
      'availability', new.band, 'available', coalesce(new.few_left, 0), 'low_stock', variant.low_stock
    )
    from public.product_variants as variant where variant.id = new.variant_id
  ));
  return null;
end;
$$;
comment on function private.stock_told() is
  'Trigger: tells that a variant fell to few left, or to none. Security definer: whoever moves stock may not read endpoints.';
create trigger variant_availability_told after update of band on public.variant_availability
  for each row when (
    (old.band, new.band) in (('in_stock', 'few_left'), ('in_stock', 'out_of_stock'), ('few_left', 'out_of_stock'))
  )
  execute function private.stock_told();
