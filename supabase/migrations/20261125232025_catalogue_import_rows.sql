-- What a batch of an import does to the catalogue: rows by SKU, set by set. Each row is looked at before any is
-- written, so that one that is wrong leaves the others alone; what no check foresaw is found by writing the
-- rows of that batch one by one.

-- As many digits as a price: what is written anywhere can be exported and imported again.
alter table public.variant_prices
  add constraint variant_prices_compare_at_possible check (compare_at_amount <= 99999999);

create function private.catalogue_rows(rows jsonb)
returns table (
  line integer, sku text, product text, category text, name_en text, name_fr text, description_en text,
  description_fr text, attributes text, tax_code text, product_active boolean, options text,
  weight_grams integer, low_stock integer, "position" integer, variant_active boolean, stock integer, prices jsonb
)
language sql
immutable
set search_path = ''
as $$
  select * from jsonb_to_recordset(rows) as given (
    line integer, sku text, product text, category text, name_en text, name_fr text, description_en text,
    description_fr text, attributes text, tax_code text, product_active boolean, options text,
    weight_grams integer, low_stock integer, "position" integer, variant_active boolean, stock integer, prices jsonb
  );
$$;
comment on function private.catalogue_rows(jsonb) is
  'Rows of an import as they are read from its file: null is what the file leaves as it is, an empty text what it clears.';
grant execute on function private.catalogue_rows(jsonb) to service_role;

create function private.catalogue_row_prices(rows jsonb)
returns table (
  line integer, sku text, list text, amount bigint, compare_at bigint, without_compare_at boolean, dropped boolean
)
language sql
immutable
set search_path = ''
as $$
  select given.line, given.sku, price.list, price.amount, price.compare_at,
         coalesce(price.without_compare_at, false), coalesce(price.dropped, false)
  from private.catalogue_rows(rows) as given,
    jsonb_to_recordset(given.prices) as price (
      list text, amount bigint, compare_at bigint, without_compare_at boolean, dropped boolean
    );
$$;
comment on function private.catalogue_row_prices(jsonb) is 'The prices that rows of an import name, in minor units.';
grant execute on function private.catalogue_row_prices(jsonb) to service_role;

create function private.catalogue_row_products(rows jsonb)
returns table (
  product text, category text, name_en text, name_fr text, description_en text, description_fr text,
  attributes text, tax_code text, active boolean
)
language sql
immutable
set search_path = ''
as $$
  -- Of values that differ, the last in the file holds, as if row after row were written.
  select given.product,
    (array_agg(given.category order by given.line desc) filter (where given.category is not null))[1],
    (array_agg(given.name_en order by given.line desc) filter (where given.name_en is not null))[1],
    (array_agg(given.name_fr order by given.line desc) filter (where given.name_fr is not null))[1],
    (array_agg(given.description_en order by given.line desc) filter (where given.description_en is not null))[1],
    (array_agg(given.description_fr order by given.line desc) filter (where given.description_fr is not null))[1],
    (array_agg(given.attributes order by given.line desc) filter (where given.attributes is not null))[1],
    (array_agg(given.tax_code order by given.line desc) filter (where given.tax_code is not null))[1],
    (array_agg(given.product_active order by given.line desc) filter (where given.product_active is not null))[1]
  from private.catalogue_rows(rows) as given
  group by given.product;
$$;
comment on function private.catalogue_row_products(jsonb) is 'The products that rows of an import name, each once.';
grant execute on function private.catalogue_row_products(jsonb) to service_role;

