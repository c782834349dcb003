-- Exports of the catalogue: CSV files as imports read them, written part by part by jobs, which staff download
-- for seven days. Each part has the header, so that each is a file of its own; a catalogue of 30,000 rows or so
-- is a single one.
--
-- Pages go by slug and SKU. An export is no snapshot: it holds each row as it was when its page was read.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('catalogue-exports', 'catalogue-exports', false, 52428800, array['text/csv'])
on conflict (id) do nothing;
create policy "Staff read export files" on storage.objects
  for select to authenticated
  using (bucket_id = 'catalogue-exports' and (select private.is_staff()));

create table public.catalogue_exports (
  id          uuid primary key default gen_random_uuid(),
  created_by  uuid references auth.users (id) on delete set null,
  state       text not null default 'running',
  price_lists jsonb not null,
  cursor      jsonb not null default '{}',
  parts       integer not null default 0,
  rows_done   integer not null default 0,
  bytes       bigint not null default 0,
  created_at  timestamptz not null default private.now(),
  ready_at    timestamptz,
  expires_at  timestamptz,
  constraint catalogue_exports_state_known check (state in ('running', 'ready', 'expired')),
  constraint catalogue_exports_ready_until check ((state = 'running') = (expires_at is null))
);
comment on table public.catalogue_exports is 'Exports of the catalogue to CSV files, and how far they are.';
comment on column public.catalogue_exports.price_lists is 'The lists whose prices it has, {id: currency}: the header of each part.';
comment on column public.catalogue_exports.cursor is 'The row after which it goes on, {product, sku}.';
comment on column public.catalogue_exports.parts is
  'How many files there are so far: <id>/catalogue-001.csv … in the bucket catalogue-exports.';
-- Asked for twice, it is gathered once.
create unique index catalogue_exports_one_running on public.catalogue_exports (state) where state = 'running';
create index catalogue_exports_created_by on public.catalogue_exports (created_by);
create index catalogue_exports_expires on public.catalogue_exports (expires_at) where expires_at is not null;
alter table public.catalogue_exports enable row level security;
grant select on public.catalogue_exports to authenticated;
grant select, insert, update, delete on public.catalogue_exports to service_role;
create policy "Staff read exports of the catalogue" on public.catalogue_exports
  for select to authenticated using ((select private.is_staff()));

create function public.catalogue_export_start(staff uuid)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  export_id uuid;
begin
  perform private.staff_required(staff);
  perform private.act_as(staff);
  insert into public.catalogue_exports (created_by, price_lists)
  select staff, jsonb_object_agg(list.id, list.currency) from public.price_lists as list
  on conflict (state) where state = 'running' do nothing
  returning id into export_id;
  if export_id is null then
    return (select held.id from public.catalogue_exports as held where held.state = 'running');
  end if;
  perform private.audit_note('catalogue_exports.start', export_id::text);
  perform private.enqueue(
    'catalogue_export', jsonb_build_object('export_id', export_id), 'catalogue-export:' || export_id || ':0'
  );
  return export_id;
end;
$$;
comment on function public.catalogue_export_start(uuid) is
  'Server RPC: begins an export of the catalogue, or names the one that is under way; refuses with forbidden.';
grant execute on function public.catalogue_export_start(uuid) to service_role;

create function public.catalogue_export_step(export_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('price_lists', held.price_lists, 'cursor', held.cursor, 'parts', held.parts)
  from public.catalogue_exports as held
  where held.id = export_id and held.state = 'running';
$$;
comment on function public.catalogue_export_step(uuid) is
  'Server RPC: {price_lists, cursor, parts} of an export that is under way; null when it is not.';
grant execute on function public.catalogue_export_step(uuid) to service_role;

create function public.catalogue_export_rows(after_product text, after_sku text, batch integer)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.product, page.sku collate "C"), '[]')
  from (
    select product.slug as product, variant.sku, category.slug as category, product.name_en, product.name_fr,
           product.description_en, product.description_fr, product.attributes::text, product.tax_code,
           product.active as product_active, variant.options::text, variant.weight_grams, variant.low_stock,
           variant.position, variant.active as variant_active,
           -- Less than none cannot be imported: the cell is empty, and leaves it.
           case when held.on_hand >= held.shortage then held.on_hand - held.shortage end as stock,
           (
             select jsonb_object_agg(price.price_list_id, jsonb_build_array(price.unit_amount, price.compare_at_amount))
             from public.variant_prices as price where price.variant_id = variant.id
           ) as prices
    from public.products as product
    join public.categories as category on category.id = product.category_id
    join public.product_variants as variant on variant.product_id = product.id
    join private.stock as held on held.variant_id = variant.id
    where (after_product is null or product.slug >= after_product)
      and (after_product is null or product.slug > after_product or variant.sku collate "C" > after_sku)
    order by product.slug, variant.sku collate "C"
    limit batch
  ) as page;
