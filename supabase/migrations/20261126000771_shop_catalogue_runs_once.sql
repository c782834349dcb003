-- An import or export of the catalogue has the id that its request chose. Repeated after a lost answer, an
-- import is otherwise refused by itself while it runs, and runs again once it has ended: the file's prices and
-- stock would take the place of what was changed and sold since.

drop function public.catalogue_import_start(uuid, text, boolean);
create function public.catalogue_import_start(
  staff uuid, path text, dry_run boolean, import_id uuid default gen_random_uuid()
)
returns uuid
language plpgsql
set search_path = ''
as $$
begin
  perform private.staff_required(staff);
  perform private.act_as(staff);
  insert into public.catalogue_imports (id, created_by, path, file, dry_run, bytes_total)
  select catalogue_import_start.import_id, staff, object.name,
         jsonb_build_object('id', object.id, 'etag', object.metadata ->> 'eTag'),
         catalogue_import_start.dry_run, (object.metadata ->> 'size')::bigint
  from storage.objects as object
  where object.bucket_id = 'catalogue-imports' and object.name = catalogue_import_start.path
  on conflict do nothing;
  if not found then
    -- By an earlier attempt of the same request, also when its file is gone.
    if exists (select from public.catalogue_imports as held where held.id = catalogue_import_start.import_id) then
      return import_id;
    end if;
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
comment on function public.catalogue_import_start(uuid, text, boolean, uuid) is
  'Server RPC: begins an import of a file that staff have uploaded, under this id, or names the one that has it; refuses with forbidden, import_file_not_found or catalogue_import_running.';
grant execute on function public.catalogue_import_start(uuid, text, boolean, uuid) to service_role;

drop function public.catalogue_export_start(uuid);
create function public.catalogue_export_start(staff uuid, export_id uuid default gen_random_uuid())
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  under_way uuid;
begin
  perform private.staff_required(staff);
  perform private.act_as(staff);
  if exists (select from public.catalogue_exports as held where held.id = catalogue_export_start.export_id) then
    return export_id;
  end if;
  loop
    insert into public.catalogue_exports (id, created_by, price_lists)
    select catalogue_export_start.export_id, staff, jsonb_object_agg(list.id, list.currency)
    from public.price_lists as list
    on conflict do nothing;
    exit when found;
    select held.id into under_way from public.catalogue_exports as held where held.state = 'running';
    if found then
      return under_way;
    end if;
    -- It became ready between the two statements, and is in the way no more.
  end loop;
  perform private.audit_note('catalogue_exports.start', export_id::text);
  perform private.enqueue(
    'catalogue_export', jsonb_build_object('export_id', export_id), 'catalogue-export:' || export_id || ':0'
  );
  return export_id;
end;
$$;
comment on function public.catalogue_export_start(uuid, uuid) is
  'Server RPC: begins an export of the catalogue, under this id, or names the one that has it or is under way; refuses with forbidden.';
grant execute on function public.catalogue_export_start(uuid, uuid) to service_role;
