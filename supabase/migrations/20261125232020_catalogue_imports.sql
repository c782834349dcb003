-- Imports of the catalogue: staff put a CSV into a private bucket, and jobs of up to 1,000 rows each read it by
-- byte ranges. A batch is one call of catalogue_import_apply: it writes the rows, their errors and where the
-- next batch begins in one transaction, and only where the import still stands where the batch began. So a
-- job that dies or comes twice counts nothing twice.
--
-- A dry run goes the same way and undoes what a batch wrote; what the file has named so far is kept apart, in
-- private.catalogue_import_skus, which also tells a SKU that comes twice in a file of any length.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('catalogue-imports', 'catalogue-imports', false, 52428800,
  array['text/csv', 'text/plain', 'application/vnd.ms-excel'])
on conflict (id) do nothing;
create policy "Staff read import files" on storage.objects
  for select to authenticated
  using (bucket_id = 'catalogue-imports' and (select private.is_staff()));
create policy "Staff add import files to their own folder" on storage.objects
  for insert to authenticated
  with check (
    bucket_id = 'catalogue-imports' and (select private.is_staff())
    and name ~ ('^' || (select auth.uid())::text || '/[A-Za-z0-9_-]{1,100}\.csv$')
  );
create policy "Staff delete import files" on storage.objects
  for delete to authenticated
  using (bucket_id = 'catalogue-imports' and (select private.is_staff()));

create table public.catalogue_imports (
  id          uuid primary key default gen_random_uuid(),
  created_by  uuid references auth.users (id) on delete set null,
  path        text not null,
  file        jsonb not null,
  dry_run     boolean not null,
  state       text not null default 'running',
  separator   text,
  columns     jsonb,
  bytes_total bigint not null,
  bytes_done  bigint not null default 0,
  lines_done  integer not null default 0,
  batches     integer not null default 0,
  rows_done   integer not null default 0,
  file_rows  integer,
  created     integer not null default 0,
  updated     integer not null default 0,
  unchanged   integer not null default 0,
  failed      integer not null default 0,
  problem     text,
  created_at  timestamptz not null default private.now(),
  finished_at timestamptz,
  constraint catalogue_imports_state_known check (state in ('running', 'done', 'failed', 'cancelled')),
  constraint catalogue_imports_finished_when_ended check ((state = 'running') = (finished_at is null)),
  constraint catalogue_imports_problem_when_failed check ((state = 'failed') = (problem is not null)),
  constraint catalogue_imports_counts_add_up check (created + updated + unchanged + failed = rows_done),
  constraint catalogue_imports_within_file check (bytes_done between 0 and bytes_total)
);
comment on table public.catalogue_imports is 'Imports of the catalogue from CSV files, and how far they are.';
comment on column public.catalogue_imports.path is 'The file in the storage bucket catalogue-imports.';
comment on column public.catalogue_imports.file is 'Which file that was, {id, etag}: another one under its name is not read on.';
comment on column public.catalogue_imports.columns is 'The names of the header, in their order; null until it is read.';
comment on column public.catalogue_imports.bytes_done is 'Where the next batch begins.';
comment on column public.catalogue_imports.file_rows is 'How many rows the file has; null until all are read.';
comment on column public.catalogue_imports.failed is 'Rows that were left out; catalogue_import_errors says why, of the first thousand.';
comment on column public.catalogue_imports.problem is 'Why it ended before the file did.';
-- One at a time: two that write the same rows in another order could wait for each other.
create unique index catalogue_imports_one_running on public.catalogue_imports (state) where state = 'running';
create index catalogue_imports_created_by on public.catalogue_imports (created_by);
create index catalogue_imports_created on public.catalogue_imports (created_at desc, id);
create index catalogue_imports_finished on public.catalogue_imports (finished_at) where finished_at is not null;

create table public.catalogue_import_errors (
  import_id   uuid not null references public.catalogue_imports (id) on delete cascade,
  line        integer not null,
  column_name text not null,
  problem     text not null,
  constraint catalogue_import_errors_pkey primary key (import_id, line, column_name),
  constraint catalogue_import_errors_problem_length check (char_length(problem) between 1 and 500)
);
comment on table public.catalogue_import_errors is
  'What is wrong with which line of an import''s file: the first thousand.';
comment on column public.catalogue_import_errors.line is 'Of the file, as an editor counts them; where the row begins.';
comment on column public.catalogue_import_errors.column_name is 'The header''s name; empty for the row as a whole.';

create table private.catalogue_import_skus (
  import_id uuid not null references public.catalogue_imports (id) on delete cascade,
  sku       text not null,
  product   text not null,
  line      integer not null,
  good      boolean not null,
  constraint catalogue_import_skus_pkey primary key (import_id, sku)
);
comment on table private.catalogue_import_skus is
  'What the file of a running import has named so far; emptied when it ends.';
comment on column private.catalogue_import_skus.good is 'Whether the row was, or in a dry run would have been, written.';
create index catalogue_import_skus_product on private.catalogue_import_skus (import_id, product);

alter table public.catalogue_imports enable row level security;
alter table public.catalogue_import_errors enable row level security;
alter table private.catalogue_import_skus enable row level security;
grant select on public.catalogue_imports, public.catalogue_import_errors to authenticated;
grant select, insert, update, delete on public.catalogue_imports, public.catalogue_import_errors,
  private.catalogue_import_skus to service_role;
create policy "Staff read imports" on public.catalogue_imports
  for select to authenticated using ((select private.is_staff()));
create policy "Staff read errors of imports" on public.catalogue_import_errors
  for select to authenticated using ((select private.is_staff()));

