-- A checkout that is asked for again is the order that was placed, also where it is paid or has ended by now: the
-- one who asks has chosen its id.

create or replace function private.order_checkout(order_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  -- In plpgsql, which keeps its plan: an SQL function is planned anew at each call, for as long as all the rest takes.
  return (select jsonb_build_object(
    'id', placed.id, 'number', placed.number, 'status', placed.status, 'paid', placed.paid_at is not null,
    'user_id', placed.user_id,
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

drop function public.order_place(text, uuid, text, text, text, jsonb, jsonb, uuid, text, text, text, boolean, text, text);
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
  address_hash text default null,
  placed_id uuid default null
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
  new_id constant uuid := coalesce(order_place.placed_id, gen_random_uuid());
begin
  -- One at a time a buyer: of two tabs the second finds what the first has placed.
  perform pg_advisory_xact_lock(hashtextextended('order of ' || buyer, 0));
  if exists (select from public.orders as known where known.id = new_id) then
    return jsonb_build_object('fresh', false, 'matches', true, 'order', private.order_checkout(new_id));
  end if;
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
  perform private.order_write(new_id, user_id, email, locale, priced.list, priced.lines, priced.discount, priced.rate,
    shipping_address);
  insert into private.order_requests (order_id, buyer, asked_hash, request_hash, success_url, cancel_url, taxed, cart, address_hash, look_at)
  values (new_id, buyer, asked, hash, order_place.success_url, order_place.cancel_url, order_place.taxed, order_place.cart,
    order_place.address_hash, private.now() + interval '5 minutes');
  perform private.order_hold(new_id);
  if priced.discount is not null then
    perform private.discount_redeem((priced.discount ->> 'id')::uuid, new_id, user_id, email);
  end if;
  perform private.order_settle_free(new_id);
  return jsonb_build_object('fresh', true, 'matches', true, 'order', private.order_checkout(new_id));
end;
$$;
comment on function public.order_place(text, uuid, text, text, text, jsonb, jsonb, uuid, text, text, text, boolean, text, text, uuid) is
  'Server RPC: places an order and holds its stock, all or nothing: {fresh, matches, order}, the order as private.order_checkout tells it. A buyer has one pending order that he can still pay: `fresh` is false when it was there already, `matches` false when it is for something else than asked; then it must be ended first. An order of nothing is paid at once. `placed_id`: the new order''s id; the order of this id, where there is one, whatever became of it. Refuses with price_list_not_found, item_unavailable, order_too_large, discount_…, shipping_unavailable, shipping_required, out_of_stock.';
grant execute on function public.order_place(text, uuid, text, text, text, jsonb, jsonb, uuid, text, text, text, boolean, text, text, uuid)
  to service_role;
