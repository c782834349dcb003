-- The RPC that places an order, and what a checkout at Stripe is made of.

create function private.order_checkout(order_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  -- In plpgsql, which keeps its plan: an SQL function is planned anew at each call, for as long as all the rest takes.
  return (select jsonb_build_object(
    'id', placed.id, 'number', placed.number, 'status', placed.status, 'user_id', placed.user_id,
    'workspace_id', (select workspace.id from public.workspaces as workspace where workspace.personal_of = placed.user_id),
    'email', placed.customer_email, 'locale', placed.locale, 'currency', placed.currency,
    'total_amount', placed.total_amount, 'shipping_amount', placed.shipping_amount,
    'shipping_rate', placed.shipping_rate, 'shipping_address', placed.shipping_address,
    'discount_code', placed.discount_code, 'stripe_session_id', placed.stripe_session_id,
    'expires_at', extract(epoch from placed.expires_at)::bigint,
    'over', placed.expires_at <= private.now(),
    'created_at', extract(epoch from placed.created_at)::bigint,
    'success_url', request.success_url, 'cancel_url', request.cancel_url, 'taxed', request.taxed,
    'items', (
      select jsonb_agg(jsonb_build_object(
        'variant_id', item.variant_id, 'name_en', item.name_en, 'name_fr', item.name_fr, 'options', item.options, 'quantity', item.quantity,
        'unit_amount', item.unit_amount, 'discount_amount', item.discount_amount, 'total_amount', item.total_amount,
        'tax_code', item.tax_code
      ) order by item.position)
      from public.order_items as item where item.order_id = placed.id
    )
  )
  from public.orders as placed left join private.order_requests as request on request.order_id = placed.id
  where placed.id = order_checkout.order_id);
end;
$$;
comment on function private.order_checkout(uuid) is
  'What an order''s checkout at Stripe is made of: the same however often it is asked for while the order is pending. Times in seconds since 1970.';
grant execute on function private.order_checkout(uuid) to service_role;

create function public.order_checkout(order_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.order_checkout(order_checkout.order_id) $$;
comment on function public.order_checkout(uuid) is 'Server RPC: private.order_checkout; null for an unknown order.';
grant execute on function public.order_checkout(uuid) to service_role;

create function private.order_write(
  placed_id uuid, buyer_id uuid, email text, locale text, list public.price_lists, lines jsonb, discount jsonb,
  rate public.shipping_rates, address jsonb
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  goods constant bigint := (
    select sum((line ->> 'subtotal_amount')::bigint) from jsonb_array_elements(lines) as line
  );
  off constant bigint := coalesce((discount ->> 'amount')::bigint, 0);
begin
  insert into public.orders (
    id, user_id, customer_email, locale, price_list_id, currency, subtotal_amount, discount_amount, shipping_amount,
    total_amount, discount_code, shipping_rate, shipping_address, expires_at
  )
  values (
    placed_id, buyer_id, email, order_write.locale, list.id, list.currency, goods, off, coalesce(rate.amount, 0),
    goods - off + coalesce(rate.amount, 0), discount ->> 'code',
    case when rate.id is not null then jsonb_build_object('id', rate.id, 'name_en', rate.name_en, 'name_fr', rate.name_fr,
      'min_days', rate.min_days, 'max_days', rate.max_days) end,
    address,
    -- Whole seconds, as Stripe's session ends at the same. Ten minutes more than the shortest session, so
    -- that a call without an answer can be made again.
    date_trunc('second', private.now()) + interval '40 minutes'
  );
  insert into public.order_items (
    order_id, user_id, variant_id, product_id, position, sku, name_en, name_fr, options, tax_code, unit_amount,
    quantity, subtotal_amount, discount_amount, total_amount
  )
  select placed_id, buyer_id, (line.value ->> 'variant_id')::uuid, (line.value ->> 'product_id')::uuid, line.ordinality,
    line.value ->> 'sku', line.value ->> 'name_en', line.value ->> 'name_fr', line.value -> 'options', line.value ->> 'tax_code',
    (line.value ->> 'unit_amount')::bigint, (line.value ->> 'quantity')::integer, amounts.subtotal, amounts.share,
    amounts.subtotal - amounts.share
  from jsonb_array_elements(lines) with ordinality as line
  cross join lateral (
    select (line.value ->> 'subtotal_amount')::bigint as subtotal,
      coalesce((discount -> 'shares' ->> (line.ordinality - 1)::integer)::bigint, 0) as share
  ) as amounts;
end;
$$;
comment on function private.order_write(uuid, uuid, text, text, public.price_lists, jsonb, jsonb, public.shipping_rates, jsonb) is
  'Writes a pending order with its lines, as private.order_lines and private.order_discount give them.';
grant execute on function private.order_write(uuid, uuid, text, text, public.price_lists, jsonb, jsonb, public.shipping_rates, jsonb)
  to service_role;

create function private.guest_holds_limit(from_hash text, lines jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  orders bigint;
  units bigint;
begin
  -- Carts cost nothing: what one address holds by ever new ones is bounded. One at a time, or all that
  -- come at once would find room.
  perform pg_advisory_xact_lock(hashtextextended('guest orders from ' || from_hash, 0));
  select count(distinct item.order_id), coalesce(sum(item.quantity), 0) into orders, units
  from private.order_requests as request
  join public.orders as held on held.id = request.order_id and held.user_id is null
  join public.order_items as item on item.order_id = held.id
  where request.address_hash = from_hash and request.closed_at is null;
  select units + sum((line ->> 'quantity')::bigint) into units from jsonb_array_elements(lines) as line;
  if orders >= 20 or orders > 0 and units > 1000 then
    perform private.problem(429, 'rate_limited', 'Too much is held by unpaid orders from here: pay one, or try again in 40 minutes.');
  end if;
end;
$$;
comment on function private.guest_holds_limit(text, jsonb) is
  'Refuses a guest''s order with rate_limited when 20 unpaid ones from the same address, or 1,000 units, hold stock already.';
grant execute on function private.guest_holds_limit(text, jsonb) to service_role;

create function public.orders_pending_before(cart text, email text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  with by_cart as (
    select request.order_id from private.order_requests as request
    where request.buyer = orders_pending_before.cart and request.closed_at is null
  ), found as (
    select held.id, held.id in (select order_id from by_cart) as own_cart
    from public.orders as held
    where held.status = 'pending' and held.user_id is null
      and (lower(held.customer_email) = lower(orders_pending_before.email) or held.id in (select order_id from by_cart))
    -- A few: anybody may order in anybody's name, and the buyer waits for each to be ended.
    order by 2 desc, held.created_at desc limit 3
  )
  select coalesce(jsonb_agg(private.order_checkout(found.id) || jsonb_build_object('own_cart', found.own_cart)), '[]')
  from found;
$$;
comment on function public.orders_pending_before(text, text) is
  'Server RPC: what a user may have ordered as a guest and not paid yet: by the guest''s cart (`own_cart`), or, which proves nothing, by his own address.';
grant execute on function public.orders_pending_before(text, text) to service_role;
create index orders_pending_guests on public.orders (lower(customer_email)) where status = 'pending' and user_id is null;

create function private.order_price(
  list_id text, items jsonb, country text, rate_id uuid, code text,
  out list public.price_lists, out lines jsonb, out discount jsonb, out rate public.shipping_rates
)
language plpgsql
stable
set search_path = ''
as $$
declare
  goods bigint;
begin
  select * into list from public.price_lists as held
  where held.active and case when list_id is null then held.is_default else held.id = list_id end;
  if list.id is null then
    perform private.problem(422, 'price_list_not_found', 'No price list has this id.');
  end if;
  lines := private.order_lines(items, list.id);
  select sum((line ->> 'subtotal_amount')::bigint) into goods from jsonb_array_elements(lines) as line;
  -- https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
  if goods > 99999999 then
    perform private.problem(422, 'order_too_large', 'One payment takes at most eight digits: order less at once.');
  end if;
  if code is not null then
    discount := private.order_discount(code, list.id, list.currency, lines);
  end if;
  if rate_id is not null then
    if coalesce(country, '') = '' then
      perform private.problem(422, 'shipping_required', 'Say where it is sent: an order that is sent needs an address.');
    end if;
    rate := private.order_shipping(rate_id, list.id, country,
      (select sum((line ->> 'weight_grams')::bigint * (line ->> 'quantity')::integer)::bigint from jsonb_array_elements(lines) as line),
      goods - coalesce((discount ->> 'amount')::bigint, 0));
  elsif exists (select from jsonb_array_elements(lines) as line where (line ->> 'weight_grams')::integer > 0) then
    perform private.problem(422, 'shipping_required', 'Choose a shipping rate: something of this must be sent.');
  end if;
end;
$$;
comment on function private.order_price(text, jsonb, text, uuid, text) is
  'What items cost now: the price list (null: the default one), lines as private.order_lines gives them, what a code takes off, the shipping rate. Refuses with price_list_not_found, item_unavailable, order_too_large, discount_…, shipping_unavailable, shipping_required.';
grant execute on function private.order_price(text, jsonb, text, uuid, text) to service_role;

create function private.hash_of(request jsonb)
returns text
language sql
immutable
set search_path = ''
as $$ select encode(sha256(convert_to(request::text, 'utf8')), 'hex') $$;
comment on function private.hash_of(jsonb) is 'SHA-256 of a request, by which its repetition is known.';
grant execute on function private.hash_of(jsonb) to service_role;

create function public.order_place(
  buyer text,
  user_id uuid,
  email text,
  locale text,
  price_list text,
  items jsonb,
  shipping_address jsonb,
  shipping_rate_id uuid,
  discount_code text,
  success_url text,
  cancel_url text,
  taxed boolean default false,
  cart text default null,
  address_hash text default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  priced record;
  -- One line a variant, so that the order in which a cart tells them does not matter.
  asking constant jsonb := jsonb_build_object(
    'items', (
      select jsonb_object_agg(item.id, item.quantity)
      from (
        select one ->> 'variant_id' as id, sum((one ->> 'quantity')::integer) as quantity
        from jsonb_array_elements(items) as one group by 1
      ) as item
    ),
    'list', price_list, 'code', upper(btrim(discount_code)), 'rate', shipping_rate_id, 'address', shipping_address,
    'email', lower(email), 'locale', locale, 'taxed', taxed, 'pages', jsonb_build_array(success_url, cancel_url)
  );
  asked constant text := private.hash_of(asking);
  hash text;
  open_one private.order_requests;
  placed_id constant uuid := gen_random_uuid();
begin
  -- One at a time a buyer: of two tabs the second finds what the first has placed.
  perform pg_advisory_xact_lock(hashtextextended('order of ' || buyer, 0));
  select * into open_one from private.order_requests as known where known.buyer = order_place.buyer and known.closed_at is null;
  begin
    select * into priced from private.order_price(
      order_place.price_list, items, shipping_address ->> 'country', shipping_rate_id, discount_code
    );
  exception when sqlstate 'PT409' or sqlstate 'PT422' then
    -- The code has ended, or an item is off sale: what he has ordered already stays his to pay.
    if open_one.asked_hash is distinct from asked then
      raise;
    end if;
    return jsonb_build_object('fresh', false, 'matches', true, 'order', private.order_checkout(open_one.order_id));
  end;
  -- Prices are part of it: after a change of price the same cart is another request. Names and tax codes are
  -- not: the order has those that it was placed with.
  hash := private.hash_of(asking || jsonb_build_object(
    'list', (priced.list).id, 'discount', priced.discount - 'shares',
    'rate', to_jsonb(priced.rate) - array['created_at', 'updated_at'],
    'prices', (select jsonb_object_agg(line ->> 'variant_id', line -> 'unit_amount') from jsonb_array_elements(priced.lines) as line)
  ));
  if open_one.request_hash <> hash and exists (
    select from public.order_events as told
    where told.order_id = open_one.order_id and told.kind = 'payment_processing'
  ) then
    -- Its buyer has done what he can: while the bank takes days he may buy something else.
    update private.order_requests as held set buyer = 'processing:' || held.order_id where held.order_id = open_one.order_id;
    open_one := null;
  end if;
  if open_one.order_id is not null then
    return jsonb_build_object('fresh', false, 'matches', open_one.request_hash = hash, 'order', private.order_checkout(open_one.order_id));
  end if;

  if user_id is null and address_hash is not null then
    perform private.guest_holds_limit(address_hash, priced.lines);
  end if;
  perform private.order_write(placed_id, user_id, email, locale, priced.list, priced.lines, priced.discount, priced.rate,
    shipping_address);
  insert into private.order_requests (order_id, buyer, asked_hash, request_hash, success_url, cancel_url, taxed, cart, address_hash, look_at)
  values (placed_id, buyer, asked, hash, order_place.success_url, order_place.cancel_url, order_place.taxed, order_place.cart,
    order_place.address_hash, private.now() + interval '5 minutes');
  perform private.order_hold(placed_id);
  if priced.discount is not null then
    perform private.discount_redeem((priced.discount ->> 'id')::uuid, placed_id, user_id, email);
  end if;
  perform private.order_settle_free(placed_id);
  return jsonb_build_object('fresh', true, 'matches', true, 'order', private.order_checkout(placed_id));
end;
$$;
comment on function public.order_place(text, uuid, text, text, text, jsonb, jsonb, uuid, text, text, text, boolean, text, text) is
  'Server RPC: places an order and holds its stock, all or nothing: {fresh, matches, order}, the order as private.order_checkout tells it. A buyer has one pending order that he can still pay: `fresh` is false when it was there already, `matches` false when it is for something else than asked; then it must be ended first. An order of nothing is paid at once. Refuses with price_list_not_found, item_unavailable, order_too_large, discount_…, shipping_unavailable, shipping_required, out_of_stock.';
grant execute on function public.order_place(text, uuid, text, text, text, jsonb, jsonb, uuid, text, text, text, boolean, text, text)
  to service_role;
