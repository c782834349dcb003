-- One product with all that its page shows, in one call.

create function private.bought_together(product_id uuid, most integer)
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    -- The latest 500 lines alone: of what is bought every minute there are millions.
    with lines as (
      select item.order_id from public.order_items as item
      where item.product_id = bought_together.product_id
      order by item.created_at desc
      limit 500
    ), together as (
      select other.product_id, count(*) as times
      from lines
      join public.orders as placed on placed.id = lines.order_id and placed.paid_at is not null
      join public.order_items as other
        on other.order_id = lines.order_id and other.product_id <> bought_together.product_id
      group by other.product_id
      order by count(*) desc, other.product_id
      limit bought_together.most
    )
    select coalesce(array_agg(together.product_id order by together.times desc, together.product_id), '{}') from together
  );
end;
$$;
comment on function private.bought_together(uuid, integer) is
  'The products most often paid for in one order with this one. Security definer: orders are their buyers'', and which products go together says of nobody who bought them.';
grant execute on function private.bought_together(uuid, integer) to anon, authenticated, service_role;

create function private.products_related(product public.products, price_list text, most integer)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    with bought as (
      -- Counted once what is not on sale is left out, or it would keep a place and show nothing in it.
      select pair.id, row_number() over (order by pair.place) as place
      from unnest(private.bought_together(product.id, 3 * products_related.most)) with ordinality as pair (id, place)
      join public.product_listings as listing
        on listing.product_id = pair.id and listing.price_list_id = products_related.price_list
    ), alike as (
      -- Of its category the fifty that are rated best; of these those that have most of its attributes.
      select near.product_id as id, (
          select count(*) from private.product_attributes(product.attributes) as own
          join private.product_attributes(other.attributes) as its on its.name = own.name and its.value = own.value
        ) as shared, near.rating_rank
      from (
        select listing.product_id, listing.rating_rank from public.product_listings as listing
        where listing.category_id = product.category_id and listing.price_list_id = products_related.price_list
        order by listing.rating_rank desc, listing.product_id desc
        limit 51
      ) as near
      join public.products as other on other.id = near.product_id
      where near.product_id <> product.id
    ), ranked as (
      -- Half of the places for what was bought with it, where there is as much; the rest for what is like it.
      select id, 0 as kind, place::numeric as rank from bought where place <= products_related.most / 2
      union all
      select id, 1, row_number() over (order by shared desc, rating_rank desc, id) from alike
      union all
      select id, 2, place from bought
    ), once as (
      select id, min(kind * 1000 + rank) as rank from ranked group by id order by 2, 1 limit products_related.most
    )
    select coalesce(array_agg(id order by rank, id), '{}') from once
  );
end;
$$;
comment on function private.products_related(public.products, text, integer) is
  'Products to show beside one: bought with it, and of its category with the same attributes.';
grant execute on function private.products_related(public.products, text, integer) to anon, authenticated, service_role;

create function public.product_show(product text, price_list text default null, locale text default 'en')
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  shown constant public.price_lists := private.shop_price_list(product_show.price_list);
  french constant boolean := product_show.locale = 'fr';
  found_product public.products;
begin
  select held.* into found_product from public.products as held
  where held.active and held.slug = product_show.product;
  if found_product.id is null
    and product_show.product ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select held.* into found_product from public.products as held
    where held.active and held.id = product_show.product::uuid;
  end if;
  if found_product.id is null then
    perform private.problem(404, 'product_not_found', 'No product on sale has this slug or id.');
  end if;
  return jsonb_build_object(
    'id', found_product.id,
    'slug', found_product.slug,
    'name', case when french then found_product.name_fr else found_product.name_en end,
    'description', case when french then found_product.description_fr else found_product.description_en end,
    -- The way down the tree, as far as it is shown.
    'categories', (
      with recursive above as (
        select held.id, held.parent_id, held.slug, held.name_en, held.name_fr, 0 as height
        from public.categories as held where held.id = found_product.category_id and held.active
        union all
        select held.id, held.parent_id, held.slug, held.name_en, held.name_fr, above.height + 1
        from public.categories as held join above on held.id = above.parent_id
        where held.active
      )
      select coalesce(jsonb_agg(jsonb_build_object('id', above.id, 'slug', above.slug,
        'name', case when french then above.name_fr else above.name_en end) order by above.height desc), '[]')
      from above
    ),
    'attributes', found_product.attributes,
    'created_at', found_product.created_at,
    'price_list', shown.id,
    'currency', shown.currency,
    'rating', jsonb_build_object('count', found_product.rating_count, 'sum', found_product.rating_sum),
    'variants', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', variant.id, 'sku', variant.sku, 'options', variant.options, 'weight_grams', variant.weight_grams,
        'unit_amount', price.unit_amount, 'compare_at_amount', price.compare_at_amount,
        'availability', coalesce(availability.band, 'out_of_stock'), 'few_left', availability.few_left
      ) order by variant.position, variant.sku), '[]')
      from public.product_variants as variant
      left join public.variant_prices as price
        on price.variant_id = variant.id and price.price_list_id = shown.id
      left join public.variant_availability as availability on availability.variant_id = variant.id
      where variant.product_id = found_product.id and variant.active
    ),
    'images', (
      select coalesce(jsonb_agg(jsonb_build_object('path', image.path, 'variant_id', image.variant_id,
        'alt', case when french then image.alt_fr else image.alt_en end) order by image.position, image.id), '[]')
      from public.product_images as image where image.product_id = found_product.id
    ),
    'reviews', public.product_reviews(found_product.id, null, 5),
    'related', private.product_cards(
      private.products_related(found_product, shown.id, 4), shown, product_show.locale
    )
  );
end;
$$;
comment on function public.product_show(text, text, text) is
  'A product on sale with all that its page shows, by its slug or id; refuses one that is not on sale.';
grant execute on function public.product_show(text, text, text) to anon, authenticated, service_role;
