-- Searching the shop: which words are meant, and which products answer them best.
--
-- A search never reads all that it matches: names' lexemes carry their product's level, so the best are asked for
-- first, and a page ends the reading. Ranking what one frequent word matches would be reading a fifth of the shop.

create function private.tsquery_word(lexeme text)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return (
    select '''' || replace(replace(tsquery_word.lexeme, '\', '\\'), '''', '''''') || ''''
  );
end;
$$;
comment on function private.tsquery_word(text) is 'A lexeme as the text of a tsquery has it, whatever is in it.';
grant execute on function private.tsquery_word(text) to anon, authenticated, service_role;

create function private.tsquery_of(terms jsonb, prefix text)
returns tsquery
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return (
    select string_agg('(' || alternatives.text || ')', '&')::tsquery
    from jsonb_array_elements(tsquery_of.terms) as term,
      lateral (
        select string_agg(private.tsquery_word(tsquery_of.prefix || lexeme), '|') as text
        from jsonb_array_elements_text(term) as lexeme
      ) as alternatives
  );
end;
$$;
comment on function private.tsquery_of(jsonb, text) is
  'The query for documents that have one lexeme of each list: [["chair", "chais"], ["red"]].';
grant execute on function private.tsquery_of(jsonb, text) to anon, authenticated, service_role;

create function private.search_nearest(word text)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
  swapped constant text[] := array(
    select left(word, at - 1) || substr(word, at + 1, 1) || substr(word, at, 1) || substr(word, at + 2)
    from generate_series(1, char_length(word) - 1) as at
  );
  nearest text[];
begin
  -- Two letters swapped is the commonest typo, and the one that leaves the fewest trigrams.
  nearest := array(select known.word from public.search_words as known where known.word = any (swapped) limit 4);
  if cardinality(nearest) > 0 or char_length(word) < 3 then
    return nearest;
  end if;
  perform pg_catalog.set_config('pg_trgm.similarity_threshold', '0.25', true);
  return array(
    select near.word
    from (
      select known.word, extensions.similarity(known.word, search_nearest.word) as alike,
        extensions.levenshtein_less_equal(known.word, search_nearest.word, 2) as edits
      from public.search_words as known
      where known.word operator(extensions.%) search_nearest.word
    ) as near
    where near.edits <= case when char_length(search_nearest.word) < 6 then 1 else 2 end
    order by near.edits, near.alike desc, near.word
    limit 4
  );
end;
$$;
comment on function private.search_nearest(text) is
  'The known words that a word with a typo may mean: at most four, one edit away, or two if it is long.';
grant execute on function private.search_nearest(text) to anon, authenticated, service_role;

create function private.search_terms(search text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  typed text;
  lexemes text[];
  meant text[];
  terms jsonb := '[]';
  skipped jsonb := '[]';
begin
  foreach typed in array (
    regexp_split_to_array(trim(regexp_replace(search, '[^[:alnum:]]+', ' ', 'g')), ' ')
  )[1:8] loop
    continue when typed = '';
    lexemes := private.search_lexemes(typed);
    -- "the" and "sur" mean nothing, unless nothing else is asked for.
    if to_tsvector('pg_catalog.english', typed) = '' or to_tsvector('pg_catalog.french', typed) = '' then
      skipped := skipped || jsonb_build_array(lexemes || private.fold(typed));
      continue;
    end if;
    if not exists (select from public.search_words as known where known.word = any (lexemes)) then
      meant := array(select distinct near from unnest(lexemes) as lexeme, unnest(private.search_nearest(lexeme)) as near);
      lexemes := lexemes || meant;
    end if;
    terms := terms || jsonb_build_array(to_jsonb(lexemes));
  end loop;
  return case when terms = '[]' then skipped else terms end;
end;
$$;
comment on function private.search_terms(text) is
  'What a search means: for each of its first eight words the lexemes that are as good, typos mended.';
grant execute on function private.search_terms(text) to anon, authenticated, service_role;

create function private.in_stock_condition()
returns text
language sql
immutable
set search_path = ''
as $$
  select ' and exists (
    select from public.variant_availability as availability
    where availability.product_id = listing.product_id and availability.on_sale
      and availability.band <> ''out_of_stock'') ';
$$;
comment on function private.in_stock_condition() is 'The condition that a listing''s product is in stock, as queries have it.';
grant execute on function private.in_stock_condition() to anon, authenticated, service_role;

