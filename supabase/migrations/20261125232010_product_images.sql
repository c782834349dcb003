-- Product images: a public bucket that staff write, each file in the folder of its product and named once for
-- good: an image is never replaced under its name, so that caches hold it as long as they like.
--
-- A file goes with its row, and a row with its product. What was uploaded and never became a row goes after a
-- day (job catalogue_files_sweep).

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('product-images', 'product-images', true, 5242880, array['image/png', 'image/jpeg', 'image/webp'])
on conflict (id) do nothing;

create function private.is_product_image_name(name text)
returns boolean
language sql
stable
set search_path = ''
as $$
  -- `case` keeps the cast from what is no id.
  select case
    when name ~ '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(png|jpg|webp)$'
    then exists (
      select from public.products as product
      where product.id = split_part(is_product_image_name.name, '/', 1)::uuid
    )
    else false
  end;
$$;
comment on function private.is_product_image_name(text) is
  'Whether a file may be called so: <id of a product that there is>/<uuid>.<png, jpg or webp>. The policy on uploads calls it.';
grant execute on function private.is_product_image_name(text) to authenticated, service_role;

create policy "Staff read product image files" on storage.objects
  for select to authenticated
  using (bucket_id = 'product-images' and (select private.is_staff()));
create policy "Staff add image files to folders of products" on storage.objects
  for insert to authenticated
  with check (
    bucket_id = 'product-images' and (select private.is_staff()) and private.is_product_image_name(name)
  );
create policy "Staff delete product image files" on storage.objects
  for delete to authenticated
  using (bucket_id = 'product-images' and (select private.is_staff()));

-- Written before there was this bucket, and of another form: they name files that are nowhere.
delete from public.product_images
where path !~ ('^' || product_id || '/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(png|jpg|webp)$');

-- A row that named another product's file would take it along when it goes.
alter table public.product_images
  drop constraint product_images_path_format,
  add constraint product_images_path_format check (
    path ~ ('^' || product_id || '/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(png|jpg|webp)$')
  );
comment on column public.product_images.path is
  'The file in the storage bucket product-images: <product id>/<uuid>.<png, jpg or webp>.';

create function private.product_image_files_go()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- By the hundred, as Storage removes them.
  perform private.enqueue('product_images_remove', jsonb_build_object('names', page.names))
  from (
    select jsonb_agg(numbered.path) as names
    from (select gone.path, (row_number() over () - 1) / 100 as page from gone) as numbered
    group by numbered.page
  ) as page;
  return null;
end;
$$;
comment on function private.product_image_files_go() is
  'Trigger: the files of images that are gone go as well. Security definer: staff enqueue nothing themselves.';
create trigger product_images_files_go after delete on public.product_images
  referencing old table as gone
  for each statement execute function private.product_image_files_go();

create function public.product_images_unused(names text[])
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(given.name), '{}') from unnest(names) as given (name)
  where not exists (select from public.product_images as image where image.path = given.name);
$$;
comment on function public.product_images_unused(text[]) is
  'Server RPC: which of these files no image names: they may go.';
grant execute on function public.product_images_unused(text[]) to service_role;

create function public.product_images_orphaned(batch integer)
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(page.name), '{}')
  from (
    select object.name from storage.objects as object
    where object.bucket_id = 'product-images' and object.created_at < now() - interval '1 day'
      and not exists (select from public.product_images as image where image.path = object.name)
    order by object.name
    limit batch
  ) as page;
$$;
comment on function public.product_images_orphaned(integer) is
  'Server RPC: files of the bucket that have no row since a day: uploaded and not used, or left by a job that died for good.';
grant execute on function public.product_images_orphaned(integer) to service_role;

-- What staff upload for the shop is the shop's: it is not part of their data, and stays when they go.
create or replace function public.account_files(user_id uuid, after text, batch integer, shared boolean default true)
returns jsonb
language sql
stable
set search_path = ''
as $$
  -- By folder, as our policies have it, and by owner, as Storage notes who uploaded. Exports themselves are
  -- the user's as well.
  select coalesce(jsonb_agg(jsonb_build_object(
    'key', page.key, 'bucket', page.bucket_id, 'name', page.name, 'bytes', page.bytes
  ) order by page.key), '[]')
  from (
    select object.bucket_id, object.name, (object.bucket_id || '/' || object.name) collate "C" as key,
           coalesce((object.metadata ->> 'size')::bigint, 0) as bytes
    from storage.objects as object
    where object.bucket_id not in ('product-images', 'catalogue-imports', 'catalogue-exports')
      and (
        starts_with(object.name, account_files.user_id || '/')
        or (object.owner_id = account_files.user_id::text and (shared or not exists (
          select from public.workspace_members as other
          where other.workspace_id = private.uuid_or_null(split_part(object.name, '/', 1))
            and other.user_id <> account_files.user_id
        )))
      )
      and (object.bucket_id || '/' || object.name) collate "C" > coalesce(account_files.after, '')
    order by 3
    limit batch
  ) as page;
$$;
