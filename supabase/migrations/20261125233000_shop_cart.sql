-- What a cart shows. Carts themselves are in Redis: variants, quantities and the prices when they were added.
-- Everything else about a line is read here each time, so that nobody is shown a price that is no more.

create function public.cart_stock(variant_ids uuid[], quantities integer[])
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(
    held.variant_id, greatest(0, least(wanted.quantity, held.on_hand - held.reserved))
  ), '{}')
  from unnest(cart_stock.variant_ids, cart_stock.quantities) as wanted (variant_id, quantity)
  join private.stock as held on held.variant_id = wanted.variant_id;
$$;
comment on function public.cart_stock(uuid[], integer[]) is
  'Server RPC: how many of each wanted quantity can be had, by variant. Buyers are told whether there is enough, not the number.';
revoke execute on function public.cart_stock(uuid[], integer[]) from public;
grant execute on function public.cart_stock(uuid[], integer[]) to service_role;

create function public.cart_facts(variant_ids uuid[], price_list text default null)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  list public.price_lists;
begin
  if cardinality(variant_ids) > 200 then
    perform private.problem(422, 'invalid_body', 'At most 200 variants.');
  end if;
  select one.* into list
  from public.price_lists as one
  where one.active
    and case when cart_facts.price_list is null then one.is_default else one.id = cart_facts.price_list end;
  if list.id is null then
    perform private.problem(422, 'price_list_not_found', 'No active price list has this id.');
  end if;
  return jsonb_build_object(
    'price_list', list.id,
    'currency', list.currency,
    'lines', (
      -- Inactive ones are left out by condition, not only by RLS: staff, who read them, cannot buy them either.
      select coalesce(jsonb_agg(jsonb_build_object(
        'variant_id', variant.id,
        'product_id', product.id,
        'slug', product.slug,
        'sku', variant.sku,
        'name_en', product.name_en,
        'name_fr', product.name_fr,
        'options', variant.options,
        'weight_grams', variant.weight_grams,
        'image', (
          select image.path
          from public.product_images as image
          where image.product_id = product.id
          order by (image.variant_id is not distinct from variant.id) desc, (image.variant_id is null) desc,
            image.position, image.id
          limit 1
        ),
        'unit_amount', price.unit_amount,
        'compare_at_amount', price.compare_at_amount,
        'availability', coalesce(known.band, 'out_of_stock'),
        'few_left', known.few_left
      )), '[]')
      from unnest(cart_facts.variant_ids) as wanted (variant_id)
      join public.product_variants as variant on variant.id = wanted.variant_id and variant.active
      join public.products as product on product.id = variant.product_id and product.active
      join public.variant_prices as price on price.variant_id = variant.id and price.price_list_id = list.id
      left join public.variant_availability as known on known.variant_id = variant.id
    )
  );
end;
$$;
comment on function public.cart_facts(uuid[], text) is
  'What the lines of a cart are now: names, price by the price list (null: the default one), availability as buyers may know it. Variants that are not on sale by that list are missing. Client RPC: whoever calls reads no more than the catalogue gives.';
grant execute on function public.cart_facts(uuid[], text) to anon, authenticated, service_role;
-- Guests are refused by name as well.
grant execute on function private.problem(integer, text, text) to anon;