create function private.is_listed(
  listing public.product_listings,
  categories uuid[],
  min_amount bigint,
  max_amount bigint,
  in_stock boolean
)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select (categories is null or listing.category_id = any (categories))
      and (is_listed.min_amount is null or listing.min_amount >= is_listed.min_amount)
      and (is_listed.max_amount is null or listing.min_amount <= is_listed.max_amount)
      and (not is_listed.in_stock or exists (
        select from public.variant_availability as availability
        where availability.product_id = listing.product_id and availability.on_sale
          and availability.band <> 'out_of_stock'
      ))
  );
end;
$$;
comment on function private.is_listed(public.product_listings, uuid[], bigint, bigint, boolean) is
  'Whether a listing is of one of the categories (null: of any), within the price range, and in stock where that is asked for.';
grant execute on function private.is_listed(public.product_listings, uuid[], bigint, bigint, boolean)
  to anon, authenticated, service_role;

create function private.few_listed(price_list text, categories uuid[], min_amount bigint, max_amount bigint)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  -- Looked through one by one rather than by a word that half of the shop has.
  few constant integer := 2000;
  candidates bigint;
begin
  if categories is null and few_listed.min_amount is null and few_listed.max_amount is null then
    return false;
  end if;
  execute format(
    'select count(*) from (
       select from public.product_listings as listing where listing.price_list_id = $1 %s %s %s limit %s
     ) as narrowed',
    case when categories is not null then 'and listing.category_id = any ($2)' end,
    case when few_listed.min_amount is not null then 'and listing.min_amount >= $3' end,
    case when few_listed.max_amount is not null then 'and listing.min_amount <= $4' end,
    few + 1
  ) into candidates using price_list, categories, few_listed.min_amount, few_listed.max_amount;
  return candidates <= few;
end;
$$;
comment on function private.few_listed(text, uuid[], bigint, bigint) is
  'Whether filters leave so few listings that a search looks at each of them.';
grant execute on function private.few_listed(text, uuid[], bigint, bigint) to anon, authenticated, service_role;

