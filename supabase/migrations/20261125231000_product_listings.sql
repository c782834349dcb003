-- Listings: what lists and searches of products read instead of products, variants and prices.
--
-- product_listings holds one row a product and price list, with what one sorts by; product_documents one row a
-- product, with what one searches and filters by. Only what is on sale has rows, so everybody may read all of
-- them: a policy with a condition would keep `@@` from its index, since it is not leakproof.
--
-- Both are written when staff change the catalogue or a review is added, not when something is sold: whether a
-- product is in stock is asked of its variants' bands. A flag on the listing would make two checkouts that sell
-- out variants of two products lock those in opposite orders.

create schema if not exists extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists fuzzystrmatch with schema extensions;

create table public.product_listings (
  product_id    uuid not null references public.products (id) on delete cascade,
  price_list_id text not null references public.price_lists (id) on delete cascade,
  category_id   uuid not null,
  min_amount    bigint not null,
  max_amount    bigint not null,
  rating_rank   integer not null,
  listed_at     timestamptz not null,
  constraint product_listings_pkey primary key (product_id, price_list_id)
);
comment on table public.product_listings is
  'Products on sale by each price list, with what lists sort by. Kept by private.listings_refresh: see there.';
comment on column public.product_listings.category_id is 'The product''s own category; those above follow from the tree.';
comment on column public.product_listings.min_amount is 'The lowest price of its active variants, in minor units of the list''s currency.';
comment on column public.product_listings.max_amount is 'The highest one.';
comment on column public.product_listings.rating_rank is
  'Average rating times 10,000, with five ratings of 3 added: one rating of 5 is less than a hundred of 4.8.';
comment on column public.product_listings.listed_at is 'When the product was made.';
-- One index a sort, whole and within a category: the id makes each place in it unique, for cursors.
create index product_listings_price on public.product_listings (price_list_id, min_amount, product_id);
create index product_listings_newest on public.product_listings (price_list_id, listed_at, product_id);
create index product_listings_rating on public.product_listings (price_list_id, rating_rank, product_id);
create index product_listings_category_price on public.product_listings
  (category_id, price_list_id, min_amount, product_id);
create index product_listings_category_newest on public.product_listings
  (category_id, price_list_id, listed_at, product_id);
create index product_listings_category_rating on public.product_listings
  (category_id, price_list_id, rating_rank, product_id);

create table public.product_documents (
  product_id uuid primary key references public.products (id) on delete cascade,
  level      smallint not null,
  document   tsvector not null,
  constraint product_documents_level_possible check (level between 0 and 23)
);
comment on table public.product_documents is
  'What products on sale are found by. Kept by private.listings_refresh.';
comment on column public.product_documents.level is
  'What is found first among equals: 16 to 23 by how much its reviews like it; else 0 to 15 by how few words its name has, the odd ones a sixteenth of the products, so that a search need not begin with all that nobody has reviewed.';
comment on column public.product_documents.document is
  'Lexemes: `w:chair` of any text, `n<level>:chair` of the name (level as two hexadecimal digits), `a:<name>=<value>` an attribute.';
create index product_documents_document on public.product_documents using gin (document);
-- The planner weighs an index scan in the sort's order against the inverted index by how frequent a word is.
alter table public.product_documents alter column document set statistics 300;

create table public.search_words (
  word text primary key,
  constraint search_words_word_length check (char_length(word) between 3 and 40)
);
comment on table public.search_words is
  'Every lexeme that a product on sale has or had: a word that is none of them is a typo, and the nearest of them are meant.';
create index search_words_similar on public.search_words using gin (word extensions.gin_trgm_ops);

alter table public.product_listings enable row level security;
alter table public.product_documents enable row level security;
alter table public.search_words enable row level security;
grant select on public.product_listings, public.product_documents, public.search_words to anon, authenticated;
grant select, insert, update, delete on public.product_listings, public.product_documents, public.search_words
  to service_role;
create policy "Everybody reads listings of active price lists"
  on public.product_listings for select to anon
  using (price_list_id = any (array(select list.id from public.price_lists as list where list.active)));
create policy "Users read listings of active price lists"
  on public.product_listings for select to authenticated
  using (price_list_id = any (array(select list.id from public.price_lists as list where list.active)));
