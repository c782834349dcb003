-- What keeps the listings equal to the catalogue: one function that makes a product's rows anew, and triggers
-- that call it once a statement, so that an import of 1,000 products is a handful of queries and not thousands.

create function private.listings_refresh(product_ids uuid[], texts boolean default true)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- Two that change variants of one product at once: the second waits here, and its next statement then sees
  -- what the first has committed. In the order of the ids, or two would wait for each other. Orders, which
  -- only refer to products, are not held up.
  perform from public.products as product
  where product.id = any (listings_refresh.product_ids)
  order by product.id
  for no key update;

  with wanted as (
    select product.id as product_id, price.price_list_id, product.category_id,
      min(price.unit_amount) as min_amount, max(price.unit_amount) as max_amount,
      ((product.rating_sum + 15) * 10000 / (product.rating_count + 5))::integer as rating_rank,
      product.created_at as listed_at
    from public.products as product
    join public.product_variants as variant on variant.product_id = product.id and variant.active
    join public.variant_prices as price on price.variant_id = variant.id
    where product.id = any (listings_refresh.product_ids) and product.active
    group by product.id, price.price_list_id
  ), gone as (
    delete from public.product_listings as listing
    where listing.product_id = any (listings_refresh.product_ids) and not exists (
      select from wanted
      where wanted.product_id = listing.product_id and wanted.price_list_id = listing.price_list_id
    )
  )
  insert into public.product_listings as known
    (product_id, price_list_id, category_id, min_amount, max_amount, rating_rank, listed_at)
  select wanted.product_id, wanted.price_list_id, wanted.category_id, wanted.min_amount, wanted.max_amount,
    wanted.rating_rank, wanted.listed_at
  from wanted
  on conflict (product_id, price_list_id) do update
  set category_id = excluded.category_id, min_amount = excluded.min_amount, max_amount = excluded.max_amount,
    rating_rank = excluded.rating_rank, listed_at = excluded.listed_at
  where (known.category_id, known.min_amount, known.max_amount, known.rating_rank, known.listed_at)
    is distinct from (excluded.category_id, excluded.min_amount, excluded.max_amount, excluded.rating_rank,
      excluded.listed_at);

  delete from public.product_documents as document
  where document.product_id = any (listings_refresh.product_ids) and not exists (
    select from public.product_listings as listing where listing.product_id = document.product_id
  );
  with written as (
    insert into public.product_documents as known (product_id, level, document)
    select product.id, private.product_level(product), private.product_document(product)
    from public.products as product
    where product.id = any (listings_refresh.product_ids)
      and exists (select from public.product_listings as listing where listing.product_id = product.id)
      -- Making one takes a millisecond: not for each price.
      and (listings_refresh.texts or not exists (
        select from public.product_documents as document where document.product_id = product.id
      ))
    on conflict (product_id) do update set level = excluded.level, document = excluded.document
    where known.document is distinct from excluded.document
    returning document
  )
  insert into public.search_words (word)
  select distinct substr(lexeme, 3)
  from written, unnest(tsvector_to_array(written.document)) as lexeme
  where lexeme like 'w:%' and char_length(lexeme) between 5 and 42
    and not exists (select from public.search_words as known where known.word = substr(lexeme, 3))
  order by 1
  on conflict do nothing;

  -- The variants of what is on sale are what readers see the stock of.
  perform from public.variant_availability as availability
  where availability.product_id = any (listings_refresh.product_ids)
    and availability.on_sale is distinct from private.variant_on_sale(availability.variant_id)
  order by availability.variant_id
  for no key update;
  update public.variant_availability as availability
  set on_sale = not availability.on_sale
  where availability.product_id = any (listings_refresh.product_ids)
    and availability.on_sale is distinct from private.variant_on_sale(availability.variant_id);
end;
$$;
comment on function private.listings_refresh(uuid[], boolean) is
  'Makes what is derived from products anew: listings, documents, words, and which variants'' stock is shown. `texts` false: what is searched by is as it was.';
grant execute on function private.listings_refresh(uuid[], boolean) to service_role;

create function private.listings_follow_products()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- A new product has no variants yet, and what a deleted one had goes with it.
  perform private.listings_refresh(array_agg(after.id), bool_or(
    (after.name_en, after.name_fr, after.description_en, after.description_fr, after.attributes)
      is distinct from (before.name_en, before.name_fr, before.description_en, before.description_fr, before.attributes)
    or private.product_level(after) <> private.product_level(before)
  ))
  from changed_to as after join changed_from as before on before.id = after.id
  where (after.active, after.category_id, after.created_at, after.rating_count, after.rating_sum, after.name_en,
      after.name_fr, after.description_en, after.description_fr, after.attributes)
    is distinct from (before.active, before.category_id, before.created_at, before.rating_count, before.rating_sum,
      before.name_en, before.name_fr, before.description_en, before.description_fr, before.attributes)
  having count(*) > 0;
  return null;
end;
$$;
comment on function private.listings_follow_products() is
  'Trigger: listings follow products. Security definer: staff write products, and nobody listings.';
create trigger products_listings after update on public.products
  referencing old table as changed_from new table as changed_to
  for each statement execute function private.listings_follow_products();

create function private.listings_follow_variants()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    perform private.listings_refresh(array_agg(distinct moved.product_id), false)
    from changed_to as after
    join changed_from as before on before.id = after.id
      and (before.active, before.product_id) is distinct from (after.active, after.product_id),
      unnest(array[before.product_id, after.product_id]) as moved (product_id)
    having count(*) > 0;
  else
    perform private.listings_refresh(array_agg(distinct changed.product_id), false)
    from changed having count(*) > 0;
  end if;
  return null;
end;
$$;
comment on function private.listings_follow_variants() is
  'Trigger: listings follow variants. Security definer: staff write variants, and nobody listings.';
create trigger product_variants_listings_insert after insert on public.product_variants
  referencing new table as changed for each statement execute function private.listings_follow_variants();
create trigger product_variants_listings_update after update on public.product_variants
  referencing old table as changed_from new table as changed_to
  for each statement execute function private.listings_follow_variants();
create trigger product_variants_listings_delete after delete on public.product_variants
  referencing old table as changed for each statement execute function private.listings_follow_variants();

create function private.listings_follow_prices()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Prices that go with their variant: the trigger on variants has refreshed the product.
  perform private.listings_refresh(array_agg(distinct variant.product_id), false)
  from changed join public.product_variants as variant on variant.id = changed.variant_id
  having count(*) > 0;
  return null;
end;
$$;
comment on function private.listings_follow_prices() is
  'Trigger: listings follow prices. Security definer: staff write prices, and nobody listings.';
create trigger variant_prices_listings_insert after insert on public.variant_prices
  referencing new table as changed for each statement execute function private.listings_follow_prices();
create trigger variant_prices_listings_update after update on public.variant_prices
  referencing new table as changed for each statement execute function private.listings_follow_prices();
create trigger variant_prices_listings_delete after delete on public.variant_prices
  referencing old table as changed for each statement execute function private.listings_follow_prices();

insert into private.retention_reasons (relation, reason) values
  ('public.product_listings', 'derived from the catalogue, go with their product'),
  ('public.product_documents', 'derived from the catalogue, go with their product'),
  ('public.search_words', 'the words of the catalogue: as many as a language and the brands have');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.product_listings', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.product_documents', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.search_words', 'none', '{}', '{}', 'the words of the catalogue, about nobody');
