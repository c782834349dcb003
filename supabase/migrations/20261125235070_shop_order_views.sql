-- Orders as they are read: by a guest with a signed link, by staff, and page by page. Users read their own
-- rows under RLS as well.

create function private.order_view(order_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', ordered.id, 'number', ordered.number, 'status', ordered.status, 'locale', ordered.locale,
    'customer_email', ordered.customer_email, 'currency', ordered.currency,
    'subtotal_amount', ordered.subtotal_amount, 'discount_amount', ordered.discount_amount,
    'discount_code', ordered.discount_code, 'shipping_amount', ordered.shipping_amount,
    'tax_amount', ordered.tax_amount, 'total_amount', ordered.total_amount, 'paid_amount', ordered.paid_amount,
    'refunded_amount', ordered.refunded_amount, 'shipping_rate', ordered.shipping_rate,
    'shipping_address', ordered.shipping_address, 'carrier', ordered.carrier,
    'tracking_number', ordered.tracking_number, 'tracking_url', ordered.tracking_url,
    'created_at', ordered.created_at, 'paid_at', ordered.paid_at, 'shipped_at', ordered.shipped_at,
    'delivered_at', ordered.delivered_at, 'expires_at', ordered.expires_at,
    'can_cancel', ordered.status = 'pending' or ordered.status in ('paid', 'partially_refunded') and stands.base = 'paid',
    'can_return', ordered.status not in ('refunded', 'disputed') and stands.base in ('shipped', 'delivered'),
    'items', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', line.id, 'product_id', line.product_id, 'variant_id', line.variant_id, 'sku', line.sku,
        'name', case ordered.locale when 'fr' then line.name_fr else line.name_en end, 'options', line.options,
        'unit_amount', line.unit_amount, 'quantity', line.quantity, 'subtotal_amount', line.subtotal_amount,
        'discount_amount', line.discount_amount, 'total_amount', line.total_amount,
        'refunded_quantity', line.refunded_quantity, 'refunded_amount', line.refunded_amount
      ) order by line.position), '[]')
      from public.order_items as line where line.order_id = ordered.id
    ),
    'events', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'kind', event.kind, 'from_status', event.from_status, 'to_status', event.to_status, 'note', event.note,
        'created_at', event.created_at
      ) order by event.id), '[]')
      from public.order_events as event where event.order_id = ordered.id
    ),
    'refunds', (
      -- Stripe's words why one failed are for staff.
      select coalesce(jsonb_agg(public.order_refund_read(refund.id) - 'failure' order by refund.created_at, refund.id), '[]')
      from public.order_refunds as refund where refund.order_id = ordered.id
    ),
    'returns', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', asked.id, 'state', asked.state, 'lines', asked.lines, 'reason', asked.reason, 'answer', asked.answer,
        'refund_id', asked.refund_id, 'created_at', asked.created_at, 'decided_at', asked.decided_at
      ) order by asked.created_at, asked.id), '[]')
      from public.order_returns as asked where asked.order_id = ordered.id
    )
  )
  from public.orders as ordered
  cross join lateral (select private.order_base(ordered.id) as base) as stands
  where ordered.id = order_view.order_id;
$$;
comment on function private.order_view(uuid) is
  'An order with its lines, timeline, refunds and returns, as its buyer reads it; what a receipt is printed from.';
grant execute on function private.order_view(uuid) to service_role;

create function private.order_faded(held public.orders)
returns boolean
language sql
stable
set search_path = ''
as $$
  select held.updated_at < private.now() - interval '90 days' and (
    held.status in ('delivered', 'cancelled', 'expired', 'refunded') or held.delivered_at is not null
  )
$$;
comment on function private.order_faded(public.orders) is
  'Whether an order ended 90 days ago: the link in its mails, which does not end, then no longer tells where it went.';
grant execute on function private.order_faded(public.orders) to service_role;

create function public.order_read(order_id uuid, buyer uuid, by_token boolean)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.order_view(ordered.id) || case
    when ordered.user_id is not distinct from order_read.buyer and order_read.buyer is not null
      or not private.order_faded(ordered) then '{}'
    else jsonb_build_object(
      'customer_email', null,
      'shipping_address', ordered.shipping_address - '{line1,line2,postal_code,state,phone}'::text[]
    )
  end
  from public.orders as ordered
  where ordered.id = order_read.order_id and (order_read.by_token or ordered.user_id = order_read.buyer);
