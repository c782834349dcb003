-- Reading the shop: the list of products, by a client RPC as its caller; every table that it reads is under RLS.
-- One call a request and, but for facets, a handful of index scans, however many products and variants there are.

create function private.categories_below(category_id uuid)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    with recursive below as (
      select category.id from public.categories as category
      where category.id = categories_below.category_id and category.active
      union
      select category.id from public.categories as category
      join below on category.parent_id = below.id
      where category.active
    )
    select array_agg(id) from below
  );
end;
$$;
comment on function private.categories_below(uuid) is
  'A category with all below it; one that is not active is left out with what is below it. Null: there is none.';
grant execute on function private.categories_below(uuid) to anon, authenticated, service_role;

create function private.shop_price_list(asked text)
returns public.price_lists
language plpgsql
stable
set search_path = ''
as $$
declare
  found_list public.price_lists;
begin
  select list.* into found_list from public.price_lists as list
  where list.active and case when asked is null then list.is_default else list.id = asked end;
  if found_list.id is null then
    perform private.problem(422, 'price_list_not_found', 'No prices are shown by this list.');
  end if;
  return found_list;
end;
$$;
comment on function private.shop_price_list(text) is 'The price list that is asked for, or the default one. Refuses one that is not there.';
grant execute on function private.shop_price_list(text) to anon, authenticated, service_role;
grant execute on function private.problem(integer, text, text) to anon;

create function private.product_cards(product_ids uuid[], price_list public.price_lists, locale text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', product.id,
      'slug', product.slug,
      'name', case product_cards.locale when 'fr' then product.name_fr else product.name_en end,
      'category', (
        select jsonb_build_object('id', category.id, 'slug', category.slug,
          'name', case product_cards.locale when 'fr' then category.name_fr else category.name_en end)
        from public.categories as category where category.id = product.category_id and category.active
      ),
      'attributes', product.attributes,
      'min_amount', listing.min_amount,
      'max_amount', listing.max_amount,
      'currency', product_cards.price_list.currency,
      'in_stock', exists (
        select from public.variant_availability as availability
        where availability.product_id = product.id and availability.on_sale and availability.band <> 'out_of_stock'
      ),
      'image', (
        select jsonb_build_object('path', image.path,
          'alt', case product_cards.locale when 'fr' then image.alt_fr else image.alt_en end)
        from public.product_images as image where image.product_id = product.id
        order by image.position, image.id limit 1
      ),
      'rating', jsonb_build_object('count', product.rating_count, 'sum', product.rating_sum),
      'created_at', product.created_at
    ) order by asked.place), '[]')
    from unnest(product_cards.product_ids) with ordinality as asked (id, place)
    join public.products as product on product.id = asked.id and product.active
    join public.product_listings as listing
      on listing.product_id = product.id and listing.price_list_id = product_cards.price_list.id
  );
end;
$$;
comment on function private.product_cards(uuid[], public.price_lists, text) is
  'Products as lists show them, in the order asked for, in one query whatever variants they have.';
grant execute on function private.product_cards(uuid[], public.price_lists, text) to anon, authenticated, service_role;