create function private.is_frequent(required tsquery, price_list text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  -- Asked of a sample, the products that are rated best: counting would read all that the index has of it.
  return required is not null and 4 <= (
    select count(*)
    from (
      select listing.product_id from public.product_listings as listing
      where listing.price_list_id = is_frequent.price_list
      order by listing.rating_rank desc, listing.product_id desc
      limit 200
    ) as sampled
    join public.product_documents as document on document.product_id = sampled.product_id
    where document.document @@ required
  );
end;
$$;
comment on function private.is_frequent(tsquery, text) is
  'Whether so many products match that it is cheaper to look at those that match something else.';
grant execute on function private.is_frequent(tsquery, text) to anon, authenticated, service_role;

create function private.search_rest(
  anywhere tsquery,
  named text,
  price_list text,
  categories uuid[],
  min_amount bigint,
  max_amount bigint,
  in_stock boolean,
  after tid,
  most integer
)
returns table (product_id uuid, place tid)
language plpgsql
stable
-- In the order of the table: the planner reads it, or the index's bitmap, by how frequent the words are.
set enable_seqscan = on
set synchronize_seqscans = off
set max_parallel_workers_per_gather = 0
set jit = off
set search_path = ''
as $$
begin
  return query execute format(
    'select document.product_id, document.ctid
     from public.product_documents as document
     cross join lateral (
       select from public.product_listings as listing
       where listing.product_id = document.product_id and listing.price_list_id = $2
         and private.is_listed(listing, $3, $4, $5, $6)
       limit 1
     ) as shown
     where document.document @@ $1
       and not document.document @@ replace($7, ''n#:'', private.level_prefix(document.level))::tsquery %s
     limit %s',
    case when after is not null then 'and document.ctid > $8' end, most
  ) using anywhere, price_list, categories, search_rest.min_amount, search_rest.max_amount,
    search_rest.in_stock, named, after;
end;
$$;
comment on function private.search_rest(tsquery, text, text, uuid[], bigint, bigint, boolean, tid, integer) is
  'Products that have the words of a search, and not all of them in the name.';
grant execute on function private.search_rest(tsquery, text, text, uuid[], bigint, bigint, boolean, tid, integer)
  to anon, authenticated, service_role;

create function private.search_best(
  terms jsonb,
  required tsquery,
  price_list text,
  categories uuid[],
  min_amount bigint,
  max_amount bigint,
  in_stock boolean,
  after_score integer,
  after_place tid,
  most integer
)
returns table (product_id uuid, score integer, place tid)
language plpgsql
stable
-- Each query below is for one path: the index on documents, then a row's listing.
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set search_path = ''
as $$
declare
  anywhere constant tsquery := coalesce(private.tsquery_of(terms, 'w:') && required, private.tsquery_of(terms, 'w:'));
  named constant text := private.tsquery_of(terms, 'n#:')::text;
  filtered constant boolean := categories is not null or search_best.min_amount is not null
    or search_best.max_amount is not null or search_best.in_stock;
  -- Attributes that many products have are asked of each product found; rare ones find them.
  asked constant tsquery := case when private.is_frequent(required, price_list) then required end;
  wanted tsquery;
  gathered integer := 0;
  added integer;
begin
  if private.few_listed(price_list, categories, search_best.min_amount, search_best.max_amount) then
    return query execute
      'select * from (
         select document.product_id, case
             when document.document @@ replace($6, ''n#:'', private.level_prefix(document.level))::tsquery
             then 1 + document.level else 0 end as score,
           document.ctid as place
         from public.product_listings as listing
         join public.product_documents as document on document.product_id = listing.product_id
         where listing.price_list_id = $1 and document.document @@ $5 '
      || case when categories is not null then ' and listing.category_id = any ($2)' else '' end
      || case when search_best.min_amount is not null then ' and listing.min_amount >= $3' else '' end
      || case when search_best.max_amount is not null then ' and listing.min_amount <= $4' else '' end
      || case when search_best.in_stock then private.in_stock_condition() else '' end
      || ') as found
       where $7 is null or found.score < $7 or found.score = $7 and found.place > $8
       order by found.score desc, found.place limit $9'
    using price_list, categories, search_best.min_amount, search_best.max_amount, anywhere, named,
      after_score, after_place, most;
    return;
  end if;

  -- In the order of what is found first, so that what many products match is never read to its end: a word in
  -- the name before a word anywhere, and the higher level first. All of one level are as good, and come in the
  -- order of the table, as the index's bitmap gives them: sorted by anything else, all would have to be read.
  for rank in reverse least(coalesce(after_score - 1, 23), 23)..0 loop
    wanted := replace(named, 'n#:', private.level_prefix(rank))::tsquery;
    if asked is null and required is not null then
      wanted := wanted && required;
    end if;
    return query
      select document.product_id, 1 + rank, document.ctid
      from public.product_documents as document
      cross join lateral (
        select from public.product_listings as listing
        where (asked is null or document.document @@ asked)
          and listing.product_id = document.product_id and listing.price_list_id = search_best.price_list
          -- As private.is_listed has it, written out: a tenth of what is read may pass.
          and (not filtered or (
            (categories is null or listing.category_id = any (categories))
            and (search_best.min_amount is null or listing.min_amount >= search_best.min_amount)
            and (search_best.max_amount is null or listing.min_amount <= search_best.max_amount)
            and (not search_best.in_stock or exists (
              select from public.variant_availability as availability
              where availability.product_id = listing.product_id and availability.on_sale
                and availability.band <> 'out_of_stock'
            ))
          ))
        limit 1
      ) as shown
      where document.document @@ wanted
        and (after_place is null or rank + 1 < after_score or document.ctid > after_place)
      limit most - gathered;
    get diagnostics added = row_count;
    gathered := gathered + added;
    if gathered >= most then
      return;
    end if;
  end loop;
  return query
    select rest.product_id, 0, rest.place
    from private.search_rest(
      anywhere, named, price_list, categories, search_best.min_amount, search_best.max_amount,
      search_best.in_stock, case when after_score = 0 then after_place end, most - gathered
    ) as rest;
end;
$$;
comment on function private.search_best(jsonb, tsquery, text, uuid[], bigint, bigint, boolean, integer, tid, integer) is
  'So many of the best products of a search after a place in its order: how well each answers it, and where its document is.';
grant execute on function private.search_best(jsonb, tsquery, text, uuid[], bigint, bigint, boolean, integer, tid, integer)
  to anon, authenticated, service_role;
