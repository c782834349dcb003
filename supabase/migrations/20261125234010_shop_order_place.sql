-- Placing an order: one transaction that validates, prices, takes the discount off, holds the stock and
-- writes the order. Stripe hears of it afterwards; nothing here waits for it.
--
-- Whoever locks several things takes them in this order, so that nobody waits in a ring: the buyer, the
-- order, the stock by variant, the discount.

create function private.order_lines(items jsonb, price_list text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  lines jsonb;
  missing jsonb;
begin
  -- Two lines of one variant are one: held apart, each would find the stock that the other takes.
  with asked as (
    select (item.value ->> 'variant_id')::uuid as variant_id, sum((item.value ->> 'quantity')::integer) as quantity,
      min(item.ordinality) as place
    from jsonb_array_elements(items) with ordinality as item
    group by 1
  ), listed as (
    select asked.*, product.id as product_id, product.category_id, product.name_en, product.name_fr, product.tax_code,
      variant.sku, variant.options, variant.weight_grams, price.unit_amount
    from asked
    left join public.product_variants as variant on variant.id = asked.variant_id and variant.active
    left join public.products as product on product.id = variant.product_id and product.active
    left join public.variant_prices as price
      on price.variant_id = asked.variant_id and price.price_list_id = order_lines.price_list
  )
  select
    jsonb_agg(to_jsonb(listed) - 'place' || jsonb_build_object('subtotal_amount', unit_amount * quantity) order by place)
      filter (where product_id is not null and unit_amount is not null),
    jsonb_agg(jsonb_build_object('variant_id', variant_id) order by place)
      filter (where product_id is null or unit_amount is null)
  into lines, missing
  from listed;
  if missing is not null then
    perform private.problem(409, 'item_unavailable', 'Some items are not on sale: take them out and try again.',
      jsonb_build_object('variants', missing));
  end if;
  -- As many lines as Stripe's page takes, with one for the shipping.
  if jsonb_array_length(lines) > 99
    or exists (select from jsonb_array_elements(lines) as line where (line ->> 'quantity')::bigint > 1000)
  then
    perform private.problem(422, 'order_too_large', 'One order takes at most 99 items, and 1,000 of each.');
  end if;
  return lines;
end;
$$;
comment on function private.order_lines(jsonb, text) is
  'Lines of what is asked for, [{variant_id, quantity}], one a variant in the order of their first mention, as the catalogue has it now: {variant_id, quantity, product_id, category_id, name_en, name_fr, tax_code, sku, options, weight_grams, unit_amount, subtotal_amount}. Refuses with item_unavailable, which names the variants.';
grant execute on function private.order_lines(jsonb, text) to service_role;

create function private.order_discount(code text, price_list text, currency text, lines jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  given public.discounts;
  step constant bigint := private.charge_step(order_discount.currency);
  covered bigint[];
  whole bigint;
  reduction bigint;
begin
  select * into given from public.discounts as held
  where held.code = upper(btrim(order_discount.code)) and held.active
    and held.starts_at <= private.now() and coalesce(held.ends_at > private.now(), true)
    and coalesce(held.price_list_id = order_discount.price_list, true);
  if given.id is null then
    perform private.problem(422, 'discount_invalid', 'This code is not good, or not any more.');
  end if;
  if not exists (select from public.discount_scopes as scope where scope.discount_id = given.id) then
    select array_agg((line.value ->> 'subtotal_amount')::bigint order by line.ordinality) into covered
    from jsonb_array_elements(lines) with ordinality as line;
  else
    -- A category covers what is below it: from each line's category upwards.
    with recursive line as (
      select one.ordinality as place, (one.value ->> 'subtotal_amount')::bigint as amount,
        (one.value ->> 'product_id')::uuid as product_id, (one.value ->> 'category_id')::uuid as category_id
      from jsonb_array_elements(lines) with ordinality as one
    ), above as (
      select line.category_id as origin, line.category_id as id from line
      union
      select above.origin, child.parent_id
      from above join public.categories as child on child.id = above.id
      where child.parent_id is not null
    )
    select array_agg(case when exists (
        select from public.discount_scopes as scope
        where scope.discount_id = given.id and (scope.product_id = line.product_id or scope.category_id in (
          select above.id from above where above.origin = line.category_id
        ))
      ) then line.amount else 0 end order by line.place)
    into covered from line;
  end if;
  select sum(amount) into whole from unnest(covered) as amount;
  if whole = 0 then
    perform private.problem(422, 'discount_not_applicable', 'This code is not for what is being bought.');
  end if;
  if whole < given.minimum_amount then
    perform private.problem(422, 'discount_minimum', 'What this code covers does not come to its minimum.',
      jsonb_build_object('minimum_amount', given.minimum_amount, 'covered_amount', whole));
  end if;
  -- Halves away from zero, as a customer checks it; in steps that Stripe can charge.
  reduction := case given.kind
    when 'percent' then (whole * given.basis_points * 2 + 10000 * step) / (20000 * step) * step
    else least(given.amount, whole)
  end;
  return jsonb_build_object(
    'id', given.id, 'code', given.code, 'amount', least(reduction, whole),
    'shares', (
      select to_jsonb(array_agg(share * step order by place))
      from unnest(private.apportion(
        least(reduction, whole) / step, array(select amount / step from unnest(covered) as amount)
      )) with ordinality as part (share, place)
    )
  );
end;
$$;
comment on function private.order_discount(text, text, text, jsonb) is
  'What a code takes off lines as private.order_lines gives them: {id, code, amount, shares}, a share a line. Limits are counted when the order is written. Refuses with discount_invalid, discount_not_applicable or discount_minimum.';
grant execute on function private.order_discount(text, text, text, jsonb) to service_role;

create function private.order_shipping(rate_id uuid, price_list text, country text, weight bigint, goods bigint)
returns public.shipping_rates
language plpgsql
stable
set search_path = ''
as $$
declare
  rate public.shipping_rates;
begin
  select * into rate from public.shipping_rates as held
  where held.id = rate_id and held.active and held.price_list_id = order_shipping.price_list
    and (held.countries is null or order_shipping.country = any (held.countries))
    and weight >= coalesce(held.min_weight, 0) and coalesce(weight < held.max_weight, true)
    and goods >= coalesce(held.min_total, 0) and coalesce(goods < held.max_total, true);
  if rate.id is null then
    perform private.problem(422, 'shipping_unavailable',
      'This is not sent so: choose a shipping rate that is for the country, the weight and the total.');
  end if;
  return rate;
end;
$$;
comment on function private.order_shipping(uuid, text, text, bigint, bigint) is
  'A shipping rate, if it is for that country, weight in grams and total of goods after discount. Refuses with shipping_unavailable.';
grant execute on function private.order_shipping(uuid, text, text, bigint, bigint) to service_role;

create function private.order_hold(order_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  short jsonb;
begin
  -- All are tried, so that the buyer hears at once of everything that is missing; in key order.
  select jsonb_agg(jsonb_build_object(
      'variant_id', tried.variant_id, 'availability', known.band, 'few_left', known.few_left
    )) filter (where not tried.held)
  into short
  from (
    select item.variant_id,
      private.stock_change(item.variant_id, 'reserved', 0, item.quantity, order_hold.order_id) as held
    from (
      select line.variant_id, line.quantity from public.order_items as line
      where line.order_id = order_hold.order_id order by line.variant_id
    ) as item
  ) as tried
  left join public.variant_availability as known on known.variant_id = tried.variant_id;
  if short is not null then
    perform private.problem(409, 'out_of_stock', 'There is not enough of some items.',
      jsonb_build_object('variants', short));
  end if;
end;
$$;
comment on function private.order_hold(uuid) is
  'Reserves an order''s lines, or refuses with out_of_stock, which names what is missing and tells of it what buyers may know.';
grant execute on function private.order_hold(uuid) to service_role;

create function private.discount_redeem(discount_id uuid, order_id uuid, user_id uuid, email text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  per_customer integer;
begin
  -- Counted when the order is placed: whoever pays has his discount. The row stays locked until commit,
  -- so that the count below sees every other order with this code.
  update public.discounts as held set redeemed = held.redeemed + 1
  where held.id = discount_redeem.discount_id and held.active
    and coalesce(held.redeemed < held.max_redemptions, true)
  returning held.max_per_customer into per_customer;
  if not found then
    perform private.problem(409, 'discount_used_up', 'This code has been redeemed as often as it may.');
  end if;
  if per_customer <= (
    select count(*) from private.discount_redemptions as earlier
    where earlier.discount_id = discount_redeem.discount_id and earlier.released_at is null
      and (earlier.customer = private.customer_key(discount_redeem.user_id, discount_redeem.email)
        or earlier.email = private.customer_key(null, discount_redeem.email))
  ) then
    perform private.problem(409, 'discount_used_up', 'You have redeemed this code as often as you may.');
  end if;
  insert into private.discount_redemptions (order_id, discount_id, customer, email)
  values (
    discount_redeem.order_id, discount_redeem.discount_id,
    private.customer_key(discount_redeem.user_id, discount_redeem.email),
    private.customer_key(null, discount_redeem.email)
  );
end;
$$;
comment on function private.discount_redeem(uuid, uuid, uuid, text) is
  'Counts a discount for an order, in one conditional update. Refuses with discount_used_up: in all, or for this customer, signed in or not.';
grant execute on function private.discount_redeem(uuid, uuid, uuid, text) to service_role;