create function public.catalogue_import_start(staff uuid, path text, dry_run boolean)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  import_id uuid;
begin
  perform private.staff_required(staff);
  perform private.act_as(staff);
  insert into public.catalogue_imports (created_by, path, file, dry_run, bytes_total)
  select staff, object.name, jsonb_build_object('id', object.id, 'etag', object.metadata ->> 'eTag'),
         catalogue_import_start.dry_run, (object.metadata ->> 'size')::bigint
  from storage.objects as object
  where object.bucket_id = 'catalogue-imports' and object.name = catalogue_import_start.path
  on conflict (state) where state = 'running' do nothing
  returning id into import_id;
  if import_id is null then
    if exists (select from public.catalogue_imports as other where other.state = 'running') then
      perform private.problem(409, 'catalogue_import_running', 'Another import runs. Wait for its end, or cancel it.');
    end if;
    perform private.problem(404, 'import_file_not_found', 'There is no such file in the bucket catalogue-imports.');
  end if;
  -- One entry for all that the import changes: its counts and errors are in its own row.
  perform private.audit_note('catalogue_imports.start', import_id::text, null, jsonb_build_object(
    'dry_run', jsonb_build_object('new', catalogue_import_start.dry_run)
  ));
  perform private.enqueue(
    'catalogue_import', jsonb_build_object('import_id', import_id), 'import:' || import_id || ':0'
  );
  return import_id;
end;
$$;
comment on function public.catalogue_import_start(uuid, text, boolean) is
  'Server RPC: begins an import of a file that staff have uploaded; refuses with forbidden, import_file_not_found or catalogue_import_running.';
grant execute on function public.catalogue_import_start(uuid, text, boolean) to service_role;

create function private.catalogue_import_end(import_id uuid, state text, problem text default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.catalogue_imports as held
  set state = catalogue_import_end.state, problem = left(catalogue_import_end.problem, 500),
      finished_at = private.now(),
      file_rows = case when catalogue_import_end.state = 'done' then held.rows_done end
  where held.id = import_id and held.state = 'running';
  delete from private.catalogue_import_skus as named where named.import_id = catalogue_import_end.import_id;
end;
$$;
comment on function private.catalogue_import_end(uuid, text, text) is
  'Ends an import that runs, and forgets what its file has named.';
grant execute on function private.catalogue_import_end(uuid, text, text) to service_role;

create function public.catalogue_import_cancel(staff uuid, import_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  found_state text;
begin
  perform private.staff_required(staff);
  perform private.act_as(staff);
  select held.state into found_state from public.catalogue_imports as held
  where held.id = catalogue_import_cancel.import_id for update;
  if found_state is null then
    perform private.problem(404, 'import_not_found', 'There is no import with this id.');
  elsif found_state = 'running' then
    perform private.catalogue_import_end(import_id, 'cancelled');
    perform private.audit_note('catalogue_imports.cancel', import_id::text);
  end if;
end;
$$;
comment on function public.catalogue_import_cancel(uuid, uuid) is
  'Server RPC: ends an import after the batch that runs; what it has written stays. One that has ended stays as it is. Refuses with forbidden or import_not_found.';
grant execute on function public.catalogue_import_cancel(uuid, uuid) to service_role;

create function public.catalogue_import_step(import_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'path', held.path, 'size', held.bytes_total, 'byte', held.bytes_done, 'lines', held.lines_done,
    'separator', held.separator, 'columns', held.columns,
    'currencies', (select jsonb_object_agg(list.id, list.currency) from public.price_lists as list),
    'there', exists (
      select from storage.objects as object
      where object.bucket_id = 'catalogue-imports' and object.name = held.path
        and object.id::text = held.file ->> 'id'
        and object.metadata ->> 'eTag' is not distinct from held.file ->> 'etag'
    )
  )
  from public.catalogue_imports as held
  where held.id = import_id and held.state = 'running';
$$;
comment on function public.catalogue_import_step(uuid) is
  'Server RPC: where an import stands, the price lists'' currencies, and whether the file is there as it was; null when it has ended.';
grant execute on function public.catalogue_import_step(uuid) to service_role;

create function public.catalogue_import_header(
  import_id uuid, separator text, columns jsonb, to_byte bigint, lines integer
)
returns void
language sql
set search_path = ''
as $$
  update public.catalogue_imports as held
  set separator = catalogue_import_header.separator, columns = catalogue_import_header.columns,
      bytes_done = to_byte, lines_done = lines
  where held.id = import_id and held.state = 'running' and held.columns is null;
$$;
comment on function public.catalogue_import_header(uuid, text, jsonb, bigint, integer) is
  'Server RPC: notes the header of an import''s file, once.';
grant execute on function public.catalogue_import_header(uuid, text, jsonb, bigint, integer) to service_role;

create function public.catalogue_import_fail(import_id uuid, problem text)
returns void
language sql
set search_path = ''
as $$ select private.catalogue_import_end(import_id, 'failed', problem) $$;
comment on function public.catalogue_import_fail(uuid, text) is
  'Server RPC: ends an import whose file cannot be read on; what it has written stays.';
grant execute on function public.catalogue_import_fail(uuid, text) to service_role;

insert into private.retention_rules (name, relation, condition, keep, description) values
  ('catalogue_imports', 'public.catalogue_imports', 'finished_at < $1', '1 year', 'imports of the catalogue, with their errors');
insert into private.retention_reasons (relation, reason) values
  ('public.catalogue_import_errors', 'goes with its import in public.catalogue_imports'),
  ('private.catalogue_import_skus', 'goes with its import in public.catalogue_imports');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.catalogue_imports', 'none', '{}', '{}', 'what staff did to the catalogue: the shop''s record, by ids alone'),
  ('public.catalogue_import_errors', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('private.catalogue_import_skus', 'none', '{}', '{}', 'the catalogue, about nobody');