create function private.catalogue_rows_refused(import_id uuid, rows jsonb)
returns table (line integer, column_name text, problem text)
language sql
stable
set search_path = ''
as $$
  with given as materialized (
    select row.line, row.sku, row.product, row.category,
           first_value(row.line) over (partition by row.sku order by row.line) as first_line,
           known.id as variant_id, owner.slug as owner, named.line as named_line
    from private.catalogue_rows(rows) as row
    left join private.catalogue_import_skus as named
      on named.import_id = catalogue_rows_refused.import_id and named.sku = row.sku
    left join public.product_variants as known on known.sku = row.sku
    left join public.products as owner on owner.id = known.product_id
  )
  select given.line, 'sku', format('The SKU is in line %s already.', coalesce(given.named_line, given.first_line))
  from given where given.named_line is not null or given.first_line <> given.line
  union all
  select given.line, 'product', format('The SKU belongs to the product %s.', given.owner)
  from given where given.owner <> given.product
  union all
  select given.line, 'category', format('There is no category %s.', given.category)
  from given
  where given.category is not null
    and not exists (select from public.categories as known where known.slug = given.category)
  union all
  select price.line, 'compare_at:' || price.list, case
      when price.amount is null and held.unit_amount is null then 'There is no price that it could be compared with.'
      else 'It is not higher than the price.'
    end
  from private.catalogue_row_prices(rows) as price
  join given on given.line = price.line
  left join public.variant_prices as held
    on held.variant_id = given.variant_id and held.price_list_id = price.list
  where not price.dropped and not price.without_compare_at
    and coalesce(price.compare_at, held.compare_at_amount) is not null
    and coalesce(
      coalesce(price.compare_at, held.compare_at_amount) <= coalesce(price.amount, held.unit_amount), true
    );
$$;
comment on function private.catalogue_rows_refused(uuid, jsonb) is
  'What is wrong with rows of an import as the catalogue stands.';
grant execute on function private.catalogue_rows_refused(uuid, jsonb) to service_role;

create function private.catalogue_rows_incomplete(import_id uuid, rows jsonb)
returns table (line integer, column_name text, problem text)
language sql
stable
set search_path = ''
as $$
  select given.line, missing.column_name, 'A new product needs it.'
  from private.catalogue_row_products(rows) as product
  join private.catalogue_rows(rows) as given on given.product = product.product
  cross join lateral (values
    ('category', product.category), ('name_en', product.name_en), ('name_fr', product.name_fr)
  ) as missing (column_name, value)
  where missing.value is null
    and not exists (select from public.products as known where known.slug = product.product)
    -- A dry run has written nothing of what came before.
    and not exists (
      select from private.catalogue_import_skus as named
      where named.import_id = catalogue_rows_incomplete.import_id and named.product = product.product and named.good
    );
$$;
comment on function private.catalogue_rows_incomplete(uuid, jsonb) is
  'Rows of products that there are not yet, without what a product needs.';
grant execute on function private.catalogue_rows_incomplete(uuid, jsonb) to service_role;