$$;
comment on function public.catalogue_export_rows(text, text, integer) is
  'Server RPC: a page of the catalogue by slug and SKU, a row a variant; prices as {list: [amount, compared with]}.';
grant execute on function public.catalogue_export_rows(text, text, integer) to service_role;

create function public.catalogue_export_advance(
  export_id uuid, part integer, cursor jsonb, rows_more integer, bytes_more bigint, last boolean
)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update public.catalogue_exports as held
  set cursor = catalogue_export_advance.cursor, parts = part, rows_done = held.rows_done + rows_more,
      bytes = held.bytes + bytes_more,
      state = case when last then 'ready' else 'running' end,
      ready_at = case when last then private.now() end,
      expires_at = case when last then private.now() + interval '7 days' end
  where held.id = export_id and held.state = 'running' and held.parts = part - 1;
  if not found then
    return false;
  end if;
  if not last then
    -- A part a request: each is up to a second of the two that one may take.
    perform private.enqueue(
      'catalogue_export', jsonb_build_object('export_id', export_id), 'catalogue-export:' || export_id || ':' || part,
      private.now() + interval '1 second'
    );
  end if;
  return true;
end;
$$;
comment on function public.catalogue_export_advance(uuid, integer, jsonb, integer, bigint, boolean) is
  'Server RPC: notes that a part is stored, and enqueues the next or ends the export; false when another attempt has done so.';
grant execute on function public.catalogue_export_advance(uuid, integer, jsonb, integer, bigint, boolean) to service_role;

-- Files that nobody needs any more, for the job catalogue_files_sweep.

create function public.catalogue_files_over(batch integer)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('bucket', page.bucket_id, 'name', page.name)), '[]')
  from (
    select object.bucket_id, object.name from storage.objects as object
    where object.bucket_id = 'catalogue-imports' and object.created_at < private.now() - interval '7 days'
        and not exists (
          select from public.catalogue_imports as held where held.path = object.name and held.state = 'running'
        )
      or object.bucket_id = 'catalogue-exports' and not exists (
        select from public.catalogue_exports as held
        where held.id = private.uuid_or_null(split_part(object.name, '/', 1))
          and (held.state = 'running' or held.expires_at > private.now())
      )
    order by object.bucket_id, object.name
    limit batch
  ) as page;
$$;
comment on function public.catalogue_files_over(integer) is
  'Server RPC: files whose time is over, [{bucket, name}]: of imports after seven days, of exports that have expired or are gone.';
grant execute on function public.catalogue_files_over(integer) to service_role;

create function public.catalogue_exports_expire()
returns integer
language sql
set search_path = ''
as $$
  with over as (
    update public.catalogue_exports set state = 'expired'
    where state = 'ready' and expires_at <= private.now()
    returning id
  )
  select count(*)::integer from over;
$$;
comment on function public.catalogue_exports_expire() is 'Server RPC: exports whose time is over are no longer ready; how many.';
grant execute on function public.catalogue_exports_expire() to service_role;

insert into private.schedule_rules (kind, every, at) values ('catalogue_files_sweep', '1 day', '3 hours');
insert into private.retention_rules (name, relation, condition, keep, description) values
  ('catalogue_exports', 'public.catalogue_exports', 'expires_at < $1', '90 days',
   'that an export of the catalogue was asked for; its files go after 7 days, by the job catalogue_files_sweep');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.catalogue_exports', 'none', '{}', '{}', 'what staff did with the catalogue: the shop''s record, by ids alone');