create function private.product_facets(product_ids uuid[], price_list public.price_lists, locale text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    with matched as materialized (
      select product.id, product.category_id, product.attributes, listing.min_amount
      from public.products as product
      join public.product_listings as listing
        on listing.product_id = product.id and listing.price_list_id = product_facets.price_list.id
      where product.id = any (product_facets.product_ids) and product.active
    ), counted as (
      -- As private.product_attributes has them, written out: calling it for each product is half of the time.
      select attribute.key as name, attribute.value #>> '{}' as value, count(*) as products
      from matched, jsonb_each(matched.attributes) as attribute
      where jsonb_typeof(attribute.value) in ('string', 'number', 'boolean')
        and char_length(attribute.key) <= 100 and char_length(attribute.value #>> '{}') between 1 and 200
      group by 1, 2
    ), ranked as (
      select counted.*, row_number() over (partition by name order by products desc, value) as place from counted
    )
    select jsonb_build_object(
      'products', (select count(*) from matched),
      'in_stock', (
        select count(*) from matched where exists (
          select from public.variant_availability as availability
          where availability.product_id = matched.id and availability.on_sale and availability.band <> 'out_of_stock'
        )
      ),
      'price', (
        select jsonb_build_object('min_amount', min(min_amount), 'max_amount', max(min_amount),
          'currency', product_facets.price_list.currency)
        from matched having count(*) > 0
      ),
      'categories', (
        select coalesce(jsonb_agg(jsonb_build_object('id', category.id, 'slug', category.slug,
            'parent_id', category.parent_id,
            'name', case product_facets.locale when 'fr' then category.name_fr else category.name_en end,
            'count', held.products) order by held.products desc, category.slug), '[]')
        from (select category_id, count(*) as products from matched group by category_id) as held
        join public.categories as category on category.id = held.category_id and category.active
      ),
      'attributes', (
        select coalesce(jsonb_agg(jsonb_build_object('name', named.name, 'values', named.listed)
          order by named.products desc, named.name), '[]')
        from (
          select name, sum(products) as products,
            jsonb_agg(jsonb_build_object('value', value, 'count', products) order by place) as listed
          from ranked where place <= 50 group by name order by 2 desc, name limit 30
        ) as named
      )
    )
  );
end;
$$;
comment on function private.product_facets(uuid[], public.price_lists, text) is
  'How many of these products are in each category, have each attribute, are in stock; and what they cost.';
grant execute on function private.product_facets(uuid[], public.price_lists, text) to anon, authenticated, service_role;

create function private.listing_query(
  sort text,
  searched boolean,
  categories uuid[],
  from_amount boolean,
  to_amount boolean,
  in_stock boolean,
  resumed boolean,
  most integer
)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  key constant text := case sort when 'newest' then 'listed_at' when 'rating' then 'rating_rank' else 'min_amount' end;
  type constant text := case sort when 'newest' then 'timestamptz' else 'bigint' end;
  direction constant text := case sort when 'price_asc' then 'asc' else 'desc' end;
  -- A category and those below it are walked side by side, each in order, and merged: what is found early is
  -- near, wherever in the sort the category's products are. Of very many categories most of the shop is.
  merged constant boolean := not searched and cardinality(categories) <= 50;
  walk constant text := format(
    'select listing.product_id, listing.%1$I as key from public.product_listings as listing %2$s
     where listing.price_list_id = $1 %3$s order by listing.%1$I %4$s, listing.product_id %4$s limit %5$s',
    key,
    case when searched then
      'join public.product_documents as document on document.product_id = listing.product_id and document.document @@ $5'
    end,
    concat(
      case when merged then ' and listing.category_id = branch.id'
        when categories is not null then ' and listing.category_id = any ($2)' end,
      case when from_amount then ' and listing.min_amount >= $3' end,
      case when to_amount then ' and listing.min_amount <= $4' end,
      case when in_stock then private.in_stock_condition() end,
      case when resumed then format(
        ' and (listing.%I, listing.product_id) %s ($6::%s, $7)',
        key, case direction when 'asc' then '>' else '<' end, type
      ) end
    ),
    direction, most
  );
begin
  return format(
    'select array_agg(found.product_id order by found.key %1$s, found.product_id %1$s),
       array_agg(%2$s order by found.key %1$s, found.product_id %1$s)
     from (%3$s) as found',
    direction,
    -- Exact to the microsecond, in whatever zone the session is.
    case sort when 'newest' then 'to_char(found.key at time zone ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.US"Z"'')'
      else 'found.key::text' end,
    case when merged then format(
      'select page.* from unnest($2) as branch (id) cross join lateral (%s) as page
       order by page.key %2$s, page.product_id %2$s limit %3$s', walk, direction, most
    ) else walk end
  );
end;
$$;
comment on function private.listing_query(text, boolean, uuid[], boolean, boolean, boolean, boolean, integer) is
  'The query for a page of listings by one sort. Its text has only what is asked for, so that the planner sees which index serves it.';
grant execute on function private.listing_query(text, boolean, uuid[], boolean, boolean, boolean, boolean, integer)
  to anon, authenticated, service_role;

create function public.products_search(
  search text default null,
  category text default null,
  price_list text default null,
  min_amount bigint default null,
  max_amount bigint default null,
  attributes jsonb default '{}',
  in_stock boolean default false,
  sort text default null,
  after_key text default null,
  after_id uuid default null,
  page_size integer default 24,
  facets boolean default false,
  locale text default 'en'
)
returns jsonb
language plpgsql
stable
set jit = off
set search_path = ''
as $$
declare
  shown constant public.price_lists := private.shop_price_list(products_search.price_list);
  size constant integer := least(greatest(coalesce(page_size, 24), 1), 100);
  terms constant jsonb := private.search_terms(left(coalesce(search, ''), 200));
  sorted constant text := coalesce(sort, case when terms = '[]' then 'newest' else 'relevance' end);
  categories uuid[];
  required tsquery;
  wanted tsquery;
  page uuid[];
  keys text[];
  matched uuid[];
  at bigint[];
  last_place tid;
  before integer := 0;
  most integer;
begin
  if sorted not in ('relevance', 'price_asc', 'price_desc', 'newest', 'rating')
    or sorted = 'relevance' and terms = '[]'
    or (after_key is null) <> (after_id is null)
    or jsonb_typeof(products_search.attributes) <> 'object'
    or char_length(products_search.attributes::text) > 4000 then
    perform private.problem(422, 'invalid_query', 'Sort, cursor and attributes must be of the forms described; relevance needs a search.');
  end if;
  if category is not null then
    select private.categories_below(held.id) into categories
    from public.categories as held
    where held.active and case
      when category ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then held.id = category::uuid
      else held.slug = category
    end;
    if categories is null then
      perform private.problem(404, 'category_not_found', 'No category has this slug or id.');
    end if;
  end if;
  -- Values of one attribute: one of them. Several attributes: all of them.
  select string_agg('(' || of_one.text || ')', '&')::tsquery into required
  from (
    select string_agg(private.tsquery_word('a:' || attribute.key || '=' || one.value), '|') as text
    from jsonb_each(products_search.attributes) as attribute,
      jsonb_array_elements_text(
        case jsonb_typeof(attribute.value) when 'array' then attribute.value else jsonb_build_array(attribute.value) end
      ) as one (value)
    group by attribute.key
  ) as of_one;

  if sorted = 'relevance' then
    -- Where the page before ended: score, block and number of the document, and how many came so far.
    if after_key is not null then
      at := string_to_array(after_key, '.');
      last_place := format('(%s,%s)', at[2], at[3]);
      before := at[4];
    end if;
    -- The best 1,000 are all there is: the one more than the page tells whether there is another.
    most := least(size + 1, 1000 - before);
    select array_agg(found.product_id order by found.score desc, found.place),
      array_agg(concat_ws('.', found.score, translate(found.place::text, ',()', '.'), before + size)
        order by found.score desc, found.place)
    into page, keys
    from private.search_best(
      terms, required, shown.id, categories, products_search.min_amount, products_search.max_amount,
      products_search.in_stock, at[1]::integer, last_place, greatest(most, 0)
    ) as found;
    if facets then
      matched := array(
        select found.product_id
        from private.search_best(
          terms, required, shown.id, categories, products_search.min_amount, products_search.max_amount,
          products_search.in_stock, null, null, 1001
        ) as found
      );
    end if;
  else
    wanted := case when terms = '[]' then required
      when required is null then private.tsquery_of(terms, 'w:')
      else private.tsquery_of(terms, 'w:') && required end;
    execute private.listing_query(
      sorted, wanted is not null, categories, products_search.min_amount is not null,
      products_search.max_amount is not null, products_search.in_stock, after_id is not null, size + 1
    ) into page, keys
    using shown.id, categories, products_search.min_amount, products_search.max_amount, wanted, after_key, after_id;
    if facets then
      execute private.listing_query(
        sorted, wanted is not null, categories, products_search.min_amount is not null,
        products_search.max_amount is not null, products_search.in_stock, false, 1001
      ) into matched
      using shown.id, categories, products_search.min_amount, products_search.max_amount, wanted, after_key, after_id;
    end if;
  end if;

  return jsonb_build_object(
    'products', private.product_cards(coalesce(page[1:size], '{}'), shown, products_search.locale),
    'next', case when cardinality(page) > size then jsonb_build_object('key', keys[size], 'id', page[size]) end,
    'sort', sorted,
    'price_list', shown.id,
    'currency', shown.currency,
    'facets', case when facets then
      private.product_facets(coalesce(matched[1:1000], '{}'), shown, products_search.locale) end,
    'facets_capped', case when facets then coalesce(cardinality(matched), 0) > 1000 end
  );
end;
$$;
comment on function public.products_search(text, text, text, bigint, bigint, jsonb, boolean, text, text, uuid, integer, boolean, text) is
  'A page of the products on sale, as the endpoint `products` answers it: searched, filtered, sorted; the place after which it begins is a sort key with an id.';
grant execute on function
  public.products_search(text, text, text, bigint, bigint, jsonb, boolean, text, text, uuid, integer, boolean, text)
  to anon, authenticated, service_role;