create function private.catalogue_rows_without(rows jsonb, refused jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case when refused = '[]' then rows else coalesce((
    select jsonb_agg(row) from jsonb_array_elements(rows) as row
    where not row -> 'line' in (select error -> 'line' from jsonb_array_elements(refused) as error)
  ), '[]') end;
$$;
comment on function private.catalogue_rows_without(jsonb, jsonb) is 'The rows that no error names.';
grant execute on function private.catalogue_rows_without(jsonb, jsonb) to service_role;

create function private.catalogue_rows_write(import_id uuid, actor uuid, given jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  refused jsonb;
  incomplete jsonb;
  rows jsonb;
  changed_products text[];
  created text[];
  changed text[] := '{}';
  more text[];
  locked uuid[];
  counted record;
begin
  select coalesce(jsonb_agg(error), '[]') into refused
  from private.catalogue_rows_refused(catalogue_rows_write.import_id, given) as error;
  rows := private.catalogue_rows_without(given, refused);
  select coalesce(jsonb_agg(error), '[]') into incomplete
  from private.catalogue_rows_incomplete(catalogue_rows_write.import_id, rows) as error;
  rows := private.catalogue_rows_without(rows, incomplete);
  refused := refused || incomplete;

  -- Orders take stock, and what buyers know of it after that, in the order of the ids. So does a batch, before
  -- it writes anything: whoever took them as the rows come would wait for an order that waits for it. Only
  -- what the rows change is taken, so that other buyers are not held up.
  select coalesce(array_agg(taken.variant_id), '{}') into locked
  from (
    select held.variant_id from private.stock as held
    where held.variant_id in (
      select variant.id
      from private.catalogue_row_products(rows) as wanted
      join public.products as product on product.slug = wanted.product and product.active <> wanted.active
      join public.product_variants as variant on variant.product_id = product.id
      union
      select variant.id
      from private.catalogue_rows(rows) as row
      join public.product_variants as variant on variant.sku = row.sku
      join private.stock as known on known.variant_id = variant.id
      where row.low_stock <> variant.low_stock or row.variant_active <> variant.active
        or row.stock <> known.on_hand - known.shortage
    )
    order by held.variant_id
    for update
  ) as taken;

  insert into public.products (
    slug, category_id, name_en, name_fr, description_en, description_fr, attributes, tax_code, active
  )
  select product.product, category.id, product.name_en, product.name_fr, coalesce(product.description_en, ''),
         coalesce(product.description_fr, ''), coalesce(product.attributes::jsonb, '{}'),
         nullif(product.tax_code, ''), coalesce(product.active, true)
  from private.catalogue_row_products(rows) as product
  join public.categories as category on category.slug = product.category
  where not exists (select from public.products as known where known.slug = product.product)
  order by product.product
  on conflict (slug) do nothing;

  with written as (
    update public.products as held
    set category_id = wanted.category_id, name_en = wanted.name_en, name_fr = wanted.name_fr,
        description_en = wanted.description_en, description_fr = wanted.description_fr,
        attributes = wanted.attributes, tax_code = wanted.tax_code, active = wanted.active
    from (
      select known.id, coalesce(category.id, known.category_id) as category_id,
             coalesce(product.name_en, known.name_en) as name_en, coalesce(product.name_fr, known.name_fr) as name_fr,
             coalesce(product.description_en, known.description_en) as description_en,
             coalesce(product.description_fr, known.description_fr) as description_fr,
             coalesce(product.attributes::jsonb, known.attributes) as attributes,
             case when product.tax_code is null then known.tax_code else nullif(product.tax_code, '') end as tax_code,
             coalesce(product.active, known.active) as active
      from private.catalogue_row_products(rows) as product
      join public.products as known on known.slug = product.product
      left join public.categories as category on category.slug = product.category
    ) as wanted
    where held.id = wanted.id and (
      held.category_id, held.name_en, held.name_fr, held.description_en, held.description_fr, held.attributes,
      held.tax_code, held.active
    ) is distinct from (
      wanted.category_id, wanted.name_en, wanted.name_fr, wanted.description_en, wanted.description_fr,
      wanted.attributes, wanted.tax_code, wanted.active
    )
    returning held.slug
  )
  select coalesce(array_agg(written.slug), '{}') into changed_products from written;

  with written as (
    insert into public.product_variants (product_id, sku, options, weight_grams, low_stock, position, active)
    select product.id, row.sku, coalesce(row.options::jsonb, '{}'), coalesce(row.weight_grams, 0),
           coalesce(row.low_stock, 5), coalesce(row.position, 0), coalesce(row.variant_active, true)
    from private.catalogue_rows(rows) as row
    join public.products as product on product.slug = row.product
    where not exists (select from public.product_variants as known where known.sku = row.sku)
    order by row.line
    returning sku
  )
  select coalesce(array_agg(written.sku), '{}') into created from written;

  with written as (
    update public.product_variants as held
    set options = wanted.options, weight_grams = wanted.weight_grams, low_stock = wanted.low_stock,
        position = wanted.position, active = wanted.active
    from (
      select known.id, coalesce(row.options::jsonb, known.options) as options,
             coalesce(row.weight_grams, known.weight_grams) as weight_grams,
             coalesce(row.low_stock, known.low_stock) as low_stock, coalesce(row.position, known.position) as position,
             coalesce(row.variant_active, known.active) as active
      from private.catalogue_rows(rows) as row
      join public.product_variants as known on known.sku = row.sku
    ) as wanted
    where held.id = wanted.id
      and (held.options, held.weight_grams, held.low_stock, held.position, held.active)
        is distinct from (wanted.options, wanted.weight_grams, wanted.low_stock, wanted.position, wanted.active)
    returning held.sku
  )
  select coalesce(array_agg(written.sku), '{}') into more from written;
  changed := changed || more;

  with written as (
    delete from public.variant_prices as held
    using private.catalogue_row_prices(rows) as price, public.product_variants as variant
    where price.dropped and variant.sku = price.sku
      and held.variant_id = variant.id and held.price_list_id = price.list
    returning variant.sku
  )
  select coalesce(array_agg(written.sku), '{}') into more from written;
  changed := changed || more;

  with written as (
    insert into public.variant_prices as held (variant_id, price_list_id, unit_amount, compare_at_amount)
    select wanted.variant_id, wanted.list, wanted.unit_amount, wanted.compare_at_amount
    from (
      select variant.id as variant_id, price.list, coalesce(price.amount, known.unit_amount) as unit_amount,
             case when not price.without_compare_at then coalesce(price.compare_at, known.compare_at_amount) end
               as compare_at_amount
      from private.catalogue_row_prices(rows) as price
      join public.product_variants as variant on variant.sku = price.sku
      left join public.variant_prices as known
        on known.variant_id = variant.id and known.price_list_id = price.list
      where not price.dropped
    ) as wanted
    where wanted.unit_amount is not null
    order by wanted.variant_id, wanted.list
    on conflict (variant_id, price_list_id) do update
      set unit_amount = excluded.unit_amount, compare_at_amount = excluded.compare_at_amount
      where (held.unit_amount, held.compare_at_amount) is distinct from (excluded.unit_amount, excluded.compare_at_amount)
    returning held.variant_id
  )
  select coalesce(array_agg(variant.sku), '{}') into more
  from written join public.product_variants as variant on variant.id = written.variant_id;
  changed := changed || more;

  -- What was sold since the look above is not counted over: it is not among those taken.
  select coalesce(array_agg(moved.sku), '{}') into more
  from (
    select counted_row.sku, private.stock_set(
      counted_row.id, counted_row.stock, 'imported', 'import ' || catalogue_rows_write.import_id, actor
    ) as moves
    from (
      select variant.id, row.sku, row.stock
      from private.catalogue_rows(rows) as row
      join public.product_variants as variant on variant.sku = row.sku
      join private.stock as held on held.variant_id = variant.id
      where row.stock is not null and row.stock <> held.on_hand - held.shortage
        and (variant.id = any (locked) or row.sku = any (created))
      order by variant.id
    ) as counted_row
  ) as moved
  where moved.moves;
  changed := changed || more;

  select count(*) filter (where row.sku = any (created)) as created,
         count(*) filter (where not row.sku = any (created)
           and (row.sku = any (changed) or row.product = any (changed_products))) as updated,
         count(*) as written
  into counted
  from private.catalogue_rows(rows) as row;
  return jsonb_build_object(
    'created', counted.created, 'updated', counted.updated,
    'unchanged', counted.written - counted.created - counted.updated, 'refused', refused
  );
end;
$$;
comment on function private.catalogue_rows_write(uuid, uuid, jsonb) is
  'Writes rows of an import by their SKUs, those that are wrong left out: {created, updated, unchanged, refused: [{line, column_name, problem}]}.';
grant execute on function private.catalogue_rows_write(uuid, uuid, jsonb) to service_role;

create function private.catalogue_rows_try(import_id uuid, actor uuid, rows jsonb, dry_run boolean)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  tally jsonb;
  one jsonb;
  part jsonb;
begin
  begin
    begin
      tally := private.catalogue_rows_write(import_id, actor, rows);
    exception when integrity_constraint_violation or data_exception then
      -- What the whole batch tells, as a SKU that comes twice, no row tells alone.
      select jsonb_build_object(
        'created', 0, 'updated', 0, 'unchanged', 0, 'refused', coalesce(jsonb_agg(error), '[]')
      ) into tally
      from private.catalogue_rows_refused(catalogue_rows_try.import_id, rows) as error;
      for one in
        select row from jsonb_array_elements(private.catalogue_rows_without(rows, tally -> 'refused')) as row
      loop
        begin
          part := private.catalogue_rows_write(import_id, actor, jsonb_build_array(one));
        exception when integrity_constraint_violation or data_exception then
          part := jsonb_build_object('created', 0, 'updated', 0, 'unchanged', 0, 'refused', jsonb_build_array(
            jsonb_build_object('line', one -> 'line', 'column_name', '', 'problem', left(sqlerrm, 500))
          ));
        end;
        tally := jsonb_build_object(
          'created', (tally ->> 'created')::integer + (part ->> 'created')::integer,
          'updated', (tally ->> 'updated')::integer + (part ->> 'updated')::integer,
          'unchanged', (tally ->> 'unchanged')::integer + (part ->> 'unchanged')::integer,
          'refused', (tally -> 'refused') || (part -> 'refused')
        );
      end loop;
    end;
    if dry_run then
      raise exception using errcode = 'DRY01', message = 'a dry run writes nothing';
    end if;
  exception when sqlstate 'DRY01' then
    null; -- Rolled back; what was counted is not.
  end;
  return tally;
end;
$$;
comment on function private.catalogue_rows_try(uuid, uuid, jsonb, boolean) is
  'Writes rows of an import, one by one where together they break a constraint; a dry run undoes it. Answers as catalogue_rows_write.';
grant execute on function private.catalogue_rows_try(uuid, uuid, jsonb, boolean) to service_role;

create function public.catalogue_import_apply(
  import_id uuid, from_byte bigint, to_byte bigint, lines integer, rows jsonb, refused jsonb, last boolean
)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held public.catalogue_imports;
  tally jsonb;
  errors jsonb;
  left_out integer;
  room integer;
begin
  select * into held from public.catalogue_imports as known
  where known.id = catalogue_import_apply.import_id for update;
  if held.id is null or held.state <> 'running' or held.columns is null or held.bytes_done <> from_byte then
    return false;
  end if;
  -- The import itself is what the audit log names, not each of its rows.
  perform set_config('socle.bulk', 'on', true);
  tally := private.catalogue_rows_try(held.id, held.created_by, rows, held.dry_run);
  perform set_config('socle.bulk', '', true);
  errors := refused || (tally -> 'refused');
  select count(distinct error -> 'line') into left_out from jsonb_array_elements(errors) as error;

  insert into private.catalogue_import_skus (import_id, sku, product, line, good)
  select held.id, row.sku, row.product, row.line, not exists (
    select from jsonb_array_elements(tally -> 'refused') as error where (error ->> 'line')::integer = row.line
  )
  from private.catalogue_rows(rows) as row
  order by row.line
  on conflict do nothing;

  select 1000 - count(*) into room from public.catalogue_import_errors as known where known.import_id = held.id;
  insert into public.catalogue_import_errors (import_id, line, column_name, problem)
  select held.id, error.line, error.column_name, min(left(error.problem, 500))
  from jsonb_to_recordset(errors) as error (line integer, column_name text, problem text)
  group by error.line, error.column_name
  order by error.line, error.column_name
  limit room;

  update public.catalogue_imports as known
  set bytes_done = to_byte, lines_done = catalogue_import_apply.lines, batches = known.batches + 1,
      created = known.created + (tally ->> 'created')::integer,
      updated = known.updated + (tally ->> 'updated')::integer,
      unchanged = known.unchanged + (tally ->> 'unchanged')::integer,
      failed = known.failed + left_out,
      rows_done = known.rows_done + (tally ->> 'created')::integer + (tally ->> 'updated')::integer
        + (tally ->> 'unchanged')::integer + left_out
  where known.id = held.id;
  if last then
    perform private.catalogue_import_end(held.id, 'done');
  else
    perform private.enqueue(
      'catalogue_import', jsonb_build_object('import_id', held.id), 'import:' || held.id || ':' || to_byte,
      -- A request has two seconds of processor time, and a batch takes up to 70 ms of it: after fifteen the
      -- next one is for another request.
      private.now() + case when (held.batches + 1) % 15 = 0 then interval '1 second' else interval '0' end
    );
  end if;
  return true;
end;
$$;
comment on function public.catalogue_import_apply(uuid, bigint, bigint, integer, jsonb, jsonb, boolean) is
  'Server RPC: writes a batch of an import, its errors and where the next one begins, and enqueues that; false, and nothing is written, where the import no longer stands at from_byte.';
grant execute on function public.catalogue_import_apply(uuid, bigint, bigint, integer, jsonb, jsonb, boolean)
  to service_role;