$$;
comment on function public.order_read(uuid, uuid, boolean) is
  'Server RPC: an order for the user who placed it, or for whoever holds its signed link (`by_token`, which the caller has verified; without street and e-mail 90 days after its end); null for anybody else.';
grant execute on function public.order_read(uuid, uuid, boolean) to service_role;

create function public.staff_order(staff uuid, order_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  perform private.staff_required(staff);
  return (
    select private.order_view(ordered.id) || jsonb_build_object(
      'refunds', (
        select coalesce(jsonb_agg(public.order_refund_read(refund.id) order by refund.created_at, refund.id), '[]')
        from public.order_refunds as refund where refund.order_id = ordered.id
      ),
      'user_id', ordered.user_id, 'status_before', ordered.status_before, 'disputed_amount', ordered.disputed_amount,
      'left_amount', private.order_left(ordered.id),
      'stripe_session_id', ordered.stripe_session_id, 'stripe_payment_intent_id', ordered.stripe_payment_intent_id,
      'money', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'kind', moved.kind, 'amount', moved.amount, 'currency', moved.currency, 'stripe_id', moved.stripe_id,
          'created_at', moved.created_at
        ) order by moved.id), '[]')
        from private.money_movements as moved where moved.order_id = ordered.id
      ),
      'disputes', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'stripe_dispute_id', held.stripe_dispute_id, 'status', held.status, 'amount', held.amount,
          'currency', held.currency, 'reason', held.reason, 'evidence_due_by', held.evidence_due_by,
          'created_at', held.created_at
        ) order by held.created_at), '[]')
        from private.order_disputes as held where held.order_id = ordered.id
      )
    )
    from public.orders as ordered where ordered.id = staff_order.order_id
  );
end;
$$;
comment on function public.staff_order(uuid, uuid) is
  'Server RPC: an order for staff, with its ledger, its disputes and its ids at Stripe; null when there is none.';
grant execute on function public.staff_order(uuid, uuid) to service_role;

create index orders_email on public.orders (lower(customer_email), created_at);

create function public.staff_orders(staff uuid, filter jsonb, after jsonb, page_size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  found jsonb;
  whole boolean;
begin
  perform private.staff_required(staff);
  -- Planned for the filter that came: one generic plan would read by the date whatever is asked for.
  execute format(
    $sql$
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', page.id, 'number', page.number, 'status', page.status, 'customer_email', page.customer_email,
        'user_id', page.user_id, 'currency', page.currency, 'total_amount', page.total_amount,
        'refunded_amount', page.refunded_amount, 'created_at', page.created_at, 'paid_at', page.paid_at,
        'returns_waiting', exists (
          select from public.order_returns as asked where asked.order_id = page.id and asked.state = 'requested'
        )
      ) order by page.created_at desc, page.id desc), '[]')
      from (
        select * from public.orders as ordered
        where true %s %s %s %s %s %s %s
        order by ordered.created_at desc, ordered.id desc
        limit %s
      ) as page
    $sql$,
    case when filter ? 'status' then format('and ordered.status = %L', filter ->> 'status') end,
    case when filter ? 'number' then format('and ordered.number = %L', upper(filter ->> 'number')) end,
    case when filter ? 'email' then format('and lower(ordered.customer_email) = lower(%L)', filter ->> 'email') end,
    case when filter ? 'from' then format('and ordered.created_at >= %L::timestamptz', filter ->> 'from') end,
    case when filter ? 'to' then format('and ordered.created_at < %L::timestamptz', filter ->> 'to') end,
    case when filter ? 'returns' then 'and exists (
      select from public.order_returns as asked where asked.order_id = ordered.id and asked.state = ''requested'')' end,
    case when after is not null then format(
      'and (ordered.created_at, ordered.id) < (%L::timestamptz, %L::uuid)', after ->> 'created_at', after ->> 'id'
    ) end,
    page_size + 1
  ) into found;
  whole := jsonb_array_length(found) <= page_size;
  return jsonb_build_object(
    'orders', case when whole then found else found - page_size end,
    'next', case when not whole then jsonb_build_object(
      'created_at', found -> (page_size - 1) ->> 'created_at', 'id', found -> (page_size - 1) ->> 'id'
    ) end
  );
end;
$$;
comment on function public.staff_orders(uuid, jsonb, jsonb, integer) is
  'Server RPC: {orders, next} for staff, newest first, of a filter {status, number, email, from, to, returns}; `after` is the `next` of the page before.';
grant execute on function public.staff_orders(uuid, jsonb, jsonb, integer) to service_role;