create policy "Everybody reads documents"
  on public.product_documents for select to anon using (true);
create policy "Users read documents"
  on public.product_documents for select to authenticated using (true);
create policy "Everybody reads words"
  on public.search_words for select to anon using (true);
create policy "Users read words"
  on public.search_words for select to authenticated using (true);

create function private.fold(text text)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return (
    select lower(extensions.unaccent('extensions.unaccent'::regdictionary, text))
  );
end;
$$;
comment on function private.fold(text) is 'A text without accents and in lower case.';
grant execute on function private.fold(text) to anon, authenticated, service_role;

create function private.search_lexemes(text text)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return (
    -- Both languages, whatever the text is in: brands and borrowed words are in each. French also as written,
    -- since its endings are told by their accents. Letters and digits alone: the parser would make hosts and
    -- signed numbers of "a.b" and "3-5".
    select array(
      select distinct private.fold(lexeme)
      from regexp_replace(search_lexemes.text, '[^[:alnum:]]+', ' ', 'g') as written,
        unnest(
          tsvector_to_array(to_tsvector('pg_catalog.english', private.fold(written)))
          || tsvector_to_array(to_tsvector('pg_catalog.french', private.fold(written)))
          || tsvector_to_array(to_tsvector('pg_catalog.french', written))
        ) as lexeme
      where char_length(lexeme) <= 40
    )
  );
end;
$$;
comment on function private.search_lexemes(text) is
  'The words of a text as stems, French and English, without accents; without those that mean nothing in both.';
grant execute on function private.search_lexemes(text) to anon, authenticated, service_role;

create function private.product_attributes(attributes jsonb)
returns table (name text, value text)
language sql
immutable
parallel safe
set search_path = ''
as $$
  select attribute.key, attribute.value #>> '{}'
  from jsonb_each(attributes) as attribute
  where jsonb_typeof(attribute.value) in ('string', 'number', 'boolean')
    and char_length(attribute.key) <= 100 and char_length(attribute.value #>> '{}') between 1 and 200;
$$;
comment on function private.product_attributes(jsonb) is
  'The attributes that one filters by: those with one short value. Others are shown, and not filtered by.';
grant execute on function private.product_attributes(jsonb) to anon, authenticated, service_role;

create function private.product_level(product public.products)
returns smallint
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return (
    select case
      -- Stars above the middle: dozens of reviews that like it count more than one.
      when liked.points > 0 then 16 + least(7, floor(log(2.0, liked.points) / 1.5))
      else 2 * greatest(0, 8 - array_length(regexp_split_to_array(trim(product.name_en), '\s+'), 1))
        + case when right(product.id::text, 1) = '0' then 1 else 0 end
    end::smallint
    from (select product.rating_sum - 3 * product.rating_count::bigint as points) as liked
  );
end;
$$;
comment on function private.product_level(public.products) is 'See public.product_documents.level.';
grant execute on function private.product_level(public.products) to service_role;

create function private.level_prefix(level integer)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return (
    select 'n' || lpad(to_hex(level_prefix.level), 2, '0') || ':'
  );
end;
$$;
comment on function private.level_prefix(integer) is 'How lexemes of names of a level begin.';
grant execute on function private.level_prefix(integer) to anon, authenticated, service_role;

create function private.product_document(product public.products)
returns tsvector
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return (
    with lexemes as (
      select private.search_lexemes(product.name_en || ' ' || product.name_fr) as named,
        private.search_lexemes(
          -- More of a description says nothing new, and makes the index large.
          left(product.description_en, 2000) || ' ' || left(product.description_fr, 2000) || ' '
          || coalesce((select string_agg(value, ' ') from private.product_attributes(product.attributes)), '')
        ) as told
    )
    select array_to_tsvector(array(
      select private.level_prefix(private.product_level(product)) || word from lexemes, unnest(named) as word
      union
      select 'w:' || word from lexemes, unnest(named || told) as word
      union
      select 'a:' || attribute.name || '=' || attribute.value from private.product_attributes(product.attributes) as attribute
    ))
  );
end;
$$;
comment on function private.product_document(public.products) is 'See public.product_documents.document.';
grant execute on function private.product_document(public.products) to service_role;
